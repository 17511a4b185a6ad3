"""Sitting an exam: begin, go on, save, hand in. What the clock ends ends by itself."""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.attempts import queries
from exams.attempts.errors import (
    AttemptClosedError,
    NoAttemptLeftError,
    NotOpenError,
    OtherDeviceError,
    StaleAnswersError,
)
from exams.attempts.models import (
    Answer,
    Attempt,
    AttemptEvent,
    AttemptState,
    Exam,
    ExamState,
    Fairness,
    FinishedBy,
    Navigation,
)
from exams.attempts.rules import attempts_left, is_startable, window_of
from exams.attempts.saving import SAVE, Message, Saved, Told, parameters, saved
from exams.attempts.serving import Asked, ServedPaper, served_paper
from exams.attempts.signals import attempt_finished
from exams.attempts.starting import begun
from exams.attempts.timing import GRACE, end, is_over
from exams.papers.queries import seat_number
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

_RECEIPT_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another


@dataclass(frozen=True)
class Question:
    """One question of a sitting with what is kept for it."""

    asked: Asked
    written: dict[str, Any]
    revision: int
    is_flagged: bool
    saved_at: dt.datetime | None

    @property
    def is_answered(self) -> bool:
        return bool(self.written)


@dataclass(frozen=True)
class Sitting:
    """An open attempt as it is shown at `now`: the questions that may be shown, and no other."""

    attempt: Attempt
    exam: Exam
    questions: list[Question]
    count: int
    now: dt.datetime

    @property
    def is_forward(self) -> bool:
        """Whether nobody goes back: one question is shown at a time."""
        return self.exam.navigation == Navigation.FORWARD

    @property
    def minutes(self) -> int:
        """How long this attempt may take."""
        length = self.attempt.deadline_at - self.attempt.started_at
        return round(length.total_seconds() / 60)

    @property
    def remaining_ms(self) -> int:
        return max(0, round((self.attempt.deadline_at - self.now).total_seconds() * 1000))


# --- Beginning ----------------------------------------------------------------------------------


def start_attempt(*, by: Member, exam: Exam, device: str = "") -> Attempt:
    """The member's running attempt; begun now if there is none.

    However often and from wherever it is called: going on is never a new attempt. The deadline is
    stamped by the row that says which questions are asked.
    """
    return _started(by, exam, device)[0]


def start_sitting(*, by: Member, exam: Exam, device: str = "") -> Sitting:
    """Begin or go on, and what the member sees: the reply to "start" is the sitting itself."""
    attempt, is_new = _started(by, exam, device)
    return open_sitting(attempt=attempt, device=device, is_new=is_new)


def _started(by: Member, exam: Exam, device: str) -> tuple[Attempt, bool]:
    """The running attempt, and whether it was begun by this call."""
    # Most begin for the first time and were granted nothing: it is tried before anything is read.
    had = queries.Had()
    if not (is_startable(exam, had.allowed, clock.now()) and exam.attempts_allowed):
        had = queries.had(by.pk, exam.pk)
    for _again in range(3):  # another call may begin, or end, one between our reading and writing
        if had.running is not None:
            running = queries.attempt(had.running)
            running.exam = exam
            if not finish_if_over(running):
                return running, False
        attempt = _drawn(by, exam, device, had)
        if begun(attempt, granted=had.allowances):
            return attempt, True
        had = queries.had(by.pk, exam.pk)
    raise NotOpenError(_("刚才没有开始成功，请再点一次“开始答题”。"))


def _drawn(by: Member, exam: Exam, device: str, had: queries.Had) -> Attempt:
    """An attempt that may begin now, not written yet."""
    now = clock.now()
    allowed = had.allowed
    if exam.state != ExamState.PUBLISHED or now < exam.opens_at:
        raise NotOpenError(_("考试还没有开始，请在本页等候，到时间就可以开始答题。"))
    if not is_startable(exam, allowed, now):
        raise NotOpenError(_("考试已经结束，不能再开始。如有特殊情况，请联系举办单位。"))
    if not attempts_left(exam, allowed, had.count):
        raise NoAttemptLeftError(_("您的考试次数已经用完。如有特殊情况，请联系举办单位。"))
    paper = paper_of(exam)
    seed = secrets.randbits(62)
    form = paper.form_for(_turn(by, exam, paper, seed))
    items = paper.arranged_for(
        seed=seed,
        form=form,
        shuffles_questions=exam.shuffles_questions,
        shuffles_options=exam.shuffles_options,
    )
    return Attempt(
        exam=exam,
        member=by,
        number=had.count + 1,
        form=form,
        seed=seed,
        items=items,
        started_at=now,
        deadline_at=end(window_of(exam), now, allowed),
        device=device if exam.fairness == Fairness.ONE_DEVICE else "",
        out_of=paper.points_of(items),
    )


