"""Posting the hours of classes that are over."""

from live.hours import services
from lms.core.tasks import task


@task(name="live.credit_class", queue="ledger")
def credit_class(*, live_class_id: int) -> None:
    """The hours of one class."""
    services.credit_class(live_class_id=live_class_id)


@task(name="live.credit_closed", queue="ledger")
def credit_closed() -> None:
    """Each half minute: what has been closed for long enough, and lists that were handed in."""
    services.send_uncredited()
