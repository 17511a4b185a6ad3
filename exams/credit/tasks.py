"""What the clock starts: hours that a lost signal left behind."""

import datetime as dt

from exams.credit import services
from exams.credit.totals import open_year as give_balances
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


@task(name="exams.open_year", queue="ledger")
def open_year() -> None:
    """Each few minutes: a balance of this year for who has none yet."""
    today = clock.today()
    give_balances(year=today.year, day=today)
