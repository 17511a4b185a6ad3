"""What each year asks of each member: worked out from identities, rules and reliefs, and kept."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Max

from exams.credit.cases import STANDING, cases, standing_on
from exams.credit.models import MemberYear
from exams.credit.policy import PRESET, Asked, Rules, asked_of
from exams.credit.queries import people_without_year
from exams.rules.queries import nearest, reliefs_in_force, rules_by_path
from lms.core import clock
from lms.members.identities import identities_on
from lms.members.models import Member

# ruff: noqa: S608  (statements are put together from the text of modules alone)

BATCH = 5000
SLICE = 50_000

# Only rows that say something else are written, or even locked: a settled school is settled
# without a write.
_KEEP_ASKED = """
INSERT INTO exams_memberyear AS kept (member_id, year, counted_hours, all_hours, events,
                                      target_hours, required_events, is_due)
SELECT asked.member_id, %(year)s, 0, 0, 0, asked.hours, asked.events, asked.is_due
FROM asked
LEFT JOIN exams_memberyear there ON there.member_id = asked.member_id AND there.year = %(year)s
WHERE (there.target_hours, there.required_events, there.is_due)
      IS DISTINCT FROM (asked.hours, asked.events, asked.is_due)
ORDER BY 1
ON CONFLICT (member_id, year) DO UPDATE SET
    target_hours = excluded.target_hours, required_events = excluded.required_events,
    is_due = excluded.is_due
WHERE (kept.target_hours, kept.required_events, kept.is_due)
      <> (excluded.target_hours, excluded.required_events, excluded.is_due)
"""
_KEEP = (
    """
WITH asked AS (
    SELECT * FROM unnest(%(members)s::bigint[], %(hours)s::numeric[], %(events)s::int[],
                         %(due)s::bool[]) AS asked(member_id, hours, events, is_due)
)"""
    + _KEEP_ASKED
)
_KEEP_CASES = (
    "WITH"
    + STANDING
    + """, asked AS (
    SELECT standing.member_id, said.hours, said.events, said.is_due
    FROM standing
    JOIN unnest(%(case_nodes)s::text[], %(case_identities)s::text[], %(case_reliefs)s::text[],
                %(hours)s::numeric[], %(events)s::int[], %(due)s::bool[])
         AS said(node, identities, reliefs, hours, events, is_due)
      USING (node, identities, reliefs)
)"""
    + _KEEP_ASKED
)
_OPEN = _KEEP[: _KEEP.index("ON CONFLICT")] + "ON CONFLICT (member_id, year) DO NOTHING"


def deciding_day(year: int, today: dt.date) -> dt.date:
    """The day on which a person's branch and identities decide: today, or the year's last."""
    return min(today, dt.date(year, 12, 31))


def asked_of_members(
    member_ids: Iterable[int], year: int, *, rules_at: Callable[[str | None], Rules] | None = None
) -> dict[int, Asked]:
    """What `year` asks of each of these members, in a handful of statements.

    `rules_at(branch path)` stands in for the published rules, for a preview.
    """
    ids = list(member_ids)
    day = deciding_day(year, clock.today())
    standing = identities_on(ids, day)
    reliefs = reliefs_in_force(ids, year)
    if rules_at is None:
        by_path = rules_by_path(year)

        def rules_at(path: str | None) -> Rules:
            return nearest(by_path, path)

    # Thousands of people are a few hundred cases.
    cases: dict[Any, Asked] = {}
    asked: dict[int, Asked] = {}
    for member_id, (path, identities) in standing.items():
        case = (path, identities, tuple(reliefs.get(member_id, ())))
        if case not in cases:
            cases[case] = asked_of(rules_at(path), identities, case[2])
        asked[member_id] = cases[case]
    return asked


def open_member_year(*, member_id: int, year: int) -> None:
    """See to it that the member has a row of the year before the first entry is added to it."""
    if not MemberYear.objects.filter(member_id=member_id, year=year).exists():
        _write(_OPEN, asked_of_members([member_id], year), year)


def settle_targets(*, member_ids: Iterable[int] | None = None, year: int | None = None) -> int:
    """Keep what the year (this one) asks of these members, or of everybody; how many changed.

    May run at any time and any number of times.
    """
    asked_year = year or clock.today().year
    if member_ids is None:
        return _settle_everybody(asked_year)
    return sum(
        _write(_KEEP, asked_of_members(batch, asked_year), asked_year)
        for batch in _batches(iter(list(member_ids)))
    )


def _settle_everybody(year: int) -> int:
    """Settle all who belong to a branch, slice by slice: rows are locked for a slice's time."""
    rules = rules_by_path(year)
    day = deciding_day(year, clock.today())
    last = Member.objects.aggregate(last=Max("pk"))["last"] or 0
    changed = 0
    for low in range(1, last + 1, SLICE):
        said = standing_on(day, year, rules, ids=(low, low + SLICE - 1))
        found = cases(said)
        asked = [case.asked(rules.get(case.node, PRESET)) for case in found]
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP_CASES,
                said
                | {
                    "case_nodes": [case.node for case in found],
                    "case_identities": [case.identities for case in found],
                    "case_reliefs": [case.reliefs for case in found],
                    "hours": [each.hours for each in asked],
                    "events": [each.events for each in asked],
                    "due": [each.is_due for each in asked],
                },
            )
            changed += cursor.rowcount
    return changed


def open_years(*, year: int) -> int:
    """Give everybody in a branch who has no row of `year` one; how many were new."""
    people = people_without_year(year, deciding_day(year, clock.today()))
    return sum(_write(_OPEN, asked_of_members(batch, year), year) for batch in _batches(people))


def _batches(ids: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(ids, BATCH)):
        yield batch


def _write(statement: str, asked: dict[int, Asked], year: int) -> int:
    if not asked:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "year": year,
                "members": list(asked),
                "hours": [each.hours for each in asked.values()],
                "events": [each.events for each in asked.values()],
                "due": [each.is_due for each in asked.values()],
            },
        )
        return int(cursor.rowcount)
