"""Handing pages that count to their use, and taking them back."""

from exams.sheets.models import SheetPage
from exams.sheets.readings import number_of
from exams.sheets.uses import TakenPage, known_use


def take(page: SheetPage) -> None:
    """Tell the use what the page counts as; whatever the use raises is the caller's to handle."""
    known_use(page.use).take(_taken(page))


def drop(page: SheetPage) -> None:
    """Tell the use that the page does not count any more."""
    known_use(page.use).drop(_taken(page))


def _taken(page: SheetPage) -> TakenPage:
    marked = page.marked
    return TakenPage(
        subject_id=page.subject_id,
        form=page.form,
        serial=page.serial,
        page=page.page,
        answers={key: options for key, options in marked.items() if key.startswith("q")},
        number=number_of(marked),
    )
