"""What people decide about sheets: whose one is, that one does not count, points for the rest."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Attempt, AttemptState
from exams.attempts.queries import allowed_for, attempts_of
from exams.attempts.rules import attempts_left
from exams.attempts.services import note
from exams.marking.desk_services import LEASE, save_mark
from exams.marking.errors import MarkingError
from exams.marking.models import MarkingPlace
from exams.marking.queries import places_for
from exams.marking.services import machine_mark_attempt
from exams.on_paper import queries, rules
from exams.on_paper.counting_services import count, held_attempt, withdraw
from exams.on_paper.errors import AssignmentError, NotTheHostError, SheetClosedError
from exams.on_paper.models import NoteKind, PaperNote, PaperSheet, SheetState
from exams.on_paper.standing import Problem
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member


@transaction.atomic
def assign(*, by: Member, sheet: PaperSheet, number: str, reason: str) -> None:
    """Say whose a sheet is: it counts as an attempt of the member with this number.

    One that counts for somebody already moves to the other member, with the marks it has.
    """
    held = _held(by, sheet)
    reason = _given(reason)
    member = _assignable(held, number.strip())
    if held.state == SheetState.COUNTED:
        _move(held, member, by, reason)
    else:
        if len(held.pages) < len(queries.layouts_of(held.exam)[held.form].pages):
            raise SheetClosedError(_("这张卡还没有读全，请先补扫缺的页。"))
        try:
            with transaction.atomic():
                count(held, member.pk, by=by, reason=reason)
        except IntegrityError as at_once:
            raise AssignmentError(_("此人刚刚有了另一份答卷，请刷新页面再看。")) from at_once
    _note(held, NoteKind.ASSIGNED, by, reason, member)


@transaction.atomic
def dismiss(*, by: Member, sheet: PaperSheet, reason: str) -> None:
    """Say that a sheet counts for nobody; an attempt that came of it is taken back."""
    held = _held(by, sheet)
    reason = _given(reason)
    member = held.holder
    if held.state == SheetState.COUNTED:
        withdraw(held)
    advance_or_raise(
        held,
        to=SheetState.DISMISSED,
        from_=[SheetState.WAITING, SheetState.COUNTED],
        problem="",
        message=_("这张卡还没有读到，或者已经判定不计。"),
    )
    _note(held, NoteKind.DISMISSED, by, reason, member)


@transaction.atomic
def take_back(*, by: Member, sheet: PaperSheet, reason: str) -> None:
    """Think again about a sheet that was dismissed: it waits for somebody."""
    held = _held(by, sheet)
    reason = _given(reason)
    advance_or_raise(
        held,
        to=SheetState.WAITING,
        from_=[SheetState.DISMISSED],
        problem=Problem.TAKEN_BACK,
        message=_("只有判定不计的卡可以撤回判定。"),
    )
    _note(held, NoteKind.TAKEN_BACK, by, reason, None)


@transaction.atomic
def enter_points(*, by: Member, sheet: PaperSheet, points: Mapping[int, Decimal]) -> None:
    """Points for what was written in the booklet, by item: marks by `by` in the common queue."""
    if sheet.attempt_id is None:
        raise MarkingError(_("这张卡还没有计入，先分派给本人再评分。"))
    if not rules.can_enter_points(by, sheet.exam):
        raise MarkingError(_("这场考试匿名评卷，请在“评卷”里看图评分。"))
    machine_mark_attempt(attempt_id=sheet.attempt_id)  # what waits for people is in the queue
    numbers = {id_: number for number, (id_, _order) in enumerate(sheet.items, start=1)}
    for item_id, given in points.items():
        place = _place(by, sheet, item_id)
        if place is None:
            raise MarkingError(
                _("第 %(number)s 题不在等您评分：可能正由别人评，或者已经公布成绩。")
                % {"number": numbers[item_id]}
            )
        save_mark(place=place, by=by, points=given)


# --- Steps ----------------------------------------------------------------------------------------


def _place(by: Member, sheet: PaperSheet, item_id: int) -> MarkingPlace | None:
    """The place of this answer that `by` has marked before, or may take."""
    of = MarkingPlace.objects.filter(answer__attempt=sheet.attempt_id, answer__item=item_id)
    own = of.filter(marker=by).first()
    if own is not None:
        return own
    free = places_for(by, sheet.exam, [item_id]).filter(answer__attempt=sheet.attempt_id)
    place: MarkingPlace | None = free.select_for_update(of=("self",)).first()
    if place is not None:
        MarkingPlace.objects.filter(pk=place.pk).update(marker=by, leased_until=clock.now() + LEASE)
        place.marker_id = by.pk
    return place


def _assignable(held: PaperSheet, number: str) -> Member:
    member = queries.member_numbered(number)
    if member is None:
        raise AssignmentError(_("没有编号 %(number)s，请核对。") % {"number": number or "—"})
    if member.pk != held.member_id and not queries.is_eligible(held.exam, member.pk):
        raise AssignmentError(
            _("%(name)s不在本场考试的人员里。请先在党组织或培训班里核对，再分派。")
            % {"name": member.name}
        )
    if held.state == SheetState.COUNTED and held.holder_id == member.pk:
        raise AssignmentError(_("这张卡本来就计在%(name)s名下。") % {"name": member.name})
    had = attempts_of(member.pk, held.exam_id)
    if any(attempt.state == AttemptState.OPEN for attempt in had):
        raise AssignmentError(
            _("%(name)s正在屏幕上作答，等交卷以后再处理。") % {"name": member.name}
        )
    last = max((attempt.number for attempt in had), default=0)
    if not attempts_left(held.exam, allowed_for(member.pk, held.exam_id), last):
        raise AssignmentError(
            _(
                "%(name)s已经有 %(count)s 份答卷，次数用完了。那一份不算的，请先判定它不计；"
                "两份都算的，请在监考页加考一次；否则判定这张卡不计。"
            )
            % {"name": member.name, "count": len(had)}
        )
    return member


def _move(held: PaperSheet, member: Member, by: Member, reason: str) -> None:
    attempt = held_attempt(held)
    if attempt.state == AttemptState.RELEASED:
        raise SheetClosedError(_("成绩已经公布，这张卡不能再改分派。请通过申诉处理。"))
    if MarkingPlace.objects.filter(answer__attempt=attempt, marker=member).exists():
        raise AssignmentError(_("%(name)s评过这份答卷，不能计在自己名下。") % {"name": member.name})
    note(attempt, "sheet_moved", by=by, reason=reason, before=attempt.member_id, after=member.pk)
    number = 1 + max((one.number for one in attempts_of(member.pk, held.exam_id)), default=0)
    Attempt.objects.filter(pk=attempt.pk).update(member=member, number=number)
    PaperSheet.objects.filter(pk=held.pk).update(holder=member)


def _note(held: PaperSheet, kind: NoteKind, by: Member, reason: str, member: Member | None) -> None:
    PaperNote.objects.create(
        sheet=held, kind=kind, member=member, reason=reason, by=by, at=clock.now()
    )


def _given(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise AssignmentError(_("请写明原因，复核的人会看到。"))
    return reason[:200]


def _held(by: Member, sheet: PaperSheet) -> PaperSheet:
    held = (
        PaperSheet.objects.select_for_update(of=("self",))
        .select_related("exam__paper", "exam__branch", "exam__paper_plan", "holder")
        .get(pk=sheet.pk)
    )
    if not rules.can_decide(by, held.exam):
        raise NotTheHostError(_("由举办单位的管理员判定答题卡是谁的。"))
    if not queries.takes_sheets(held.exam):
        raise SheetClosedError(_("考试已经取消，答题卡不再处理。"))
    if by.pk in (held.member_id, held.holder_id):
        raise NotTheHostError(_("这是您自己的卡，请由别的管理员处理。"))
    return held
