"""What the clock starts: progress that no player asked for."""

from courses.progress.replacing import settle_editions as settle
from courses.progress.services import close_forgotten_sessions, settle_waiting
from lms.core.tasks import task


@task(name="courses.settle_progress", queue="ledger")
def settle_progress() -> None:
    """Each minute: count beats of players that went away, end sittings nobody can go on with."""
    close_forgotten_sessions()
    settle_waiting()
    settle()


@task(name="courses.settle_editions", queue="ledger")
def settle_editions() -> None:
    settle()
