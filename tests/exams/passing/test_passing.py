"""Passing a class: decided by what stands in ledger, progress and reviews, once, and for good."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.training import essays, services
from courses.training.models import Enrolment, EnrolmentState, TrainingClass
from exams.credit.models import StudyCategory
from exams.passing import conditions
from exams.passing.conditions import ConditionKind
from exams.passing.models import CreditAward
from exams.passing.pass_rules import Condition, Group, Outcome
from exams.passing.services import evaluate_class, verdicts
from exams.passing.words import missing_line, missing_sentences
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories import courses, progress
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import BranchTree, make_branch_tree, make_member
from tests.factories.training import CONFIRMED, ESSAY, PLAN, enrol, make_class

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
HOURS = Condition("hours", {"hours": "4", "categories": [StudyCategory.GROUP]})
TEXT = "这次培训让我对支部工作的方法有了更清楚的认识。" * 6


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first)


def missing(enrolment: Enrolment) -> list[str]:
    training_class = TrainingClass.objects.get(pk=enrolment.training_class_id)
    now = Enrolment.objects.select_related("training_class", "member").get(pk=enrolment.pk)
    return missing_sentences(verdicts(training_class, [now])[enrolment.pk])


def state(enrolment: Enrolment) -> str:
    return Enrolment.objects.get(pk=enrolment.pk).state


def test_hours_count_by_category_and_within_the_dates(tree: BranchTree, member: Member) -> None:
    made = make_class(tree.first, rule=Group((HOURS,)))
    enrolment = enrol(made, member)
    make_entry(member, "8", category=StudyCategory.GROUP, earned_on=dt.date(2026, 10, 1))
    make_entry(member, "8", category=StudyCategory.ONLINE)
    first = make_entry(member, "1.5", category=StudyCategory.GROUP)
    assert missing(enrolment) == ["还差 2.5 学时集体学习"]
    make_reversal(first, by=member)
    assert missing(enrolment) == ["还差 4 学时集体学习"]
    make_entry(member, "4", category=StudyCategory.GROUP, earned_on=dt.date(2026, 10, 21))
    assert missing(enrolment) == []
    assert evaluate_class(class_id=made.pk) == 1
    assert state(enrolment) == EnrolmentState.PASSED


@pytest.mark.slow
def test_the_plan_names_the_lessons_that_are_missing(tree: BranchTree, member: Member) -> None:
    by = courses.editor()
    course, lessons = courses.course_with_lessons(by=by, lessons=5)
    _other, (single, _unused) = courses.course_with_lessons(by=by, lessons=2)
    extra, (elective,) = courses.course_with_lessons(by=by, lessons=1)
    made = make_class(
        tree.first, rule=PLAN, required=(course, single), electives=(extra,), minimum_electives=1
    )
    enrolment = enrol(made, member)
    titles = [lesson.title for lesson in [*lessons, single]]
    assert missing(enrolment) == [
        f"《{titles[0]}》《{titles[1]}》《{titles[2]}》等 6 讲未学完，选修还差 1 门"
    ]
    for lesson in (*lessons[:-1], elective):
        progress.completed(member, lesson)
    assert missing(enrolment) == [f"《{titles[4]}》《{titles[5]}》未学完"]
    progress.completed(member, lessons[-1])
    progress.completed(member, single)
    assert evaluate_class(class_id=made.pk) == 1


@pytest.mark.slow
def test_what_is_learnt_after_the_last_day_does_not_count_until_it_is_extended(
    tree: BranchTree, member: Member
) -> None:
    course, (lesson,) = courses.course_with_lessons(by=courses.editor())
    made = make_class(tree.first, rule=PLAN, required=(course,), ends_on=dt.date(2026, 11, 19))
    enrolment = enrol(made, member)
    progress.completed(member, lesson)
    assert evaluate_class(class_id=made.pk) == 1
    failed = Enrolment.objects.get(pk=enrolment.pk)
    assert (failed.state, failed.reason) == ("failed", f"到期时《{lesson.title}》未学完。")
    services.reopen(enrolment=failed, until=dt.date(2026, 11, 20))
    assert evaluate_class(class_id=made.pk) == 1
    assert state(enrolment) == EnrolmentState.PASSED


def test_an_essay_is_returned_and_handed_in_again_until_it_is_accepted(
    tree: BranchTree, member: Member
) -> None:
    made = make_class(tree.first, rule=ESSAY)
    enrolment = enrol(made, member)
    assert missing(enrolment) == ["还没有提交学习心得"]
    with pytest.raises(DomainError, match="至少写 100 个字，现在是 2 个字"):
        essays.hand_in_essay(enrolment=enrolment, text="很好")
    first = essays.hand_in_essay(enrolment=enrolment, text=TEXT)
    assert missing(enrolment) == ["学习心得已提交，等待审阅"]
    with pytest.raises(DomainError, match="您已提交过学习心得"):
        essays.hand_in_essay(enrolment=enrolment, text=TEXT)
    with pytest.raises(DomainError, match="退回时请写明"):
        essays.return_essay(essay=first, by=made.created_by, comment=" ")
    essays.return_essay(essay=first, by=made.created_by, comment="请结合本支部实际")
    assert missing(enrolment) == ["学习心得已退回，请修改后再交"]
    with pytest.raises(DomainError, match="已经审阅过了"):
        essays.accept_essay(essay=first, by=made.created_by)
    second = essays.hand_in_essay(enrolment=enrolment, text=TEXT)
    essays.accept_essay(essay=second, by=made.created_by)
    assert evaluate_class(class_id=made.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_signals_decide_at_once_and_passing_stays(run_queued: Callable[..., list[str]]) -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    course, (lesson,) = courses.course_with_lessons(by=courses.editor())
    both = Group((Condition("plan"), Condition("confirmation")))
    made = make_class(tree.first, rule=both, required=(course,))
    enrolment = enrol(made, member)
    run_queued()
    progress.completed(member, lesson)
    assert "exams.evaluate_member" in run_queued()
    assert missing(enrolment) == ["等班主任确认"]
    services.confirm(enrolment=enrolment, by=made.created_by)
    assert "exams.evaluate_member" in run_queued()
    assert state(enrolment) == EnrolmentState.PASSED
    services.set_pass_rule(training_class=made, rule={"needed": None, "parts": []})
    run_queued()
    assert state(enrolment) == EnrolmentState.PASSED
    with pytest.raises(DomainError, match="已结业或已退班"):
        services.withdraw(enrolment=enrolment, reason="不学了")


def test_credits_are_given_once_and_never_changed(tree: BranchTree, member: Member) -> None:
    made = make_class(tree.first, credits=Decimal("2.5"))
    enrolment = enrol(made, member)
    services.confirm(enrolment=enrolment, by=made.created_by)
    assert [evaluate_class(class_id=made.pk) for _time in range(2)] == [1, 0]
    award = CreditAward.objects.get()
    assert (award.member_id, award.credits, award.awarded_on) == (
        member.pk,
        Decimal("2.5"),
        clock.today(),
    )
    for change in (
        lambda: CreditAward.objects.update(credits=9),
        lambda: CreditAward.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_every_state_has_a_way_out(tree: BranchTree, member: Member) -> None:
    made = make_class(tree.first)
    enrolment = enrol(made, member)
    with pytest.raises(DomainError, match="请写明退班原因"):
        services.withdraw(enrolment=enrolment, reason="")
    services.withdraw(enrolment=enrolment, reason="工作调动")
    assert state(enrolment) == EnrolmentState.WITHDRAWN
    assert enrol(made, member).state == EnrolmentState.ENROLLED
    services.withdraw(enrolment=enrolment, reason="工作调动")
    services.reopen(enrolment=enrolment, until=None)
    assert state(enrolment) == EnrolmentState.ENROLLED
    with pytest.raises(DomainError, match="今天或以后"):
        services.reopen(enrolment=enrolment, until=dt.date(2026, 11, 19))


def test_a_registered_kind_is_measured_and_an_unknown_one_is_never_met(
    tree: BranchTree, member: Member
) -> None:
    rule = Group((Condition("march", {"march": 7}),))
    enrolment = enrol(make_class(tree.first, rule=rule), member)
    assert missing(enrolment) == ["有一项条件现在无法核对，请联系班主任"]
    conditions.register(
        ConditionKind(
            "march",
            "拉练",
            "",
            lambda settings: f"第 {settings['march']} 次拉练完成",
            lambda _class, people, _settings: {
                one.pk: Outcome(False, "拉练未完成") for one in people
            },
        )
    )
    try:
        assert missing(enrolment) == ["拉练未完成"]
    finally:
        conditions._kinds.pop("march")


def test_a_choice_is_told_as_a_choice(tree: BranchTree, member: Member) -> None:
    either = Group((Condition("essay"), HOURS), needed=1)
    enrolment = enrol(
        make_class(tree.first, rule=Group((Condition("confirmation"), either))), member
    )
    standing = verdicts(enrolment.training_class, [enrolment])[enrolment.pk]
    assert missing_line(standing) == (
        "等班主任确认；以下再完成 1 项即可：还没有提交学习心得，或者还差 4 学时集体学习"
    )


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 3])
def test_deciding_over_a_class_takes_as_many_statements_for_one_as_for_many(
    tree: BranchTree, people: int
) -> None:
    course, _lessons = courses.course_with_lessons(by=courses.editor())
    rule = Group((*PLAN.parts, HOURS, *ESSAY.parts, *CONFIRMED.parts))
    made = make_class(tree.first, rule=rule, required=(course,))
    enrolled = [enrol(made, make_member(tree.first)) for _one in range(people)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        verdicts(made, enrolled)
    assert len(asked) == 5
