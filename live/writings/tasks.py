"""The PDFs of accepted texts: made at once, and by the clock where that was lost."""

from live.writings import services
from lms.core.tasks import task


@task(name="live.archive_writing", queue="default")
def archive_writing(*, writing_id: int) -> None:
    """One text's PDF."""
    services.make_archive(writing_id=writing_id)


@task(name="live.archive_writings", queue="default")
def archive_writings() -> None:
    """Those that are missing."""
    services.sweep_archives()
