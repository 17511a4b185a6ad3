"""What new rules would change for whom, worked out before they are published; writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from exams.credit.cases import STANDING, Case, cases, standing_on
from exams.credit.policy import Asked, Rules
from exams.credit.targets import deciding_day
from exams.rules.queries import nearest, rules_by_path
from lms.core import clock
from lms.members.models import Branch, Member

NAMED = 12  # people named under each heading; the counts are of all


@dataclass
class Tally:
    """Of a branch, or of all: how many are asked something else, and what it does to them."""

    changed: int = 0
    lost: int = 0  # has reached what is asked, and would not have
    won: int = 0


@dataclass
class RulesPreview:
    """What publishing would change."""

    year: int
    asked: int = 0  # for whom these rules would be the nearest
    total: Tally = field(default_factory=Tally)
    branches: list[tuple[Branch, Tally]] = field(default_factory=list)  # those with a change
    lost_names: list[str] = field(default_factory=list)  # the first of them
    won_names: list[str] = field(default_factory=list)


# What a case was asked and would be, carried to its people: of each branch how many are asked
# something else, how many of them lose and win by it, and the first few of either.
_TALLY = f"""
WITH {STANDING}, said AS (
    SELECT * FROM unnest(
        %(identities)s::text[], %(reliefs)s::text[],
        %(was_hours)s::numeric[], %(was_events)s::int[],
        %(will_hours)s::numeric[], %(will_events)s::int[], %(is_due)s::bool[]
    ) AS said(identities, reliefs, was_hours, was_events, will_hours, will_events, is_due)
), changed AS (
    SELECT standing.path, standing.member_id, said.is_due,
           coalesce(y.counted_hours, 0) >= was_hours AND coalesce(y.events, 0) >= was_events
               AS was_reached,
           coalesce(y.counted_hours, 0) >= will_hours AND coalesce(y.events, 0) >= will_events
               AS will_be_reached
    FROM standing
    JOIN said USING (identities, reliefs)
    LEFT JOIN exams_memberyear y ON y.member_id = standing.member_id AND y.year = %(year)s
    WHERE standing.node = %(node)s
)
SELECT path, count(*),
       count(*) FILTER (WHERE is_due AND was_reached AND NOT will_be_reached),
       count(*) FILTER (WHERE is_due AND will_be_reached AND NOT was_reached),
       (array_agg(member_id ORDER BY member_id)
            FILTER (WHERE is_due AND was_reached AND NOT will_be_reached))[1:%(named)s],
       (array_agg(member_id ORDER BY member_id)
            FILTER (WHERE is_due AND will_be_reached AND NOT was_reached))[1:%(named)s]
FROM changed GROUP BY path
"""  # noqa: S608  (the fragments are this module's own)


def preview_rules(*, branch: Branch, year: int, rules: Rules) -> RulesPreview:
    """Compare what `year` asks under the rules in force and under `rules` at `branch`.

    Only those count for whom these rules would be the nearest. Two statements for all people:
    which cases there are, and, of those asked something else, what it does to whom.
    """
    in_force = rules_by_path(year)
    before = nearest(in_force, branch.path)
    day = deciding_day(year, clock.today())
    said = standing_on(day, year, {*in_force, branch.path}, under=branch.path)
    own = [case for case in cases(said) if case.node == branch.path]
    changed = [
        (case, was, will_be)
        for case in own
        for was, will_be in [(case.asked(before), case.asked(rules))]
        if _kept(was) != _kept(will_be)
    ]
    found = RulesPreview(year, asked=sum(case.people for case in own))
    lost: list[int] = []
    won: list[int] = []
    by_path: dict[str, Tally] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TALLY, said | {"node": branch.path, "named": NAMED} | _columns(changed))
        for path, *counts, losers, winners in cursor.fetchall():
            by_path[path] = Tally(*counts)
            lost += losers or ()
            won += winners or ()
    for tally in by_path.values():
        found.total.changed += tally.changed
        found.total.lost += tally.lost
        found.total.won += tally.won
    found.branches = [(each, by_path[each.path]) for each in _branches(by_path)]
    found.lost_names, found.won_names = (_named(sorted(each)[:NAMED]) for each in (lost, won))
    return found


def _columns(changed: list[tuple[Case, Asked, Asked]]) -> dict[str, list[Any]]:
    return {
        "identities": [case.identities for case, _was, _will_be in changed],
        "reliefs": [case.reliefs for case, _was, _will_be in changed],
        "was_hours": [was.hours for _case, was, _will_be in changed],
        "was_events": [was.events for _case, was, _will_be in changed],
        "will_hours": [will_be.hours for _case, _was, will_be in changed],
        "will_events": [will_be.events for _case, _was, will_be in changed],
        # Who is in no denominator, before or then, neither loses nor wins.
        "is_due": [was.is_due and will_be.is_due for _case, was, will_be in changed],
    }


def _kept(asked: Asked) -> tuple[Decimal, int, bool]:
    """What `settle_targets` writes."""
    return asked.hours, asked.events, asked.is_due


def _branches(paths: dict[str, Tally]) -> Iterator[Branch]:
    yield from Branch.objects.filter(path__in=list(paths)).order_by("path")


def _named(member_ids: list[int]) -> list[str]:
    return list(
        Member.objects.filter(pk__in=member_ids).order_by("pk").values_list("name", flat=True)
    )