def _turn(by: Member, exam: Exam, paper: ServedPaper, seed: int) -> int:
    """What decides about the form: in a room the seat, as on the list at its door; else chance."""
    if not paper.has_forms or exam.fairness != Fairness.ROOM:
        return seed
    seat = seat_number(exam.pk, by.pk)
    return seed if seat is None else seat - 1


def paper_of(exam: Exam) -> ServedPaper:
    """The exam's paper as it was sealed, without its keys."""
    if exam.paper.sealed_at is None:
        raise NotOpenError(_("试卷还没有准备好，请联系举办单位。"))
    return served_paper(exam.paper_id, exam.paper.sealed_at)


def question_count(exam: Exam) -> int:
    """How many questions are asked; the papers of a random exam have equally many."""
    return paper_of(exam).count()


# --- Going on -----------------------------------------------------------------------------------


def open_sitting(*, attempt: Attempt, device: str = "", is_new: bool = False) -> Sitting:
    """What the member sees of the open attempt now, on this device.

    Raises AttemptClosedError when the time is up, OtherDeviceError where one device is bound.
    """
    if attempt.state != AttemptState.OPEN or finish_if_over(attempt):
        raise AttemptClosedError(closed_words(attempt))
    exam = attempt.exam
    _bind(attempt, device)
    paper = paper_of(exam)
    kept = {} if is_new else queries.answers_in(attempt.pk)
    count = len(attempt.items)
    forward = exam.navigation == Navigation.FORWARD
    shown = [attempt.reached] if forward else range(1, count + 1)
    return Sitting(
        attempt=attempt,
        exam=exam,
        questions=[_question(paper, attempt, position, kept) for position in shown],
        count=count,
        now=clock.now(),
    )


def _question(
    paper: ServedPaper, attempt: Attempt, position: int, kept: dict[int, Answer]
) -> Question:
    asked = paper.asked(attempt.items, position)
    answer = kept.get(asked.item.id)
    if answer is None:
        return Question(asked, {}, 0, False, None)
    written = paper.written(attempt.items, position, answer.answer)
    return Question(asked, written, answer.revision, answer.is_flagged, answer.saved_at)


def _bind(attempt: Attempt, device: str) -> None:
    """Where one device may write: this one, if none is bound."""
    if attempt.exam.fairness != Fairness.ONE_DEVICE or attempt.device == device:
        return
    free = Attempt.objects.filter(pk=attempt.pk, device="", state=AttemptState.OPEN)
    if attempt.device or not free.update(device=device):
        raise OtherDeviceError(
            _(
                "本场考试只能在开始答题的那台设备上作答。设备坏了请告诉监考人员，解除绑定后就能在这里继续。"
            )
        )
    attempt.device = device
    note(attempt, "device")


def move_on(*, attempt: Attempt, position: int) -> bool:
    """Where nobody goes back: to the next question; False if this is not the current one."""
    if attempt.exam.navigation != Navigation.FORWARD or position >= len(attempt.items):
        return False
    rows = Attempt.objects.filter(
        pk=attempt.pk,
        state=AttemptState.OPEN,
        reached=position,
        deadline_at__gte=clock.now() - GRACE,
    )
    moved = bool(rows.update(reached=position + 1))
    if moved:
        attempt.reached = position + 1
    return moved


def take_over(*, attempt: Attempt, tab: UUID) -> bool:
    """From now on this tab writes; the other is told at its next save."""
    rows = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN).exclude(tab=tab)
    taken = bool(rows.update(tab=tab))
    if taken and attempt.tab is not None:
        note(attempt, "tab")
    return taken


# --- Saving -------------------------------------------------------------------------------------


