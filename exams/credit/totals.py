"""The sums of a member's year: added to with each entry, and compared with the ledger."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from exams.credit.models import StudyHourEntry

# PostgreSQL adds: two entries of one member at the same moment both arrive. The row of the year is
# there already: what it asks of the member was settled before the first entry.
_ADD_TO_YEAR = """
UPDATE exams_memberyear SET
    counted_hours = counted_hours + %(counted)s,
    all_hours = all_hours + %(hours)s,
    events = events + %(events)s,
    last_earned_on = greatest(last_earned_on, %(last)s)
WHERE member_id = %(member)s AND year = %(year)s
"""
_ADD_TO_MONTH = """
INSERT INTO exams_hourtotal (member_id, branch_id, year, month, category, hours, counted_hours)
VALUES (%(member)s, %(branch)s, %(year)s, %(month)s, %(category)s, %(hours)s, %(counted)s)
ON CONFLICT (member_id, year, month, category, branch_id) DO UPDATE SET
    hours = exams_hourtotal.hours + excluded.hours,
    counted_hours = exams_hourtotal.counted_hours + excluded.counted_hours
"""

# A reversal takes hours back; it is no day of study, and takes the occasion back as well.
_LEDGER_YEARS = """
SELECT member_id,
       extract(year FROM earned_on)::int AS year,
       sum(counted_hours) AS counted_hours,
       sum(hours) AS all_hours,
       (count(*) FILTER (WHERE category = 'concentrated' AND source_kind <> 'reversal')
        - count(*) FILTER (WHERE category = 'concentrated' AND source_kind = 'reversal'))::int
           AS events,
       max(earned_on) FILTER (WHERE source_kind <> 'reversal') AS last_earned_on
FROM exams_studyhourentry
GROUP BY 1, 2
"""
_LEDGER_MONTHS = """
SELECT member_id, coalesce(branch_id, 0) AS branch_id,
       extract(year FROM earned_on)::int AS year, extract(month FROM earned_on)::int AS month,
       category, sum(hours) AS hours, sum(counted_hours) AS counted_hours
FROM exams_studyhourentry
GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One member's year of which a kept sum is not that of the ledger."""

    member_id: int
    year: int
    kept: Decimal
    in_ledger: Decimal


def add_entry(entry: StudyHourEntry) -> None:
    """Add an entry (negative for a reversal) to the sums; within the entry's own transaction."""
    is_study = entry.reverses_id is None
    said: dict[str, Any] = {
        "member": entry.member_id,
        "branch": entry.branch_id or 0,
        "year": entry.earned_on.year,
        "month": entry.earned_on.month,
        "category": entry.category,
        "hours": entry.hours,
        "counted": entry.counted_hours,
        "events": (1 if is_study else -1) * (entry.category == "concentrated"),
        "last": entry.earned_on if is_study else None,
    }
    with transaction.atomic(durable=False), connection.cursor() as cursor:
        cursor.execute(_ADD_TO_YEAR, said)
        assert cursor.rowcount == 1, "the year was not opened"
        cursor.execute(_ADD_TO_MONTH, said)


def differences(limit: int = 100) -> list[Difference]:
    """Sums that are not what the ledger says; empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(kept.member_id, ledger.member_id), coalesce(kept.year, ledger.year),
                   coalesce(kept.counted_hours, 0), coalesce(ledger.counted_hours, 0)
            FROM exams_memberyear kept
            FULL JOIN ({_LEDGER_YEARS}) ledger
              ON ledger.member_id = kept.member_id AND ledger.year = kept.year
            WHERE (coalesce(kept.counted_hours, 0), coalesce(kept.all_hours, 0),
                   coalesce(kept.events, 0))
                  <> (coalesce(ledger.counted_hours, 0), coalesce(ledger.all_hours, 0),
                      coalesce(ledger.events, 0))
               OR kept.last_earned_on IS DISTINCT FROM ledger.last_earned_on
            UNION
            SELECT coalesce(kept.member_id, ledger.member_id), coalesce(kept.year, ledger.year),
                   coalesce(kept.hours, 0), coalesce(ledger.hours, 0)
            FROM exams_hourtotal kept
            FULL JOIN ({_LEDGER_MONTHS}) ledger USING (member_id, branch_id, year, month, category)
            WHERE (coalesce(kept.hours, 0), coalesce(kept.counted_hours, 0))
                  <> (coalesce(ledger.hours, 0), coalesce(ledger.counted_hours, 0))
            ORDER BY 1, 2
            LIMIT %(limit)s
            """,  # noqa: S608  (the fragments are this module's own)
            {"limit": limit},
        )
        return [Difference(*row) for row in cursor.fetchall()]


def rebuild_totals() -> int:
    """Write every sum anew from the ledger; how many years of members there are then.

    What a year asks of a member is not touched; a year first found here waits for
    `targets.settle_targets`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody adds an entry between the reading and the writing.
        cursor.execute("LOCK TABLE exams_memberyear, exams_hourtotal IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM exams_hourtotal")
        cursor.execute(
            "INSERT INTO exams_hourtotal"
            " (member_id, branch_id, year, month, category, hours, counted_hours)"
            + _LEDGER_MONTHS
            + " ORDER BY member_id"  # by the order of the index: millions, and none out of turn
        )
        cursor.execute(
            "UPDATE exams_memberyear SET"
            " counted_hours = 0, all_hours = 0, events = 0, last_earned_on = NULL"
        )
        cursor.execute(
            f"""
            INSERT INTO exams_memberyear (member_id, year, counted_hours, all_hours, events,
                                          last_earned_on, target_hours, required_events, is_due)
            SELECT member_id, year, counted_hours, all_hours, events, last_earned_on, 0, 0, true
            FROM ({_LEDGER_YEARS}) ledger
            ORDER BY member_id
            ON CONFLICT (member_id, year) DO UPDATE SET
                counted_hours = excluded.counted_hours, all_hours = excluded.all_hours,
                events = excluded.events, last_earned_on = excluded.last_earned_on
            """  # noqa: S608
        )
        return cursor.rowcount
