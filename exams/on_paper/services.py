"""Holding an exam on paper: begun, its times said, its booklets and sheets ordered."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Attempt, AttemptState, Exam, ExamState, FinishedBy, Release
from exams.on_paper import queries, rules, words
from exams.on_paper.errors import NotOnPaperError, NotTheHostError
from exams.on_paper.models import PaperPlan, PaperSheet, SheetState
from exams.on_paper.plan import UnprintableError
from exams.on_paper.queries import USE, Person
from exams.papers.drawing import form_for
from exams.papers.models import PaperKind
from exams.sheets import services as sheets
from exams.sheets.layout import LayoutError
from exams.sheets.marks import MOST_SERIAL, serial_of
from exams.sheets.models import SheetPrint
from exams.sheets.uses import known_use
from lms.core import clock
from lms.members.models import Member

# So many people at most in one file, unless a room has more.
A_FILE = 200
SHEETS, BOOKLETS = "sheets", "booklets"


def problems_of(exam: Exam) -> list[str]:
    """What stands in the way of holding the exam on paper, a sentence each."""
    told = []
    if exam.state != ExamState.PUBLISHED:
        told.append(_("考试还没有发布，或者已经公布成绩。只有已发布的考试可以印答题卡。"))
    if exam.release == Release.AT_ONCE:
        told.append(
            _("这场考试“交卷后立即公布”，读卡以后来不及核对。请复制一场，改成别的公布方式。")
        )
    try:
        for layout in queries.layouts_of(exam).values():
            _pages = layout.pages
    except UnprintableError as refused:
        told.append(words.unprintable_sentence(refused))
    except LayoutError:
        told.append(_("题目太多，答题卡上排不下。请拆成两场考试。"))
    return told


def open_plan(*, by: Member, exam: Exam, writes_on_sheet: bool = False) -> PaperPlan:
    """From now on booklets and sheets can be printed and read; called again, the same."""
    if not rules.can_decide(by, exam):
        raise NotTheHostError(_("由举办单位的管理员决定是否用纸考。"))
    problems = problems_of(exam)
    if problems:
        raise NotOnPaperError(problems[0])
    length = dt.timedelta(seconds=exam.allowed_seconds)
    plan, _made = PaperPlan.objects.get_or_create(
        exam=exam,
        defaults={
            "number_digits": queries.digits_for(exam),
            "writes_on_sheet": writes_on_sheet and bool(queries.written_of(exam)),
            "began_at": exam.opens_at,
            "ended_at": min(exam.opens_at + length, exam.closes_at),
            "by": by,
            "at": clock.now(),
        },
    )
    return plan


@transaction.atomic
def state_times(
    *, by: Member, exam: Exam, began_at: dt.datetime, ended_at: dt.datetime, shows_pages: bool
) -> None:
    """When people wrote, as the host says; it also holds for what was read and is not released."""
    plan = _plan(by, exam)
    if not rules.can_decide(by, exam):
        raise NotTheHostError(_("答题时间由举办单位的管理员填写。"))
    # Said to the minute; the window may open within one.
    first = exam.opens_at.replace(second=0, microsecond=0)
    if not first <= began_at < ended_at <= exam.closes_at:
        raise NotOnPaperError(_("答题时间要在考试的开始和结束时间之内，收卷要晚于开始。"))
    plan.began_at, plan.ended_at, plan.shows_pages = began_at, ended_at, shows_pages
    plan.save(update_fields=["began_at", "ended_at", "shows_pages"])
    Attempt.objects.filter(exam=exam, finished_by=FinishedBy.SHEET).exclude(
        state=AttemptState.RELEASED
    ).update(started_at=began_at, deadline_at=ended_at, finished_at=ended_at)


# --- Printing -------------------------------------------------------------------------------------


@transaction.atomic
def order_for_people(
    *, by: Member, exam: Exam, everybody: bool = False, number: str = ""
) -> list[SheetPrint]:
    """Have sheets (of a random paper also booklets) printed, with name, number and seat.

    For those who have none yet; for `everybody` again, or for the one with this `number`: whoever
    has a sheet gets the same again, and of two copies one counts. Who sits elsewhere since, where
    another form belongs, gets another sheet instead.
    """
    plan = _plan(by, exam)
    people = queries.people_in_order(exam)
    if number:
        people = [person for person in people if person.member.number == number]
        if not people:
            raise NotOnPaperError(_("本场考试的人员里没有编号 %(number)s。") % {"number": number})
    had = {
        sheet.member_id: sheet
        for sheet in PaperSheet.objects.filter(exam=exam, is_current=True, member__isnull=False)
    }
    drawing = _Drawing(exam)
    wanted: list[tuple[Person, PaperSheet]] = []
    for turn, person in enumerate(people):
        sheet = had.get(person.member.pk)
        form = drawing.form(turn if person.seat is None else person.seat - 1)
        if sheet is not None and _is_outdated(sheet, person, form):
            PaperSheet.objects.filter(pk=sheet.pk).update(is_current=False)
            sheet = None
        if sheet is None:
            wanted.append((person, drawing.sheet(form, person.member)))
        elif everybody or number:
            wanted.append((person, sheet))
    PaperSheet.objects.bulk_create(sheet for _person, sheet in wanted if sheet.pk is None)
    if not wanted:
        raise NotOnPaperError(_("每个人的答题卡都印过了。要再印一份，请选“全部重印”或填编号。"))
    assert plan.pk
    return [
        order
        for label, inside in _files(wanted)
        for order in _order(by, exam, label, [sheet.pk for sheet in inside])
    ]


@transaction.atomic
def prepare_spare(*, by: Member, exam: Exam, copies: int) -> dict[str, Any]:
    """Keep so many sheets without a name, forms in turn; what an order of them says of itself."""
    _plan(by, exam)
    drawing = _Drawing(exam)
    made = PaperSheet.objects.bulk_create(
        drawing.sheet(drawing.form(turn), None) for turn in range(copies)
    )
    if exam.paper.kind == PaperKind.RANDOM:
        _order_booklets(by, exam, _("备用"), [sheet.pk for sheet in made])
    return {"what": SHEETS, "sheets": [sheet.pk for sheet in made], "label": _("备用答题卡")}


class _Drawing:
    """Makes the sheets of one exam, each with what it asks."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self._forms = queries.forms_of(exam)
        self._is_random = exam.paper.kind == PaperKind.RANDOM
        self._printed: dict[str, list[list[Any]]] = {}

    def form(self, turn: int) -> str:
        return form_for(self._forms, turn=turn)

    def sheet(self, form: str, member: Member | None) -> PaperSheet:
        seed = secrets.randbits(62)
        return PaperSheet(
            exam=self._exam,
            serial=serial_of(secrets.randbelow(MOST_SERIAL)),
            form=form,
            member=member,
            seed=seed,
            items=self._items(form, seed),
            printed_at=clock.now(),
        )

    def _items(self, form: str, seed: int) -> list[list[Any]]:
        """Of a random paper drawn by the seed, as on screen; else what the booklet says."""
        exam = self._exam
        if self._is_random:
            return queries.served(exam).arranged_for(
                seed=seed,
                form="",
                shuffles_questions=exam.shuffles_questions,
                shuffles_options=exam.shuffles_options,
            )
        if form not in self._printed:
            self._printed[form] = queries.printed_items(exam, self._forms[form])
        return self._printed[form]


