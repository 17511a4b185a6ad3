"""What new rules would change for whom, worked out before they are published; writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from exams.credit.models import MemberYear
from exams.credit.policy import NOTHING, Asked, Rules, asked_of, is_reached
from exams.credit.targets import BATCH, deciding_day
from exams.rules.queries import nearest, reliefs_in_force, rules_by_path
from lms.core import clock
from lms.members.identities import identities_on, member_ids_on
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


def preview_rules(*, branch: Branch, year: int, rules: Rules) -> RulesPreview:
    """Compare what `year` asks under the rules in force and under `rules` at `branch`.

    Only those count for whom these rules would be the nearest. A handful of statements for each
    two thousand people; what is kept in memory grows with the branches, not with the people.
    """
    day = deciding_day(year, clock.today())
    in_force = rules_by_path(year)
    then = {**in_force, branch.path: rules}
    found = RulesPreview(year)
    by_path: dict[str, Tally] = {}
    names: dict[str, list[int]] = {"lost": [], "won": []}
    people = member_ids_on(day, under=branch.path)
    while batch := list(islice(people, BATCH)):
        for member_id, path, change in _changes(batch, year, in_force, then, rules):
            found.asked += 1
            if change is None:
                continue
            tallies = (found.total, by_path.setdefault(path, Tally()))
            for tally in tallies:
                tally.changed += 1
                if change:
                    setattr(tally, change, getattr(tally, change) + 1)
            if change and len(names[change]) < NAMED:
                names[change].append(member_id)
    found.branches = [(each, by_path[each.path]) for each in _branches(by_path)]
    found.lost_names, found.won_names = (_named(names[kind]) for kind in ("lost", "won"))
    return found


def _changes(
    batch: list[int], year: int, in_force: dict[str, Rules], then: dict[str, Rules], rules: Rules
) -> Iterator[tuple[int, str, str | None]]:
    """(member, path, None for no change, else "lost", "won" or "" for only another target)"""
    reliefs = reliefs_in_force(batch, year)
    studied: dict[int, tuple[Decimal, int]] = {
        member_id: (counted, events)
        for member_id, counted, events in MemberYear.objects.filter(
            member__in=batch, year=year
        ).values_list("member_id", "counted_hours", "events")
    }
    standing = identities_on(batch, deciding_day(year, clock.today()))
    for member_id, (path, identities) in standing.items():
        if path is None or nearest(then, path) is not rules:
            continue
        granted = reliefs.get(member_id, ())
        before = asked_of(nearest(in_force, path), identities, granted)
        after = asked_of(rules, identities, granted)
        if _kept(before) == _kept(after):
            yield member_id, path, None
            continue
        counted, events = studied.get(member_id, (NOTHING, 0))
        was, will_be = (_is_reached(asked, counted, events) for asked in (before, after))
        change = "lost" if was and will_be is False else "won" if will_be and was is False else ""
        yield member_id, path, change


def _kept(asked: Asked) -> tuple[Decimal, int, bool]:
    """What `settle_targets` writes."""
    return asked.hours, asked.events, asked.is_due


def _is_reached(asked: Asked, counted: Decimal, events: int) -> bool | None:
    """None for who is in no denominator."""
    return is_reached(asked.hours, asked.events, counted, events) if asked.is_due else None


def _branches(paths: dict[str, Tally]) -> Iterator[Branch]:
    yield from Branch.objects.filter(path__in=list(paths)).order_by("path")


def _named(member_ids: list[int]) -> list[str]:
    return list(
        Member.objects.filter(pk__in=member_ids).order_by("pk").values_list("name", flat=True)
    )
