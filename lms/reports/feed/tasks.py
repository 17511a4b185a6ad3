"""Background work of the feed."""

from lms.core.tasks import task
from lms.reports.feed.services import MOST_AT_ONCE, place_entries


@task(name="reports.place_entries", queue="ledger")
def place() -> None:
    """Each minute, so that a platform that was away for long finds them placed."""
    while place_entries() == MOST_AT_ONCE:
        pass
