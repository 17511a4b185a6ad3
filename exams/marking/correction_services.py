"""A mark was wrong and the result is out: two people change it, and the member reads why."""

from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.attempts.models import Answer, Attempt, AttemptState
from exams.marking import queries
from exams.marking.credit_services import propose_what_follows
from exams.marking.errors import MarkCorrectionError
from exams.marking.models import MarkCorrection, MarkCorrectionState, MarkingPlace, PlaceState
from exams.marking.rules import can_decide_mark, can_mark
from exams.marking.scoring import HUNDREDTH
from exams.marking.services import announce, give_points
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member

_MOVED = gettext_lazy("这条更正已经有人处理过了，请刷新页面查看结果。")


def propose_mark_correction(
    *, answer: Answer, by: Member, points: Decimal, reason: str
) -> MarkCorrection:
    """Ask a second person to change what an answer earned. Nothing changes until they approve."""
    if not reason.strip():
        raise MarkCorrectionError(_("请写明更正的原因，考生会看到。"))
    with transaction.atomic():
        attempt = _held_attempt(answer.attempt_id)
        if not can_mark(by, attempt.exam) or attempt.member_id == by.pk:
            raise MarkCorrectionError(
                _("评分由举办单位的教员或管理员提出更正；自己的答卷请通过申诉提出。")
            )
        standing = Answer.objects.select_related("item").get(pk=answer.pk)
        before = _checked(attempt, standing, points)
        try:
            with transaction.atomic():
                return MarkCorrection.objects.create(
                    answer=standing,
                    points_before=before,
                    points_after=points,
                    reason=reason.strip()[:400],
                    by=by,
                    proposed_at=clock.now(),
                )
        except IntegrityError as refused:
            if "mark_correction_one_open" not in str(refused):
                raise
            raise MarkCorrectionError(
                _("这道题的更正已经提出，正在等待批准，不用再提。")
            ) from refused


def approve_mark_correction(*, correction: MarkCorrection, by: Member) -> None:
    """Change the points, the sum and what follows for hours; the member is told by the result."""
    with transaction.atomic():
        attempt = _held_attempt(correction.answer.attempt_id)
        _check_decider(by, correction)
        answer = Answer.objects.get(pk=correction.answer_id)
        if answer.points != correction.points_before:
            raise MarkCorrectionError(
                _("提出以后这道题的得分有了变化。请点“不批准”，再按现在的得分重新提出。")
            )
        give_points(answer, correction.points_after)
        before = attempt.is_passed
        (sheet,) = queries.sheets([attempt])
        summed = queries.added_up(sheet, queries.rulings_of(attempt.exam_id))
        after = summed.is_passed(attempt.exam.pass_percent)
        Attempt.objects.filter(pk=attempt.pk).update(
            points=summed.points, out_of=summed.out_of, is_passed=after
        )
        _decide(
            correction, MarkCorrectionState.APPROVED, by, passed_before=before, passed_after=after
        )
        announce(attempt.pk)
        if before != after:
            propose_what_follows(
                exam=attempt.exam, members=[attempt.member_id], by=by, reason=correction.reason
            )


def refuse_mark_correction(*, correction: MarkCorrection, by: Member, reply: str) -> None:
    """End the proposal with a reason; the points stay."""
    _check_decider(by, correction)
    if not reply.strip():
        raise MarkCorrectionError(_("请写明不批准的原因。"))
    _decide(correction, MarkCorrectionState.REFUSED, by, reply=reply.strip()[:400])


def withdraw_mark_correction(*, correction: MarkCorrection, by: Member) -> None:
    """Take the own proposal back."""
    if correction.by_id != by.pk:
        raise MarkCorrectionError(_("只有提出人可以撤回，而且要在批准之前。"))
    _decide(correction, MarkCorrectionState.WITHDRAWN, None)


def _checked(attempt: Attempt, answer: Answer, points: Decimal) -> Decimal:
    """What the answer has earned so far, if it may be corrected to `points`."""
    if attempt.state != AttemptState.RELEASED or answer.points is None:
        raise MarkCorrectionError(_("成绩还没有公布，请在“评卷”里直接改评。"))
    if not MarkingPlace.objects.filter(answer=answer, state=PlaceState.DONE).exists():
        raise MarkCorrectionError(_("这道题由系统评分。答案有误时，请在“更正答案”里处理。"))
    most = answer.item.points
    if not 0 <= points <= most or points != points.quantize(HUNDREDTH):
        raise MarkCorrectionError(
            _("本题满分 %(most)s 分，请在 0 到满分之间给分。") % {"most": most}
        )
    if points == answer.points:
        raise MarkCorrectionError(_("与现在的得分相同，不用更正。"))
    return answer.points


def _check_decider(by: Member, correction: MarkCorrection) -> None:
    if not can_decide_mark(by, correction):
        raise MarkCorrectionError(
            _("更正要由提出人和考生以外的第二个人批准，批准人是举办单位的管理员。")
        )


def _decide(
    correction: MarkCorrection, to: MarkCorrectionState, by: Member | None, **changes: object
) -> None:
    advance_or_raise(
        correction,
        to=to,
        from_=[MarkCorrectionState.PROPOSED],
        message=str(_MOVED),
        decided_by=by,
        decided_at=clock.now(),
        **changes,
    )


def _held_attempt(attempt_id: UUID) -> Attempt:
    """The attempt under its lock, which whoever marks or regrades holds first."""
    return (
        Attempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("exam__branch")
        .get(pk=attempt_id)
    )
