"""Keeping the figures of boards counted, and the sums of the ledger true."""

import logging

from django.db import connection, transaction

from exams.credit.totals import differences, rebuild_totals
from lms.core import clock
from lms.reports.models import LedgerCheck
from lms.reports.statements import COUNT_ANEW
from lms.reports.years import reckoning_day

logger = logging.getLogger(__name__)

# One counting at a time: the later one sees all the earlier one saw, and more.
_COUNTING = 0x6C6D73


def recount_branches() -> int:
    """Count anew every branch that changed, for this year and the last; how many rows.

    Boards are right without it, only slower: they count what was touched themselves.
    """
    today = clock.today()
    days = {year: reckoning_day(year, today) for year in (today.year, today.year - 1)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])
        cursor.execute(COUNT_ANEW, {"years": list(days), "days": list(days.values())})
        return int(cursor.rowcount)


def check_ledger() -> LedgerCheck:
    """Compare every kept sum with the ledger and keep what was found; each difference is logged."""
    found = differences()
    for each in found:
        logger.error(
            "balance of member %s for %s is %s, the ledger says %s",
            each.member_id, each.year, each.kept, each.in_ledger,
        )  # fmt: skip
    return LedgerCheck.objects.create(
        checked_at=clock.now(),
        differences=[
            {
                "member": each.member_id,
                "year": each.year,
                "kept": str(each.kept),
                "in_ledger": str(each.in_ledger),
            }
            for each in found
        ],
    )


def rebuild_and_check() -> LedgerCheck:
    """Write every sum anew from the ledger, and compare."""
    rebuild_totals()
    return check_ledger()
