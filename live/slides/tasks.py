"""Background work on slides: it carries an id and may run twice or late."""

from live.slides import services
from lms.core.tasks import task


@task(name="live.make_slides", queue="media")
def make_slides(*, job_id: int) -> None:
    """The pages of one deck."""
    services.make_slides(job_id=job_id)
