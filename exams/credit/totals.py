"""The balance of a member's year: added to with each entry, and compared with the ledger."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from exams.credit.policy import COUNTED_CATEGORIES, counts_towards_target

# PostgreSQL adds: two entries of one member at the same moment both arrive.
_ADD = """
INSERT INTO exams_memberyear (member_id, year, counted_hours, all_hours, last_earned_on)
VALUES (%(member)s, %(year)s, %(counted)s, %(hours)s, %(last)s)
ON CONFLICT (member_id, year) DO UPDATE SET
    counted_hours = exams_memberyear.counted_hours + excluded.counted_hours,
    all_hours = exams_memberyear.all_hours + excluded.all_hours,
    last_earned_on = greatest(exams_memberyear.last_earned_on, excluded.last_earned_on)
"""

# A reversal takes hours back; it is no day of study.
_LEDGER_YEARS = """
SELECT member_id,
       extract(year FROM earned_on)::int AS year,
       coalesce(sum(hours) FILTER (WHERE category = ANY(%(counted)s)), 0) AS counted_hours,
       sum(hours) AS all_hours,
       max(earned_on) FILTER (WHERE source_kind <> 'reversal') AS last_earned_on
FROM exams_studyhourentry
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One member's year of which the balance is not the sum of the ledger."""

    member_id: int
    year: int
    kept: Decimal
    in_ledger: Decimal


def add_to_year(
    *, member_id: int, category: str, hours: Decimal, earned_on: dt.date, is_study: bool = True
) -> None:
    """Add `hours` (negative for a reversal) to the balance; within the entry's own transaction."""
    with transaction.atomic(durable=False), connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "member": member_id,
                "year": earned_on.year,
                "counted": hours if counts_towards_target(category) else Decimal(0),
                "hours": hours,
                "last": earned_on if is_study else None,
            },
        )


def open_year(*, year: int, day: dt.date) -> int:
    """Give everybody who belongs to a branch on `day` a balance for `year`; how many were new.

    Nothing depends on it but speed: a balance of nothing takes its place in the order of who is
    behind like any other, where a missing one has to be looked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO exams_memberyear (member_id, year, counted_hours, all_hours)
            SELECT m.member_id, %(year)s, 0, 0
            FROM members_membership m
            WHERE m.joined_on <= %(day)s AND (m.left_on IS NULL OR m.left_on > %(day)s)
              AND NOT EXISTS (
                  SELECT FROM exams_memberyear y
                  WHERE y.member_id = m.member_id AND y.year = %(year)s
              )
            ON CONFLICT (member_id, year) DO NOTHING
            """,
            {"year": year, "day": day},
        )
        return cursor.rowcount


def differences(limit: int = 100) -> list[Difference]:
    """Balances that are not what the ledger says, one statement; empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(kept.member_id, ledger.member_id), coalesce(kept.year, ledger.year),
                   coalesce(kept.counted_hours, 0), coalesce(ledger.counted_hours, 0)
            FROM exams_memberyear kept
            FULL JOIN ({_LEDGER_YEARS}) ledger
              ON ledger.member_id = kept.member_id AND ledger.year = kept.year
            WHERE (coalesce(kept.counted_hours, 0), coalesce(kept.all_hours, 0))
                  <> (coalesce(ledger.counted_hours, 0), coalesce(ledger.all_hours, 0))
               OR kept.last_earned_on IS DISTINCT FROM ledger.last_earned_on
            ORDER BY 1, 2
            LIMIT %(limit)s
            """,  # noqa: S608  (the fragment is this module's own)
            {"counted": sorted(category.value for category in COUNTED_CATEGORIES), "limit": limit},
        )
        return [Difference(*row) for row in cursor.fetchall()]


def rebuild_years() -> int:
    """Write every balance anew from the ledger; how many rows there are then."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody adds an entry between the reading and the writing.
        cursor.execute("LOCK TABLE exams_memberyear IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM exams_memberyear")
        cursor.execute(
            "INSERT INTO exams_memberyear"
            " (member_id, year, counted_hours, all_hours, last_earned_on)" + _LEDGER_YEARS,
            {"counted": sorted(category.value for category in COUNTED_CATEGORIES)},
        )
        return cursor.rowcount
