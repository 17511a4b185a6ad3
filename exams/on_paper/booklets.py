"""The booklets of a random paper: each sheet's own questions, for the one who gets it."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pypdfium2

from exams.attempts.models import Exam
from exams.on_paper.models import PaperSheet
from exams.on_paper.queries import Person, items_in_order, people_in_order
from exams.papers.printing import PAPER, booklet_data
from exams.papers.shown import sections
from lms.core.documents.pdf import render_pdf

A4_POINTS = (595.28, 841.89)


def booklets_pdf(exam: Exam, sheets: list[PaperSheet], meanwhile: Callable[[], None]) -> bytes:
    """One after the other; each begins on a fresh sheet when printed on both sides."""
    whole = pypdfium2.PdfDocument.new()
    seats = {person.member.pk: person for person in people_in_order(exam)}
    for sheet in sheets:
        meanwhile()
        made = render_pdf(PAPER, booklet(exam, sheet, seats))
        with pypdfium2.PdfDocument(made) as one:
            whole.import_pages(one)
            if len(one) % 2:
                whole.new_page(*A4_POINTS)
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()


def booklet(exam: Exam, sheet: PaperSheet, seats: Mapping[int, Person]) -> dict[str, Any]:
    """What stands in the booklet that belongs to this sheet."""
    found = sections(
        items_in_order(sheet),
        seed=exam.paper.seed,
        arrangements=dict(sheet.items),
    )
    return booklet_data(
        exam.paper,
        found,
        title=exam.title,
        form=f"卡号 {sheet.spaced}",
        note=_whose(sheet, seats) or "请先核对：题本和答题卡的卡号要一样。",
        has_room=not exam.paper_plan.writes_on_sheet,
    )


def _whose(sheet: PaperSheet, seats: Mapping[int, Person]) -> str:
    return "　".join(facts_of(sheet, seats)) if sheet.member_id else ""


def facts_of(sheet: PaperSheet, seats: Mapping[int, Person]) -> tuple[str, ...]:
    """Whose a sheet is, as it is printed on it."""
    if sheet.member is None:
        return ("姓名＿＿＿＿＿＿＿＿", "座位号＿＿＿＿")
    person = seats.get(sheet.member.pk)
    place = person.place if person else ""
    return (sheet.member.name, f"编号 {sheet.member.number}", *((place,) if place else ()))