def save_answers(
    *,
    attempt: Attempt,
    answers: Iterable[Told],
    device: str = "",
    tab: UUID | None = None,
    receipt: str = "",
) -> Saved:
    """Keep these answers as far as nothing newer is kept; committed when this returns."""
    bound = device if attempt.exam.fairness == Fairness.ONE_DEVICE else ""
    message = Message(
        attempt.pk, attempt.member_id, bound, tab, clock.now(), list(answers), receipt=receipt
    )
    with connection.cursor() as cursor:
        cursor.execute(SAVE, parameters([message]))
        rows = cursor.fetchall()
    if not rows:
        raise AttemptClosedError(_("没有找到这份答卷，请从“考试”页面重新进入。"))
    return saved(rows[0][1:])


def submit_attempt(
    *,
    attempt: Attempt,
    answers: Iterable[Told] = (),
    device: str = "",
    tab: UUID | None = None,
) -> Attempt:
    """Hand in, with the last answers; called again, the same receipt.

    Nothing is handed in over an answer that is not kept: StaleAnswersError names those questions.
    """
    told = list(answers)
    outcome = save_answers(
        attempt=attempt, answers=told, device=device, tab=tab, receipt=new_receipt(clock.now())
    )
    if outcome.refusal == "over":
        attempt.refresh_from_db(fields=["state", "deadline_at", "finished_at", "receipt"])
        finish_if_over(attempt)
        return attempt
    if outcome.refusal == "device":
        raise OtherDeviceError(_("本场考试只能在开始答题的那台设备上作答，请在那台设备上交卷。"))
    if outcome.refusal == "tab":
        raise StaleAnswersError(_("您已在别处继续作答，请在那里交卷，或先选择“在此继续”。"), [])
    stale = [one.position for one in told if one.item_id not in outcome.revisions]
    if stale:
        raise StaleAnswersError(_("有的题目在别处改过，请核对后再交卷。"), stale)
    attempt.state, attempt.finished_by = AttemptState.FINISHED, FinishedBy.MEMBER
    attempt.finished_at, attempt.receipt, attempt.tab = outcome.finished_at, outcome.receipt, None
    announce_finished(attempt.pk)
    return attempt


def announce_finished(attempt_id: UUID) -> None:
    """Once the present transaction is committed.

    A listener's failure is logged and made up for by its own sweep; the receipt stands.
    """
    transaction.on_commit(
        lambda: attempt_finished.send(sender=Attempt, attempt_id=attempt_id), robust=True
    )


def new_receipt(at: dt.datetime) -> str:
    """Such as 261125-7K3MQ29VXA: the day, and ten signs nobody can guess."""
    day = clock.local_date(at)
    return f"{day:%y%m%d}-{''.join(secrets.choice(_RECEIPT_SIGNS) for _sign in range(10))}"


# --- The end of the time ------------------------------------------------------------------------


def finish_if_over(attempt: Attempt) -> bool:
    """If the time is up: finished at its deadline, whenever this is noticed. Is it over?"""
    if attempt.state != AttemptState.OPEN:
        return True
    now = clock.now()
    if not is_over(now, attempt.deadline_at):
        return False
    if advance(
        attempt,
        to=AttemptState.FINISHED,
        from_=[AttemptState.OPEN],
        where=Q(deadline_at=attempt.deadline_at, deadline_at__lt=now - GRACE),
        finished_at=attempt.deadline_at,
        finished_by=FinishedBy.TIME,
        receipt=new_receipt(attempt.deadline_at),
        tab=None,
    ):
        announce_finished(attempt.pk)
        return True
    attempt.refresh_from_db(
        fields=["state", "finished_at", "finished_by", "receipt", "deadline_at"]
    )
    return attempt.state != AttemptState.OPEN or finish_if_over(attempt)


def finish_expired(*, limit: int = 2000) -> int:
    """Finish what nobody looked at since its time was up; how many there were."""
    over = queries.over_before(clock.now() - GRACE, limit=limit)
    return sum(
        finish_if_over(attempt) for attempt in Attempt.objects.filter(pk__in=over).defer("items")
    )


def closed_words(attempt: Attempt) -> str:
    """What is said to who still writes: until when, and what counts."""
    answered = queries.answered_count(attempt.pk)
    at = attempt.finished_at or attempt.deadline_at
    return _("考试已于 %(time)s 结束，之前保存的 %(count)s 题都有效。") % {
        "time": f"{timezone.localtime(at):%H:%M:%S}",
        "count": answered,
    }


def note(attempt: Attempt, kind: str, *, by: Member | None = None, **details: Any) -> None:
    """Write down what happened, for people to read."""
    AttemptEvent.objects.create(
        attempt_id=attempt.pk, kind=kind, at=clock.now(), details=details, by=by
    )
