"""Sending to browsers: each may run twice or late."""

from live.push import services
from lms.core.tasks import task


@task(name="live.push_due", queue="default")
def push_due() -> None:
    """Each quarter of a minute: what has come due, where this school uses push."""
    services.send_due()


@task(name="live.push_one", queue="mail")
def push_one(*, sending_id: int) -> None:
    """One message to one browser."""
    services.send_one(sending_id=sending_id)


@task(name="live.forget_old_browsers", queue="default")
def forget_old_browsers() -> None:
    services.forget_old()
