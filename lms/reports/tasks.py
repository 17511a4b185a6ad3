"""Background work of the reports."""

from lms.core.tasks import task
from lms.reports import services


@task(name="reports.recount_branches", queue="ledger")
def recount() -> None:
    services.recount_branches()


@task(name="reports.compare_with_ledger", queue="ledger")
def compare_with_ledger() -> None:
    """Each night: are all sums those of the ledger?"""
    services.check_ledger()
