"""Why a page cannot go live just now, before somebody tries."""

from collections.abc import Iterable

from wagtail.models import Page

from courses.catalogue.models import LessonNotPublishableError, LessonPage


def refusal(page: Page) -> str:
    """The sentence for the editor; empty when nothing stands in the way."""
    if not isinstance(page, LessonPage):
        return ""
    try:
        page.check_publishable()
    except LessonNotPublishableError as reason:
        return reason.message
    return ""


def refusals(pages: Iterable[Page], *, with_drafts_below: bool = False) -> list[str]:
    """The sentences for all of `pages` as last drafted, and for the unpublished pages below."""
    drafts = []
    for page in pages:
        drafts.append(page)
        if with_drafts_below:
            drafts.extend(page.get_descendants().not_live())
    found = (refusal(page.get_latest_revision_as_object()) for page in drafts)
    return [sentence for sentence in found if sentence]
