"""What the clock starts: attempts whose time is up."""

from exams.attempts import services
from lms.core.tasks import task


@task(name="exams.finish_expired", queue="exam")
def finish_expired() -> None:
    """Every quarter of a minute: finish what nobody looked at, at its deadline."""
    services.finish_expired()
