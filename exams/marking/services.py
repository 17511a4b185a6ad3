"""From an attempt handed in to a result the member may see: the machine's marks, sums, release."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Answer, Attempt, AttemptState, Exam, ExamState, Release
from exams.marking import holds, queries
from exams.marking.errors import ReleaseError
from exams.marking.models import ADJUDICATION, MarkingPlace, PlaceState
from exams.marking.rules import can_lead
from exams.marking.scoring import Decided, agreed, points_for
from exams.marking.signals import attempt_released
from lms.core import clock
from lms.core.states import advance, advance_or_raise
from lms.core.tasks import enqueue
from lms.members.models import Member


def machine_mark_attempt(*, attempt_id: UUID) -> None:
    """Give points to what needs nobody's judgement, and queue the rest for people.

    Any number of times: what was marked by people stands as long as the answer is the one they
    read, and an attempt that was reopened is left alone until it is handed in again.
    """
    with transaction.atomic():
        attempt = _held_attempt(attempt_id)
        if attempt is None or attempt.state != AttemptState.FINISHED:
            return
        mark_attempt(attempt)


def mark_attempt(attempt: Attempt) -> None:
    """The machine's part of an attempt that is handed in, and its sum; under its lock."""
    rulings = queries.rulings_of(attempt.exam_id)
    (sheet,) = queries.sheets([attempt])
    for item in sheet.items:
        answer = sheet.answers.get(item.pk)
        if answer is None:
            continue
        share = queries.machine_share(item, answer, rulings.get(item.version_id))
        if share is None:
            _queue(attempt.exam, answer)
        else:
            give_points(answer, points_for(share, item.points))
    settle_attempt(attempt, rulings)


def send_unmarked(*, limit: int = 1000) -> int:
    """Queue what a lost signal left behind, one task each; how many there were."""
    waiting = queries.unmarked(limit)
    for attempt_id in waiting:
        enqueue("exams.machine_mark_attempt", attempt_id=str(attempt_id))
    return len(waiting)


def settle_answer(answer: Answer) -> None:
    """What the markers' words come to; a third place where two disagree.

    Within the transaction of whoever has changed a mark, under the lock of the attempt.
    """
    attempt = answer.attempt
    marks = queries.last_marks(answer.pk)
    asked = attempt.exam.markers_per_answer
    of = answer.item.points
    points: Decimal | None = None
    if ADJUDICATION in marks:
        points = marks[ADJUDICATION].points
    elif asked == 1 and 1 in marks:
        points = marks[1].points
    elif 1 in marks and 2 in marks:
        points = agreed(marks[1].points, marks[2].points, of)
        if points is None:
            _queue_place(attempt.exam, answer, ADJUDICATION)
        else:
            _drop_adjudication(answer)
    give_points(answer, points)
    mark_attempt(attempt)


def settle_attempt(attempt: Attempt, rulings: dict[int, Decided]) -> None:
    """Marked when nothing waits; and released with it where nobody's word is needed."""
    (sheet,) = queries.sheets([attempt])
    summed = queries.added_up(sheet, rulings)
    if summed.points is None:
        Attempt.objects.filter(pk=attempt.pk).update(out_of=summed.out_of)
        return
    advance(
        attempt,
        to=AttemptState.MARKED,
        from_=[AttemptState.FINISHED, AttemptState.MARKED],
        points=summed.points,
        out_of=summed.out_of,
        is_passed=summed.is_passed(attempt.exam.pass_percent),
        marked_at=clock.now(),
    )
    if attempt.exam.release == Release.AT_ONCE or attempt.exam.state == ExamState.RELEASED:
        release_attempt(attempt)


def release_attempt(attempt: Attempt) -> None:
    """The member may see the result; hours follow by a task."""
    if not advance(
        attempt, to=AttemptState.RELEASED, from_=[AttemptState.MARKED], released_at=clock.now()
    ):
        return
    announce(attempt.pk)


def announce(attempt_id: UUID) -> None:
    """Tell whoever listens that the result is there or another, and have hours follow."""
    enqueue("exams.credit_attempt", attempt_id=str(attempt_id))
    transaction.on_commit(
        lambda: attempt_released.send(Attempt, attempt_id=attempt_id), robust=True
    )


def release_exam(*, exam: Exam, by: Member) -> int:
    """Release all results by somebody's word; how many there were."""
    if not can_lead(by, exam):
        raise ReleaseError(_("成绩由举办单位的管理员公布。"))
    if clock.now() < exam.closes_at:
        raise ReleaseError(_("考试还没有结束。结束以后再公布成绩，以免答案外传。"))
    reason = holds.reason_to_wait(exam.pk)
    if reason:
        raise ReleaseError(reason)
    return _release(exam)


def release_ended() -> int:
    """Release what is over, complete and needs nobody's word; how many exams there were."""
    ended = [exam for exam in queries.exams_to_release() if not holds.is_by_hand(exam.pk)]
    for exam in ended:
        _release(exam)
    return len(ended)


@transaction.atomic
def _release(exam: Exam) -> int:
    held = Exam.objects.select_for_update(no_key=True).get(pk=exam.pk)
    if not queries.is_complete(held):
        raise ReleaseError(_("还有人在作答，或者还有答卷没有评完。全部评完后再公布。"))
    advance_or_raise(
        exam,
        to=ExamState.RELEASED,
        from_=[ExamState.PUBLISHED],
        released_at=clock.now(),
        message=_("成绩已经公布过了，请刷新页面。"),
    )
    marked = Attempt.objects.filter(exam=exam, state=AttemptState.MARKED).order_by("pk")
    for attempt in list(marked):
        release_attempt(attempt)
    return Attempt.objects.filter(exam=exam, state=AttemptState.RELEASED).count()


def give_points(answer: Answer, points: Decimal | None) -> None:
    """Write what an answer has earned, if it is not what stands there."""
    if answer.points != points:
        Answer.objects.filter(pk=answer.pk).update(points=points)
        answer.points = points


def _held_attempt(attempt_id: UUID) -> Attempt | None:
    """The attempt under a lock: who saves, submits or marks it waits."""
    return (
        Attempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("exam")
        .filter(pk=attempt_id)
        .first()
    )


def _queue(exam: Exam, answer: Answer) -> None:
    """Places for as many markers as the exam asks; one that read an earlier answer waits again."""
    read = queries.last_marks(answer.pk)
    if any(mark.revision != answer.revision for mark in read.values()):
        for mark in read.values():
            advance(
                mark.place, to=PlaceState.WAITING, from_=[PlaceState.DONE], leased_until=None,
                queued_at=clock.now(),
            )  # fmt: skip
        give_points(answer, None)
    for number in range(1, exam.markers_per_answer + 1):
        _queue_place(exam, answer, number)


def _queue_place(exam: Exam, answer: Answer, number: int) -> None:
    MarkingPlace.objects.bulk_create(
        [MarkingPlace(answer=answer, exam=exam, number=number, queued_at=clock.now())],
        ignore_conflicts=True,
    )


def _drop_adjudication(answer: Answer) -> None:
    """Markers who thought again agree: nobody has to settle it any more."""
    MarkingPlace.objects.filter(
        answer=answer, number=ADJUDICATION, state=PlaceState.WAITING, marks__isnull=True
    ).delete()
