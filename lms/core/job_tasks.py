"""What the clock starts for the jobs of every package."""

from lms.core import jobs
from lms.core.tasks import task


@task(name="core.sweep_jobs", queue="default")
def sweep_jobs() -> None:
    jobs.sweep()
