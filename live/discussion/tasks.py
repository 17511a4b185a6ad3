"""Background work on discussions: each may run twice or late."""

from live.discussion import draft_services, reminding
from live.notices import services as notices
from lms.core.tasks import task


@task(name="live.remind_unanswered", queue="default")
def remind_unanswered() -> None:
    """Questions that have waited for 48 hours."""
    reminding.remind_unanswered()


@task(name="live.forget_old_words", queue="default")
def forget_old_words() -> None:
    """Drafts nobody went on with, and notices of more than a year ago."""
    draft_services.forget_old_drafts()
    notices.forget_old_notices()
