"""What exams on paper tell the reader of sheets about themselves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from exams.attempts.models import Exam
from exams.on_paper import counting_services, queries, rules, services
from exams.on_paper.booklets import booklets_pdf, facts_of
from exams.on_paper.models import PaperSheet
from exams.sheets.layout import SheetLayout
from exams.sheets.paper import Copy
from exams.sheets.uses import SheetUse
from lms.members.models import Member


def _exam(exam_id: int) -> Exam:
    found = queries.exam_with_plan(exam_id)
    assert found is not None
    return found


def _title(exam_id: int) -> str:
    found = queries.exam_with_plan(exam_id)
    return found.title if found else ""


def _layouts(exam_id: int) -> Mapping[str, SheetLayout]:
    found = queries.exam_with_plan(exam_id)
    return queries.layouts_of(found) if found and queries.plan_of(found) else {}


def _ordered(exam: Exam, about: Mapping[str, Any]) -> list[PaperSheet]:
    found = {sheet.pk: sheet for sheet in queries.sheets_of(exam).filter(pk__in=about["sheets"])}
    return [found[pk] for pk in about["sheets"]]


def _copies(exam_id: int, _count: int, about: Mapping[str, Any]) -> Sequence[Copy]:
    """The sheets kept for this order; the number is filled in where the name is printed."""
    exam = _exam(exam_id)
    plan = queries.plan_of(exam)
    seats = {person.member.pk: person for person in queries.people_in_order(exam)}
    return [
        Copy(
            sheet.serial,
            sheet.form,
            number=_fitting(sheet.member, plan.number_digits if plan else 0),
            facts=facts_of(sheet, seats),
        )
        for sheet in _ordered(exam, about)
    ]


def _fitting(member: Member | None, digits: int) -> str:
    """The member's number, if it is one that the boxes can say."""
    if member is None or len(member.number) > digits:
        return ""
    return member.number if member.number.isascii() and member.number.isdecimal() else ""


def _pdf(exam_id: int, about: Mapping[str, Any], meanwhile: Callable[[], None]) -> bytes | None:
    if about["what"] != services.BOOKLETS:
        return None
    exam = _exam(exam_id)
    return booklets_pdf(exam, _ordered(exam, about), meanwhile)


def _prepare(by: Member, exam_id: int, copies: int) -> dict[str, Any]:
    return services.prepare_spare(by=by, exam=_exam(exam_id), copies=copies)


EXAM_USE = SheetUse(
    key=queries.USE,
    can_handle=rules.can_handle_sheets,
    title_of=_title,
    address_of=lambda exam_id: reverse("on_paper:home", args=[exam_id]),
    layouts_for=_layouts,
    takes_sheets=lambda exam_id: queries.takes_sheets(queries.exam_with_plan(exam_id)),
    copies_for=_copies,
    take=counting_services.take_page,
    drop=counting_services.drop_page,
    prepare=_prepare,
    pdf_for=_pdf,
    prints_here=False,
    is_own=lambda by, exam_id, serial: queries.is_own(by.pk, exam_id, serial),
)
