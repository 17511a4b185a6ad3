"""What the clock starts: hours that a lost signal left behind."""

import datetime as dt

from exams.credit import partitions, services, targets
from lms.core import clock
from lms.core.tasks import task


@task(name="exams.credit_lesson", queue="ledger")
def credit_lesson(progress_id: int) -> None:
    """Post the hours of one completed lesson."""
    services.credit_lesson(progress_id=progress_id)


@task(name="exams.credit_completed", queue="ledger")
def credit_completed() -> None:
    """Each minute: what was completed in the last two days."""
    services.send_uncredited(since=clock.now() - dt.timedelta(days=2))


@task(name="exams.credit_all_completed", queue="ledger")
def credit_all_completed() -> None:
    """Each night: whatever was ever completed."""
    services.send_uncredited(limit=100_000)


@task(name="exams.open_years", queue="ledger")
def open_years() -> None:
    """Each few minutes: a row of this year for who has none yet."""
    targets.open_years(year=clock.today().year)


@task(name="exams.settle_targets", queue="ledger")
def settle_targets() -> None:
    """Each night, and when rules are published: what this year asks of everybody."""
    targets.settle_targets()


@task(name="exams.open_partitions", queue="ledger")
def open_partitions() -> None:
    """Each night: the ledger has a place for the entries of next year."""
    partitions.open_partitions()
