"""Classes and their people: who may see which, and what pasted text names."""

import pytest

from courses.training.queries import (
    led_classes,
    managed_classes,
    numbers_in,
    plan_of,
    visible_classes,
    visible_enrolments,
)
from courses.training.services import add_to_plan, enrol_members
from lms.core.errors import DomainError
from tests.factories import courses
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.training import enrol, make_class


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("400001\n400002\r\n400001", ["400001", "400002"]),
        (
            "400001，400002, 400003；A-7\t400004、400005",
            ["400001", "400002", "400003", "A-7", "400004", "400005"],
        ),
    ],
)
def test_pasted_text_is_read_as_numbers_once_each(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.django_db
def test_classes_are_seen_by_those_whose_people_or_task_they_are() -> None:
    tree = make_branch_tree()
    teacher, member = make_member(tree.third), make_member(tree.first)
    made = make_class(tree.second, teacher=teacher)
    draft = make_class(tree.second, teacher=teacher, opened=False)
    for one in (made, draft):
        enrol(one, member, make_member(tree.second))
    asking = {
        "administrator": make_administrator(tree.general),
        "own secretary": make_secretary(tree.second),
        "secretary of a member": make_secretary(tree.first),
        "secretary of nobody": make_secretary(tree.third),
        "teacher": teacher,
        "instructor": make_instructor(tree.second),
        "member": member,
    }
    found = {
        who: (
            managed_classes(by).count(),
            led_classes(by).count(),
            visible_classes(by).count(),
            visible_enrolments(by, made).count(),
        )
        for who, by in asking.items()
    }
    assert found == {
        "administrator": (2, 2, 1, 2),
        "own secretary": (0, 0, 1, 2),
        "secretary of a member": (0, 0, 1, 1),
        "secretary of nobody": (0, 0, 0, 0),
        "teacher": (0, 2, 1, 2),
        "instructor": (0, 0, 0, 0),
        "member": (0, 0, 0, 0),
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_a_plan_holds_each_thing_once_and_an_unpublished_course_asks_for_nothing() -> None:
    tree = make_branch_tree()
    course, (lesson,) = courses.course_with_lessons(by=courses.editor())
    made = make_class(tree.first, required=(course,), electives=(lesson,))
    add_to_plan(training_class=made, course=course, is_required=False)
    assert [(unit.title, unit.is_required) for unit in plan_of(made)] == [
        (course.title, False),
        (lesson.title, False),
    ]
    course.unpublish()
    assert [unit.lessons for unit in plan_of(made)] == [(), ((lesson.pk, lesson.title),)]
    with pytest.raises(DomainError, match="请选择一门课程或其中一讲"):
        add_to_plan(training_class=made, is_required=True)


@pytest.mark.django_db
def test_enrolling_again_changes_nothing_and_nobody_is_refused() -> None:
    tree = make_branch_tree()
    made, members = make_class(tree.first), [make_member(tree.first) for _one in range(2)]
    by = made.created_by
    assert [
        enrol_members(training_class=made, members=members[:count], by=by) for count in (1, 2, 2)
    ] == [1, 1, 0]
    with pytest.raises(DomainError, match="没有选中任何人"):
        enrol_members(training_class=made, members=[], by=by)
