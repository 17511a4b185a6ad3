"""From a sheet that was read to an attempt like any other: made, corrected, taken back."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _

from exams.attempts.models import Answer, Attempt, AttemptState, FinishedBy
from exams.attempts.queries import attempts_of
from exams.attempts.services import announce_finished, new_receipt, note
from exams.marking.models import Mark
from exams.marking.services import mark_attempt
from exams.on_paper import queries
from exams.on_paper.errors import SheetClosedError
from exams.on_paper.models import PaperSheet, SheetState
from exams.on_paper.plan import Place, marks, sent
from exams.on_paper.standing import Facts, Problem, owner, problem_with
from exams.questions.types import question_type
from exams.sheets.uses import TakenPage
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

COUNTABLE = (SheetState.PRINTED, SheetState.WAITING, SheetState.DISMISSED)


def take_page(page: TakenPage) -> None:
    """A page counts, or counts otherwise than before; in the transaction of whoever says so."""
    sheet = _held(page.subject_id, page.serial)
    if clock.now() < sheet.exam.opens_at:
        raise SheetClosedError(_("考试还没有开始。开始以后再读这张卡。"))
    sheet.pages[str(page.page)] = {
        "answers": {key: list(boxes) for key, boxes in page.answers.items()},
        "number": page.number,
    }
    sheet.read_at = clock.now()
    sheet.save(update_fields=["pages", "read_at"])
    if len(sheet.pages) == len(queries.layouts_of(sheet.exam)[sheet.form].pages):
        _settle(sheet)


def drop_page(page: TakenPage) -> None:
    """A page counts no more: the sheet is not whole, and what came of it is taken back."""
    sheet = _held(page.subject_id, page.serial)
    if sheet.state == SheetState.COUNTED:
        withdraw(sheet)
    sheet.pages.pop(str(page.page), None)
    sheet.save(update_fields=["pages"])
    if sheet.state != SheetState.DISMISSED:
        PaperSheet.objects.filter(pk=sheet.pk).update(state=SheetState.PRINTED, problem="")


def _settle(sheet: PaperSheet) -> None:
    """A whole sheet: counted for its owner, or put before a person."""
    if sheet.state == SheetState.COUNTED:
        _correct(sheet)
        return
    if sheet.state == SheetState.DISMISSED:
        return
    found = owner(
        printed_for=sheet.member_id, number=sheet.number, called=queries.called(sheet.number)
    )
    problem = found.problem
    if found.member is not None and problem is None:
        problem = problem_with(_facts(sheet, found.member))
        if problem is None:
            try:
                with transaction.atomic():
                    count(sheet, found.member)
                return
            except IntegrityError:  # begun on screen, or another sheet counted, at this moment
                problem = Problem.SAT
    advance(
        sheet,
        to=SheetState.WAITING,
        from_=[SheetState.PRINTED, SheetState.WAITING],
        problem=problem,
        holder_id=found.member,
    )


def _facts(sheet: PaperSheet, member_id: int) -> Facts:
    counted = PaperSheet.objects.filter(
        exam=sheet.exam_id, holder=member_id, state=SheetState.COUNTED
    )
    return Facts(
        is_eligible=sheet.member_id == member_id or queries.is_eligible(sheet.exam, member_id),
        has_sheet=counted.exists(),
        has_attempt=bool(attempts_of(member_id, sheet.exam_id)),
        is_replaced=not sheet.is_current,
        is_released=sheet.exam.released_at is not None,
    )


def count(sheet: PaperSheet, member_id: int, *, by: Member | None = None, reason: str = "") -> None:
    """Make the attempt of this member. Raises IntegrityError if another is made at this moment."""
    exam, plan = sheet.exam, sheet.exam.paper_plan
    attempt = Attempt.objects.create(
        exam=exam,
        member_id=member_id,
        number=1 + max((one.number for one in attempts_of(member_id, exam.pk)), default=0),
        state=AttemptState.FINISHED,
        form=queries.forms_of(exam)[sheet.form],
        seed=sheet.seed,
        items=sheet.items,
        started_at=plan.began_at,
        deadline_at=plan.ended_at,
        finished_at=plan.ended_at,
        finished_by=FinishedBy.SHEET,
        receipt=new_receipt(plan.ended_at),
        out_of=queries.served(exam).points_of(sheet.items),
    )
    _write(attempt, sheet)
    note(attempt, "from_paper", by=by, sheet=sheet.serial, reason=reason)
    advance(
        sheet,
        to=SheetState.COUNTED,
        from_=COUNTABLE,
        problem="",
        holder_id=member_id,
        attempt_id=attempt.pk,
    )
    transaction.on_commit(lambda: announce_finished(attempt.pk), robust=True)


def _correct(sheet: PaperSheet) -> None:
    """Somebody has decided otherwise about a box: the attempt follows, and is marked anew."""
    attempt = held_attempt(sheet)
    if attempt.state == AttemptState.RELEASED:
        raise SheetClosedError(
            _(
                "成绩已经公布，这张卡不能再改。确实读错的，请本人在成绩页点“对成绩申诉”，"
                "由举办单位答复；整道题答案有误的，用“更正答案”。"
            )
        )
    if _write(attempt, sheet):
        note(attempt, "sheet_corrected", sheet=sheet.serial)
        mark_attempt(attempt)


def withdraw(sheet: PaperSheet) -> None:
    """Take back the attempt that came of a sheet, as long as nobody has marked or seen it."""
    attempt = held_attempt(sheet)
    if attempt.state == AttemptState.RELEASED:
        raise SheetClosedError(_("成绩已经公布，这张卡不能撤回。请通过申诉和更正处理。"))
    if Mark.objects.filter(place__answer__attempt=attempt).exists():
        raise SheetClosedError(
            _("这份答卷已经有人评过分，不能撤回。如果不是本人的，请把它改分派给本人。")
        )
    sheet.attempt = None
    sheet.save(update_fields=["attempt"])
    try:
        attempt.delete()
    except ProtectedError as kept:
        raise SheetClosedError(_("这份答卷已经有核查或更正的记录，不能撤回。")) from kept


def held_attempt(sheet: PaperSheet) -> Attempt:
    """The attempt of a counted sheet, held until the transaction ends."""
    assert sheet.attempt_id is not None
    return (
        Attempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("exam__paper")
        .get(pk=sheet.attempt_id)
    )


# --- Answers --------------------------------------------------------------------------------------


def answers_on(sheet: PaperSheet) -> dict[int, dict[str, Any]]:
    """By item, in the author's terms: what the boxes say, and where the rest is written."""
    paper = queries.served(sheet.exam)
    boxes = marks(sheet.pages)
    found: dict[int, dict[str, Any]] = {}
    for number, (id_, arrangement) in enumerate(sheet.items, start=1):
        item = paper.items[id_]
        place = Place(item.kind, len(item.content.get("options", ())))
        if not place.is_choice:
            where = {"area": number} if sheet.exam.paper_plan.writes_on_sheet else {}
            found[id_] = {"paper": sheet.spaced, **where}
            continue
        kind = question_type(item.kind)
        found[id_] = kind.read(item.content, arrangement, sent(place, boxes.get(number, ())))
    return found


def _write(attempt: Attempt, sheet: PaperSheet) -> bool:
    """Whether anything is another answer than before; empty ones are kept only where one was."""
    kept = {answer.item_id: answer for answer in attempt.answers.all()}
    said: Mapping[int, dict[str, Any]] = answers_on(sheet)
    now = clock.now()
    changed = [id_ for id_, answer in said.items() if id_ in kept and kept[id_].answer != answer]
    for id_ in changed:
        Answer.objects.filter(pk=kept[id_].pk).update(
            answer=said[id_], revision=F("revision") + 1, points=None, saved_at=now
        )
    made = Answer.objects.bulk_create(
        Answer(attempt=attempt, item_id=id_, answer=answer, saved_at=now)
        for id_, answer in said.items()
        if answer and id_ not in kept
    )
    return bool(changed or made)


def _held(exam_id: int, serial: str) -> PaperSheet:
    found = (
        PaperSheet.objects.select_for_update(of=("self",))
        .select_related("exam__paper", "exam__branch", "exam__paper_plan")
        .filter(exam=exam_id, serial=serial)
        .first()
    )
    if found is None:
        raise SheetClosedError(_("这张卡不在本场考试印过的卡里。请核对是不是别的系统印的。"))
    return found
