"""The protocol of a closed tally."""

from exams.tallies import services
from lms.core.tasks import task


@task(name="exams.print_protocol", queue="default")
def print_protocol(*, job_id: int) -> None:
    """One closed tally's file."""
    services.render_protocol(job_id=job_id)
