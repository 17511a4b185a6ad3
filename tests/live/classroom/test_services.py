"""Planning a class, its states, and what the room is told."""

import datetime as dt

import pytest

from courses.training.models import ClassState as TrainingState
from courses.training.models import TrainingClass
from live.classroom import queries, services
from live.classroom.errors import ClassContentError, ClassMovedError, NotTheTeacherError
from live.classroom.models import ClassState, LiveClass, LiveEvent
from live.classroom.telling import note_line
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


def kinds(live_class: LiveClass) -> list[tuple[int, str]]:
    rows = LiveEvent.objects.filter(live_class=live_class).order_by("seq")
    return list(rows.values_list("seq", "kind"))


def test_teachers_plan_for_their_branches_and_nobody_else_does(
    tree: BranchTree, teacher: Member
) -> None:
    assert make_live_class(tree.first, by=teacher).state == ClassState.SCHEDULED
    for by, branch in ((teacher, tree.third), (make_secretary(tree.general), tree.general)):
        with pytest.raises(NotTheTeacherError):
            make_live_class(branch, by=by)
    with pytest.raises(ClassContentError):
        make_live_class(tree.general, by=teacher, starts_at=clock.now() - dt.timedelta(hours=2))


def test_from_the_waiting_room_to_the_close_in_order(tree: BranchTree, teacher: Member) -> None:
    live_class = make_live_class(tree.general, by=teacher)
    services.open_waiting(by=teacher, live_class=live_class)
    assert services.go_on_air(by=teacher, live_class=live_class) is True
    assert services.go_on_air(by=teacher, live_class=live_class) is False
    services.pause_class(by=teacher, live_class=live_class)
    services.resume_class(by=teacher, live_class=live_class)
    services.close_class(by=teacher, live_class=live_class)
    said = ["opened", "on_air", "paused", "resumed", "closed"]
    assert kinds(live_class) == list(enumerate(said, start=1))
    for press in (services.pause_class, services.close_class, services.go_on_air):
        with pytest.raises(ClassMovedError):
            press(by=teacher, live_class=live_class)


def test_a_member_presses_nothing_and_another_teacher_of_the_branch_does(
    tree: BranchTree, teacher: Member
) -> None:
    live_class = make_live_class(tree.general, by=teacher)
    with pytest.raises(NotTheTeacherError):
        services.go_on_air(by=make_member(tree.first), live_class=live_class)
    with pytest.raises(NotTheTeacherError):
        services.go_on_air(by=make_instructor(tree.third), live_class=live_class)
    assert services.go_on_air(by=make_instructor(tree.general), live_class=live_class)


def test_cancelled_with_a_reason_and_before_it_is_on_air(tree: BranchTree, teacher: Member) -> None:
    live_class = make_live_class(tree.general, by=teacher)
    with pytest.raises(ClassContentError):
        services.cancel_class(by=teacher, live_class=live_class, reason=" ")
    services.cancel_class(by=teacher, live_class=live_class, reason="主讲有任务")
    assert (live_class.state, live_class.reason) == (ClassState.CANCELLED, "主讲有任务")
    other = make_live_class(tree.general, by=teacher)
    services.go_on_air(by=teacher, live_class=other)
    with pytest.raises(ClassMovedError):
        services.cancel_class(by=teacher, live_class=other, reason="来不及")


def test_changed_until_people_are_let_in(tree: BranchTree, teacher: Member) -> None:
    live_class = make_live_class(tree.general, by=teacher)
    later = clock.now() + dt.timedelta(days=1)
    services.change_class(by=teacher, live_class=live_class, title="新课题", starts_at=later)
    assert (live_class.title, live_class.starts_at) == ("新课题", later)
    services.open_waiting(by=teacher, live_class=live_class)
    with pytest.raises(DomainError):
        services.change_class(by=teacher, live_class=live_class, title="再改", starts_at=later)


def test_the_line_is_told_once_and_who_never_comes_back_is_closed(
    tree: BranchTree, teacher: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_class = make_live_class(tree.general, by=teacher)
    assert note_line(live_class_id=live_class.pk, is_lost=True) is False
    services.go_on_air(by=teacher, live_class=live_class)
    assert note_line(live_class_id=live_class.pk, is_lost=True) is True
    assert note_line(live_class_id=live_class.pk, is_lost=True) is False
    assert services.close_abandoned() == 0
    late = clock.now() + services.ABANDONED + dt.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert services.close_abandoned() == 1
    live_class.refresh_from_db()
    assert live_class.state == ClassState.CLOSED
    assert [kind for _seq, kind in kinds(live_class)] == ["on_air", "lost", "closed"]


def test_a_class_for_a_training_class_is_there_for_who_is_in_it(
    tree: BranchTree, teacher: Member
) -> None:
    training = TrainingClass.objects.create(
        title="发展对象培训班",
        branch=tree.general,
        starts_on=clock.today(),
        ends_on=clock.today(),
        state=TrainingState.OPEN,
        created_by=teacher,
        created_at=clock.now(),
    )
    inside, beside = make_member(tree.third), make_member(tree.first)
    training.enrolments.create(member=inside, enrolled_on=clock.today(), enrolled_by=teacher)
    live_class = make_live_class(tree.general, by=teacher, training_class=training)
    assert queries.class_for(inside, live_class.pk) == live_class
    assert queries.class_for(beside, live_class.pk) is None
    assert queries.class_for(teacher, live_class.pk) == live_class
