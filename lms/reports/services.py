"""Keeping the figures of boards counted, and the sums of the ledger true."""

import datetime as dt
import logging
from typing import Any

from django.db import connection, transaction

from exams.credit.totals import differences, rebuild_totals
from lms.core import clock
from lms.members.models import Branch
from lms.reports.models import BranchTouch, BranchYear, LedgerCheck, SubtreeYear
from lms.reports.statements import ADD_UP, COUNT_ANEW, DIFFERENT
from lms.reports.years import reckoning_day

logger = logging.getLogger(__name__)

# One counting at a time: the later one sees all the earlier one saw, and more.
_COUNTING = 0x6C6D73


def recount_branches(*, afresh: bool = False) -> int:
    """Count anew every branch that changed, for this year and the last; how many rows.

    Boards are right without it, only slower: they count what was touched themselves. `afresh`
    counts every branch.
    """
    days = _days()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])
        # Before the counting: a tree that changes meanwhile says so to the next.
        is_new_tree = BranchTouch.objects.filter(branch_id=None, member_id=None).delete()[0] > 0
        if afresh:
            BranchYear.objects.all().delete()
        if afresh or is_new_tree:
            SubtreeYear.objects.all().delete()
        said: dict[str, Any] = {"years": list(days), "days": list(days.values())}
        cursor.execute(COUNT_ANEW, said)
        counted = [branch_id for (branch_id,) in cursor.fetchall()]
        if counted or is_new_tree:
            said |= {"branches": counted, "all": is_new_tree, "step": Branch.steplen}
            cursor.execute(ADD_UP, said)
    return len(counted)


def _days() -> dict[int, dt.date]:
    """The years that are kept counted, and the day that decides each."""
    today = clock.today()
    return {year: reckoning_day(year, today) for year in (today.year, today.year - 1)}


def check_ledger() -> LedgerCheck:
    """Compare every kept sum with the ledger and keep what was found; each difference is logged."""
    found, branches = differences(), figure_differences()
    for each in found:
        logger.error(
            "balance of member %s for %s is %s, the ledger says %s",
            each.member_id, each.year, each.kept, each.in_ledger,
        )  # fmt: skip
    for branch_id, year in branches:
        logger.error("figures of branch %s for %s are not those of its people", branch_id, year)
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
        branches=[{"branch": branch_id, "year": year} for branch_id, year in branches],
    )


def figure_differences(limit: int = 100) -> list[tuple[int, int]]:
    """(branch, year) whose kept figures are not those counted now; what was touched is left out."""
    days = _days()
    with connection.cursor() as cursor:
        cursor.execute(
            DIFFERENT,
            {
                "years": list(days), "days": list(days.values()), "step": Branch.steplen,
                "limit": limit,
            },
        )  # fmt: skip
        return cursor.fetchall()


def rebuild_and_check() -> LedgerCheck:
    """Write every sum anew from the ledger, and compare."""
    rebuild_totals()
    recount_branches(afresh=True)
    return check_ledger()
