"""Background work on groups; may run twice or late."""

from live.groups import services
from lms.core.tasks import task


@task(name="live.end_groups", queue="default")
def end_groups() -> None:
    """Rounds whose time is up."""
    services.close_overdue()
