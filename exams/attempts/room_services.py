"""What the people of the room do: more time, another attempt, opening again, letting go."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts import queries
from exams.attempts.errors import AttemptClosedError, NothingToGiveError
from exams.attempts.models import (
    Allowance,
    Answer,
    Attempt,
    AttemptState,
    Exam,
    FinishedBy,
)
from exams.attempts.rules import REOPENED, window_of
from exams.attempts.services import announce_finished, finish_if_over, new_receipt, note
from exams.attempts.timing import NOTHING, left_at, moved
from lms.core import clock
from lms.core.states import advance, advance_or_raise
from lms.members.models import Member


def allow(
    *,
    exam: Exam,
    members: Iterable[Member],
    by: Member,
    reason: str,
    extra_seconds: int = 0,
    time_percent: int = 100,
    extra_attempts: int = 0,
) -> int:
    """Give one or many members more time or attempts; a running attempt has it at once.

    Returns how many running attempts were made longer.
    """
    reason = _given(reason)
    if extra_seconds <= 0 and time_percent <= 100 and extra_attempts <= 0:
        raise NothingToGiveError(_("请填写加多少分钟、时长倍数或加考次数中的至少一项。"))
    everyone = {member.pk: member for member in members}
    if not everyone:
        raise NothingToGiveError(_("请先选择人员，或填写编号。"))
    window = window_of(exam)
    longer = 0
    with transaction.atomic():
        # Under the lock of the attempts: of two allowances at once both count.
        running = list(
            Attempt.objects.select_for_update(no_key=True)
            .filter(exam=exam, member_id__in=everyone, state=AttemptState.OPEN)
            .defer("items")
            .order_by("pk")
        )
        before = queries.allowed_among(exam.pk, everyone)
        Allowance.objects.bulk_create(
            Allowance(
                exam=exam,
                member=member,
                extra_seconds=extra_seconds,
                time_percent=time_percent,
                extra_attempts=extra_attempts,
                reason=reason,
                by=by,
                at=clock.now(),
            )
            for member in everyone.values()
        )
        after = queries.allowed_among(exam.pk, everyone)
        for attempt in running:
            if finish_if_over(attempt):
                continue  # its time was up before: it is opened again, if at all
            of = attempt.member_id
            deadline = moved(
                attempt.deadline_at,
                window,
                attempt.started_at,
                before.get(of, NOTHING),
                after[of],
            )
            if deadline > attempt.deadline_at:
                Attempt.objects.filter(pk=attempt.pk).update(deadline_at=deadline)
                seconds = round((deadline - attempt.deadline_at).total_seconds())
                note(attempt, "allowed", by=by, seconds=seconds, reason=reason)
                longer += 1
    return longer


def reopen_attempt(
    *, attempt: Attempt, by: Member, reason: str, extra_seconds: int = 0
) -> dt.datetime:
    """Let the member go on with what was left of the time, and what is added; returns the end.

    Marks given meanwhile are void: they are given anew when it is handed in again.
    """
    reason = _given(reason)
    with transaction.atomic():
        now = clock.now()
        held = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
        if held.state not in REOPENED or held.finished_at is None:
            raise AttemptClosedError(_("这份答卷现在不能重新打开，请看页面上的状态。"))
        if held.finished_by == FinishedBy.SHEET:
            raise AttemptClosedError(
                _("这是纸质答卷，不能在屏幕上重新打开。读错的，请在“纸质考试”里改答题卡。")
            )
        left = left_at(held.finished_at, held.deadline_at) + dt.timedelta(seconds=extra_seconds)
        if left <= dt.timedelta(0):
            raise NothingToGiveError(_("这份答卷没有剩余时间，请填写再给多少分钟。"))
        others = Attempt.objects.filter(
            exam_id=held.exam_id, member_id=held.member_id, state=AttemptState.OPEN
        )
        if others.exists():
            raise AttemptClosedError(_("这位学员正在作答另一次考试，交卷后才能重新打开这一份。"))
        note(
            held, "reopened", by=by, reason=reason, receipt=held.receipt,
            finished_at=held.finished_at.isoformat(), seconds=round(left.total_seconds()),
        )  # fmt: skip
        advance_or_raise(
            held,
            message=_("这份答卷刚刚有变化，请刷新后再试。"),
            to=AttemptState.OPEN,
            from_=REOPENED,
            deadline_at=now + left,
            finished_at=None,
            finished_by="",
            receipt="",
            tab=None,
            points=None,
            is_passed=None,
            marked_at=None,
        )
        Answer.objects.filter(attempt=held, points__isnull=False).update(points=None)
    attempt.refresh_from_db()
    return now + left


def release_device(*, attempt: Attempt, by: Member, reason: str) -> None:
    """Let the member go on at the next device that opens the sitting."""
    reason = _given(reason)
    rows = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
    if not rows.update(device="", tab=None):
        raise AttemptClosedError(_("这份答卷已经交卷，不需要解除绑定。"))
    note(attempt, "released", by=by, reason=reason)


def finish_for(*, attempt: Attempt, by: Member, reason: str) -> None:
    """Hand in for a member who has gone; what was saved counts."""
    reason = _given(reason)
    if finish_if_over(attempt):
        return
    now = clock.now()
    at = min(now, attempt.deadline_at)
    if advance(
        attempt,
        to=AttemptState.FINISHED,
        from_=[AttemptState.OPEN],
        finished_at=at,
        finished_by=FinishedBy.OFFICER,
        receipt=new_receipt(at),
        tab=None,
    ):
        note(attempt, "finished_for", by=by, reason=reason)
        announce_finished(attempt.pk)


def _given(reason: str) -> str:
    """A reason is asked of everybody who changes somebody's exam."""
    reason = reason.strip()
    if not reason:
        raise NothingToGiveError(_("请写明原因，本人和复核的人都会看到。"))
    return reason[:200]
