"""The record of a finished final."""

from exams.finals import services
from lms.core.tasks import task


@task(name="exams.print_final_record", queue="default")
def print_final_record(*, job_id: int) -> None:
    """One final's file."""
    services.render_record(job_id=job_id)
