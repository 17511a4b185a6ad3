"""Contests for tests, made and run by the services the screens call."""

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exams.attempts.models import Attempt, AttemptState, Exam, ExamState
from exams.contests import services
from exams.contests.models import Contest, ContestRound
from exams.questions.models import Question, Topic
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories import exam_attempts
from tests.factories.members import make_administrator, make_instructor
from tests.factories.questions import make_question

_numbers = itertools.count(1)
GROUND = "市委组织部〔2026〕8 号同意"


def make_contest(
    branch: Branch,
    *,
    by: Member | None = None,
    opened: bool = True,
    topics: Sequence[Topic] = (),
    **fields: Any,
) -> Contest:
    """A contest that began yesterday and lasts ten days more, announced; no daily practice."""
    by = by or make_administrator(branch)
    today = clock.today()
    values: dict[str, Any] = {
        "title": f"第{next(_numbers)}届党章知识竞赛",
        "opens_on": today - dt.timedelta(days=1),
        "closes_on": today + dt.timedelta(days=10),
        "daily_questions": 0,
        **fields,
    }
    made = services.create_contest(contest=Contest(branch=branch, **values), topics=topics, by=by)
    if opened:
        open_without_questions(made)
    return Contest.objects.select_related("branch").get(pk=made.pk)


def open_without_questions(contest: Contest) -> None:
    """Announced, whatever it may still lack."""
    Contest.objects.filter(pk=contest.pk).update(state="open")


def make_pool(
    branch: Branch, count: int, *, by: Member | None = None, **about: Any
) -> list[Question]:
    """Questions of the branch open for practice; the right answer is 32学时."""
    by = by or make_instructor(branch)
    return [make_question(branch, by=by, is_for_practice=True, **about) for _number in range(count)]


def make_round(
    contest: Contest, *, weight: int = 1, released: bool = False, **fields: Any
) -> ContestRound:
    """An open exam of the contest's branch as its round; `released`: its results are out."""
    exam = exam_attempts.make_exam(contest.branch, **fields)
    made = ContestRound.objects.create(contest=contest, exam=exam, weight=weight)
    if released:
        release(exam)
    return made


def release(exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.RELEASED, released_at=clock.now())
    Attempt.objects.filter(exam=exam).update(state=AttemptState.RELEASED)


def sat(
    round_: ContestRound,
    member: Member,
    points: str,
    *,
    seconds: float = 60,
    state: str = AttemptState.RELEASED,
    **fields: Any,
) -> Attempt:
    """What came of one try at the round: so many points of 15, in so many seconds."""
    now = clock.now()
    exam = round_.exam
    return Attempt.objects.create(
        exam=exam,
        member=member,
        number=1 + Attempt.objects.filter(exam=exam, member=member).count(),
        state=state,
        seed=1,
        items=[],
        started_at=now - dt.timedelta(seconds=seconds),
        deadline_at=now,
        finished_at=now,
        points=Decimal(points),
        out_of=exam.paper.points,
        **fields,
    )


def turn_ranking_on(contest: Contest, *, by: Member) -> None:
    services.turn_ranking(contest=contest, is_on=True, ground=GROUND, by=by)
