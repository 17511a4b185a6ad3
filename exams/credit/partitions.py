"""The years of the ledger: each has a partition, opened before its first entry."""

from django.db import connection

from lms.core import clock
from lms.core.health.queries import Finding

_OPEN = "SELECT exams_ledger_open_until(%s)"
_STANDING = """
SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''(\\d+)')::int) - 1,
       (SELECT count(*) FROM (SELECT FROM exams_studyhourentry_rest LIMIT 1000) waiting)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'exams_studyhourentry'::regclass
"""


def open_partitions() -> int:
    """See to it that this year and the next have a partition; how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [clock.today().year + 1])
        return int(cursor.fetchone()[0])


def ledger_years() -> Finding:
    """Whether every entry lies in its year's partition, and this year has one."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        last_year, waiting = cursor.fetchone()
    is_open = last_year >= clock.today().year
    detail = f"open until {last_year}"
    if waiting:
        detail += f", {waiting} entries in none: exams.open_partitions has not run"
    return Finding("ledger_years", ok=is_open and not waiting, detail=detail)