def _is_outdated(sheet: PaperSheet, person: Person, form: str) -> bool:
    is_unread = sheet.state == SheetState.PRINTED and not sheet.pages
    return person.seat is not None and sheet.form != form and is_unread


def _files(
    wanted: Sequence[tuple[Person, PaperSheet]],
) -> list[tuple[str, list[PaperSheet]]]:
    """A file a room, or so many people in the order of their numbers."""
    found: list[tuple[str, list[PaperSheet]]] = []
    rooms: Mapping[str, list[tuple[Person, PaperSheet]]] = {}
    for person, sheet in wanted:
        rooms.setdefault(person.room, []).append((person, sheet))  # type: ignore[attr-defined]
    for room, inside in rooms.items():
        for start in range(0, len(inside), A_FILE):
            part = inside[start : start + A_FILE]
            first, last = part[0][0], part[-1][0]
            label = (
                _("%(room)s %(first)s–%(last)s 号")
                % {"room": room, "first": first.seat, "last": last.seat}
                if room
                else f"{first.member.number}–{last.member.number}"
            )
            if len(part) == 1:
                label = first.member.name
            found.append((label, [sheet for _person, sheet in part]))
    return found


def _order(by: Member, exam: Exam, label: str, ids: list[int]) -> list[SheetPrint]:
    about = {"what": SHEETS, "sheets": ids, "label": _("答题卡 %(whose)s") % {"whose": label}}
    orders = [_ordered(by, exam, about)]
    if exam.paper.kind == PaperKind.RANDOM:
        orders.append(_order_booklets(by, exam, label, ids))
    return orders


def _order_booklets(by: Member, exam: Exam, label: str, ids: list[int]) -> SheetPrint:
    said = _("题本 %(whose)s") % {"whose": label}
    return _ordered(by, exam, {"what": BOOKLETS, "sheets": ids, "label": said})


def _ordered(by: Member, exam: Exam, about: Mapping[str, Any]) -> SheetPrint:
    return sheets.order_print(
        by=by, use=known_use(USE), subject_id=exam.pk, copies=len(about["sheets"]), about=about
    )


def _plan(by: Member, exam: Exam) -> PaperPlan:
    """The plan under a lock: of two orders at once the later sees what the earlier has made."""
    if not rules.can_handle(by, exam):
        raise NotTheHostError(_("您没有处理这场考试答题卡的权限。"))
    found = PaperPlan.objects.select_for_update(of=("self",)).filter(exam=exam).first()
    if found is None:
        raise NotOnPaperError(_("这场考试还没有改用纸考。请先点“用纸考”。"))
    return found
