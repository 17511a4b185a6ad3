"""Background work on exports: carries a job's id and may run twice or late."""

from lms.core.tasks import task
from lms.reports.exports import services


@task(name="reports.make_export", queue="default")
def make_export(*, job_id: int) -> None:
    services.make_export(job_id=job_id)


@task(name="reports.sweep_exports", queue="default")
def sweep_exports() -> None:
    """Each hour: files whose week is over, and what nobody works at any more."""
    services.sweep_exports()
