"""Reading and printing sheets in the background."""

from exams.sheets import reading_services, services
from lms.core.tasks import task


@task(name="exams.read_batch", queue="exam")
def read_batch(*, job_id: int) -> None:
    """One file of sheets."""
    reading_services.read_batch(job_id=job_id)


@task(name="exams.read_page_again", queue="exam")
def read_page_again(*, job_id: int) -> None:
    """One page of one file."""
    reading_services.read_page_again(job_id=job_id)


@task(name="exams.print_sheets", queue="default")
def print_sheets(*, job_id: int) -> None:
    """One order of sheets."""
    services.render_print(job_id=job_id)
