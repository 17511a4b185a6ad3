"""Exams: published when everything is there, and after that only what hurts nobody."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.attempts.models import Allowance, Attempt, Exam, ExamState, Release
from exams.papers import exam_services
from exams.papers.queries import managed_exams, people_of
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories import exam_attempts
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
)
from tests.factories.papers import make_exam, make_paper
from tests.factories.training import enrol, make_class

pytestmark = pytest.mark.django_db

EXTENDING = 9


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    return make_administrator(tree.first)


@pytest.mark.slow
def test_an_exam_is_published_when_everything_is_there(tree: BranchTree, officer: Member) -> None:
    now = clock.now()
    hour = dt.timedelta(hours=1)
    draft = make_paper(tree.first, questions=1)
    wrong: dict[str, dict[str, Any]] = {
        "试卷还没有封卷。请先打开试卷核对，然后封卷。": {"paper": draft},
        "结束时间已经过去，请改开始和结束时间。": {
            "opens_at": now - 2 * hour,
            "closes_at": now - hour,
        },
        "考试从开始到结束不能超过一年，请核对年份。": {"closes_at": now + dt.timedelta(days=400)},
        "及格线应在 1% 到 100% 之间。": {"pass_percent": 101},
        "没有人可以参加这场考试。请改举办单位，或者先在培训班里编入学员。": {
            "training_class": make_class(tree.first)
        },
    }
    told = {
        problem: exam_services.problems_of(make_exam(tree.first, **fields))
        for problem, fields in wrong.items()
    }
    assert told == {problem: [problem] for problem in wrong}
    with pytest.raises(DomainError, match="试卷还没有封卷"):
        exam_services.publish_exam(exam=make_exam(tree.first, paper=draft), by=officer)
    made = make_exam(tree.first, published=True)
    assert Exam.objects.get(pk=made.pk).state == ExamState.PUBLISHED


def test_after_publishing_only_the_end_moves_and_only_later(
    tree: BranchTree, officer: Member
) -> None:
    exam = make_exam(tree.first, published=True)
    end = exam.closes_at
    exam.pass_percent = 90
    with pytest.raises(DomainError, match="考试已经发布，只能延长结束时间或取消。"):
        exam_services.update_exam(exam=exam)
    with pytest.raises(DomainError, match="不能删除，可以取消"):
        exam_services.discard_exam(exam=exam)
    with pytest.raises(DomainError, match="只能延长"):
        exam_services.extend_exam(exam=exam, closes_at=end, by=officer)
    exam_services.extend_exam(exam=exam, closes_at=end + dt.timedelta(hours=1), by=officer)
    now_there = Exam.objects.get(pk=exam.pk)
    assert (now_there.closes_at, now_there.pass_percent) == (end + dt.timedelta(hours=1), 60)


def test_a_later_end_reaches_whom_the_window_cut_short(tree: BranchTree, officer: Member) -> None:
    exam = exam_attempts.make_exam(tree.first, questions=1)
    end, hour = exam.closes_at, dt.timedelta(hours=1)
    with time_machine.travel(end - dt.timedelta(minutes=5), tick=False):
        attempt = exam_attempts.begin(exam, make_member(tree.first))
        assert attempt.deadline_at == end
        exam_services.extend_exam(exam=exam, closes_at=end + hour, by=officer)
    whole = attempt.started_at + dt.timedelta(seconds=exam.allowed_seconds)
    attempt.refresh_from_db()
    assert attempt.deadline_at == min(whole, end + hour)
    with time_machine.travel(attempt.deadline_at + hour, tick=False):
        exam_services.extend_exam(exam=exam, closes_at=end + 5 * hour, by=officer)
    ended = attempt.deadline_at
    attempt.refresh_from_db()
    assert attempt.deadline_at == ended


def test_a_later_end_takes_nothing_of_an_allowance_that_ended_with_the_window(
    tree: BranchTree, officer: Member
) -> None:
    """Who was given half an hour more and would end just when the window does."""
    exam = exam_attempts.make_exam(
        tree.first, questions=1, allowed_seconds=3600, closes_at=clock.now() + dt.timedelta(hours=3)
    )
    member = make_member(tree.first)
    Allowance.objects.create(
        exam=exam, member=member, extra_seconds=1800, reason="视力不便", by=officer, at=clock.now()
    )
    with time_machine.travel(exam.closes_at - dt.timedelta(minutes=90), tick=False):
        attempt = exam_attempts.begin(exam, member)
        ends_at = attempt.deadline_at
        assert ends_at == exam.closes_at
        exam_services.extend_exam(
            exam=exam, closes_at=exam.closes_at + dt.timedelta(hours=1), by=officer
        )
    attempt.refresh_from_db()
    assert attempt.deadline_at == ends_at


def test_extending_costs_the_same_whoever_is_sitting(tree: BranchTree, officer: Member) -> None:
    exam = exam_attempts.make_exam(tree.first, questions=1)
    with time_machine.travel(exam.closes_at - dt.timedelta(minutes=5), tick=False):
        for sitting in (1, 3):
            while Attempt.objects.filter(exam=exam).count() < sitting:
                exam_attempts.begin(exam, make_member(tree.first))
            Attempt.objects.filter(exam=exam).update(deadline_at=exam.closes_at)
            with CaptureQueriesContext(connection) as said:
                exam_services.extend_exam(
                    exam=exam, closes_at=exam.closes_at + dt.timedelta(minutes=1), by=officer
                )
            assert len(said) == EXTENDING


def test_an_exam_is_cancelled_for_a_reason(tree: BranchTree, officer: Member) -> None:
    exam = make_exam(tree.first, published=True)
    with pytest.raises(DomainError, match="请写明取消的原因"):
        exam_services.cancel_exam(exam=exam, reason=" ", by=officer)
    exam_services.cancel_exam(exam=exam, reason="场地停电，改期再考", by=officer)
    kept = Exam.objects.get(pk=exam.pk)
    assert (kept.state, kept.cancelled_reason) == ("cancelled", "场地停电，改期再考")
    with pytest.raises(DomainError, match="只有已发布、还没有公布成绩的考试可以取消"):
        exam_services.cancel_exam(exam=exam, reason="再取消一次", by=officer)
    with pytest.raises(DomainError, match="现在不能延长"):
        exam_services.extend_exam(
            exam=exam, closes_at=exam.closes_at + dt.timedelta(hours=1), by=officer
        )


def test_a_copy_is_a_draft_a_week_later(tree: BranchTree, officer: Member) -> None:
    exam = make_exam(tree.first, published=True, pass_percent=80, release=Release.BY_HAND)
    copied = exam_services.copy_exam(exam=exam, by=officer)
    assert (copied.state, copied.pass_percent, copied.release, copied.title) == (
        "draft",
        80,
        "by_hand",
        f"{exam.title}（副本）",
    )
    assert copied.opens_at - exam.opens_at == dt.timedelta(days=7)
    assert copied.closes_at - copied.opens_at == exam.closes_at - exam.opens_at
    exam_services.discard_exam(exam=copied)
    assert list(Exam.objects.all()) == [exam]


def test_whom_an_exam_is_for_and_who_holds_it(tree: BranchTree, officer: Member) -> None:
    member, other = make_member(tree.first), make_member(tree.second)
    exam = make_exam(tree.first)
    assert set(people_of(exam)) == {member, officer}
    made = make_class(tree.first)
    enrol(made, other)
    of_class = make_exam(tree.first, training_class=made)
    assert set(people_of(of_class)) == {other}
    assert set(managed_exams(officer)) == {exam, of_class}
    assert set(managed_exams(make_instructor(tree.first))) == set()
    assert set(managed_exams(make_administrator(tree.second))) == set()
