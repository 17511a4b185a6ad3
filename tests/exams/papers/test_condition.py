"""Exams in a class's pass rule: all that are asked, by the best released attempt."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.training.models import Enrolment, EnrolmentState
from exams.attempts.models import Attempt, Exam
from exams.marking.signals import attempt_released
from exams.papers import exam_services
from exams.papers.condition import measure_exams
from exams.papers.queries import items_of
from exams.passing.pass_rules import Condition, Group
from exams.passing.services import evaluate_class, verdicts
from exams.passing.words import missing_sentences
from lms.demo.exam import hold_exam
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.factories.papers import make_exam, ready_question, result
from tests.factories.training import enrol, make_class

pytestmark = pytest.mark.django_db

RULE = Group((Condition("exam"),))


def missing(enrolment: Enrolment) -> list[str]:
    return missing_sentences(verdicts(enrolment.training_class, [enrolment])[enrolment.pk])


def test_all_exams_of_the_class_are_to_be_passed_by_the_best_released_attempt() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    made = make_class(tree.first, rule=RULE)
    enrolment = enrol(made, member)
    assert missing(enrolment) == ["班里的考试还没有安排"]
    one = make_exam(tree.first, training_class=made, title="党章测试", published=True)
    two = make_exam(tree.first, training_class=made, title="条例测试", published=True)
    make_exam(tree.first, training_class=made, title="还是草稿")
    assert missing(enrolment) == ["考试《党章测试》《条例测试》未及格"]
    result(one, member, is_passed=True, state="marked")
    assert missing(enrolment) == ["考试《条例测试》未及格，考试《党章测试》等待公布成绩"]
    result(one, member, is_passed=True)
    result(one, member, is_passed=False)
    result(two, member, is_passed=False)
    assert missing(enrolment) == ["考试《条例测试》未及格"]
    assert evaluate_class(class_id=made.pk) == 0
    exam_services.cancel_exam(exam=two, reason="题目有误", by=make_administrator(tree.first))
    assert missing(enrolment) == []
    assert evaluate_class(class_id=made.pk) == 1


@pytest.mark.slow
def test_a_released_result_has_the_class_decided(
    run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    made = make_class(tree.first, rule=RULE)
    enrolment = enrol(made, member)
    exam = make_exam(tree.first, training_class=made, published=True)
    run_queued()
    attempt = result(exam, member, is_passed=True)
    with django_capture_on_commit_callbacks(execute=True):
        attempt_released.send(Attempt, attempt_id=attempt.pk)
    assert run_queued() == ["exams.evaluate_member"]
    assert Enrolment.objects.get(pk=enrolment.pk).state == EnrolmentState.PASSED


def test_measuring_costs_the_same_for_one_and_for_three() -> None:
    tree = make_branch_tree()
    made = make_class(tree.first, rule=RULE)
    people = [make_member(tree.first) for _number in range(3)]
    enrol(made, *people)
    exam = make_exam(tree.first, training_class=made, published=True)
    result(exam, people[0], is_passed=True)
    enrolments = list(made.enrolments.order_by("member__number"))
    for some in (enrolments[:1], enrolments):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = measure_exams(made, some, {})
        assert len(asked) == 2
        assert [found[one.pk].is_met for one in some] == [True, False, False][: len(some)]


def test_the_demo_school_holds_one_exam_once_its_bank_has_questions() -> None:
    tree = make_branch_tree()
    officer = make_administrator(tree.committee)
    made = make_class(tree.committee)
    enrol(made, make_member(tree.first))
    assert hold_exam(training_class=made, by=officer) is None
    for _number in range(4):
        ready_question(tree.committee)
    held = hold_exam(training_class=made, by=officer)
    assert held is not None
    assert (held.state, items_of(held.paper).count()) == ("published", 4)
    assert hold_exam(training_class=made, by=officer) == held
    assert Exam.objects.count() == 1
