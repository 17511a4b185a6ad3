"""Background work of the reports."""

import logging

from exams.credit.totals import differences
from lms.core.tasks import task
from lms.reports.services import recount_branches

logger = logging.getLogger(__name__)


@task(name="reports.recount_branches", queue="ledger")
def recount() -> None:
    recount_branches()


@task(name="reports.compare_with_ledger", queue="ledger")
def compare_with_ledger() -> None:
    for found in differences():
        logger.error(
            "balance of member %s for %s is %s, the ledger says %s",
            found.member_id, found.year, found.kept, found.in_ledger,
        )  # fmt: skip
