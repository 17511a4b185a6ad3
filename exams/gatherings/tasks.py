"""Posting confirmed gatherings to the ledger, and finding what a lost message left behind."""

import datetime as dt

from exams.gatherings import services
from lms.core import clock
from lms.core.tasks import task


@task(name="exams.credit_gathering", queue="ledger")
def credit_gathering(gathering_id: int) -> None:
    """Post the hours of everybody confirmed at one gathering."""
    services.credit_gathering(gathering_id=gathering_id)


@task(name="exams.credit_confirmed", queue="ledger")
def credit_confirmed() -> None:
    """Each minute: what was confirmed in the last two days."""
    services.send_uncredited(since=clock.now() - dt.timedelta(days=2))


@task(name="exams.credit_all_confirmed", queue="ledger")
def credit_all_confirmed() -> None:
    """Each night: whatever was ever confirmed."""
    services.send_uncredited(limit=100_000)
