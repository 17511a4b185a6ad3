"""What the pages of exams show: my exams in three groups, and the room."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exams.attempts import queries
from exams.attempts.models import Attempt, AttemptState, Exam, ExamState
from exams.attempts.rules import attempts_left, is_startable
from exams.attempts.timing import NOTHING, Allowed, is_over
from lms.core import clock
from lms.members.models import Member

MOST_LISTED = 100


@dataclass(frozen=True)
class Standing:
    """Where a member stands with one exam: in words, and what there is to do."""

    exam: Exam
    attempt: Attempt | None
    group: str
    words: str
    tone: str

    @property
    def is_running(self) -> bool:
        return self.group == "now" and self.attempt is not None and self.attempt.state == "open"


def standing(exam: Exam, last: Attempt | None, allowed: Allowed, now: dt.datetime) -> Standing:
    """Where the member stands with the exam at `now`."""
    running = last is not None and last.state == AttemptState.OPEN
    if last is not None and running and not is_over(now, last.deadline_at):
        return Standing(exam, last, "now", _("作答中"), "attention")
    left = attempts_left(exam, allowed, 0 if last is None else last.number)
    if exam.state == ExamState.PUBLISHED and left:
        if now < exam.opens_at:
            return Standing(exam, last, "soon", _("未开始"), "info")
        if is_startable(exam, allowed, now):
            words = _("可以开始") if last is None else _("可以再考")
            return Standing(exam, last, "now", words, "ok")
    if exam.state == ExamState.CANCELLED:
        return Standing(exam, last, "over", _("已取消"), "")
    if last is None:
        return Standing(exam, last, "over", _("没有参加"), "")
    return Standing(exam, last, "over", _("已交卷"), "ok")


def my_exams(by: Member) -> list[Standing]:
    """The member's exams, the latest first."""
    return standings(by, list(queries.visible_exams(by)[:MOST_LISTED]))


def standings(by: Member, exams: Sequence[Exam]) -> list[Standing]:
    """Where the member stands with these exams, in two statements."""
    now = clock.now()
    last = queries.latest_attempts(by, [exam.pk for exam in exams])
    allowed = queries.allowed_in(by, [exam.pk for exam in exams])
    return [standing(exam, last.get(exam.pk), allowed.get(exam.pk, NOTHING), now) for exam in exams]


def groups(rows: list[Standing]) -> list[tuple[str, list[Standing]]]:
    """The rows under their headings; a heading without rows is left out."""
    headings = (("now", _("现在可以答")), ("soon", _("即将开始")), ("over", _("已结束")))
    grouped = [(words, [row for row in rows if row.group == group]) for group, words in headings]
    return [(words, of_group) for words, of_group in grouped if of_group]


def my_exam(by: Member, exam: Exam) -> Standing:
    """Where the member stands with this exam."""
    last = queries.latest_attempts(by, [exam.pk]).get(exam.pk)
    return standing(exam, last, queries.allowed_for(by.pk, exam.pk), clock.now())


@dataclass(frozen=True)
class Seat:
    """One attempt as the people of the room see it."""

    attempt: Any  # with `answered`, `last_save` and `times_left` of the query
    is_open: bool
    words: str
    tone: str


def seats(exam: Exam) -> list[Seat]:
    """Who sits and who has handed in, the open ones first."""
    now = clock.now()
    return [_seat(attempt, now) for attempt in queries.sitting_in(exam)]


def _seat(attempt: Any, now: dt.datetime) -> Seat:
    if attempt.state == AttemptState.OPEN and not is_over(now, attempt.deadline_at):
        return Seat(attempt, True, _("作答中"), "attention")
    if attempt.state == AttemptState.OPEN:
        return Seat(attempt, False, _("已到时"), "info")
    return Seat(attempt, False, attempt.get_finished_by_display() or _("已交卷"), "ok")
