"""Background work on stages: may run twice or late."""

from live.hands import services
from lms.core.tasks import task


@task(name="live.free_stages", queue="default")
def free_stages() -> None:
    """Whoever's line is gone does not keep the stage from the next one."""
    services.free_stages()
