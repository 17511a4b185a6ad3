"""Who may study what: for everyone, for a subtree, for who teaches it; nobody else finds it."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from courses.catalogue import queries
from lms.core import clock
from lms.members.queries import members_with_roles
from tests.factories import courses as make
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_branch_tree()


@pytest.fixture
def school(tree):
    """One course for everyone and one for the general branch, each with a lesson."""
    by = make.editor()
    open_, (open_lesson,) = make.course_with_lessons(by=by, title="公开课")
    closed, (closed_lesson,) = make.course_with_lessons(
        by=by, title="总支课", audience=tree.general
    )
    return {"open": open_, "closed": closed, "lessons": (open_lesson, closed_lesson)}


def titles(by):
    return [course.title for course in queries.visible_courses(by)]


def lessons(by):
    return list(queries.visible_lessons(by).values_list("pk", flat=True))


@pytest.mark.slow
def test_a_restricted_course_is_for_the_subtree_alone(tree, school):
    first, second = school["lessons"]
    assert titles(make_member(tree.first)) == ["公开课", "总支课"]
    assert titles(make_member(tree.general)) == ["公开课", "总支课"]
    assert titles(make_member(tree.third)) == ["公开课"]
    assert titles(make_member(tree.committee)) == ["公开课"]
    assert titles(make_member(None)) == ["公开课"]
    assert titles(AnonymousUser()) == []
    assert lessons(make_member(tree.second)) == [first.pk, second.pk]
    assert lessons(make_member(tree.third)) == [first.pk]


@pytest.mark.slow
def test_who_teaches_the_audience_sees_its_course_and_a_secretary_above_does_not(tree, school):
    assert titles(make_instructor(tree.committee)) == ["公开课", "总支课"]
    assert titles(make_administrator(tree.committee)) == ["公开课", "总支课"]
    assert titles(make_instructor(tree.third)) == ["公开课"]
    assert titles(make_secretary(tree.committee)) == ["公开课"]


@pytest.mark.slow
def test_membership_and_role_count_on_the_day(tree, school):
    today = clock.today()
    left = make_member(tree.first, left_on=today)
    leaves_tomorrow = make_member(tree.first, left_on=today + dt.timedelta(days=1))
    comes_tomorrow = make_member(tree.first, joined_on=today + dt.timedelta(days=1))
    taught = make_instructor(tree.committee, until_on=today)
    assert [titles(by) for by in (left, leaves_tomorrow, comes_tomorrow)] == [
        ["公开课"],
        ["公开课", "总支课"],
        ["公开课"],
    ]
    assert len(titles(taught)) == 1


@pytest.mark.slow
def test_nothing_unpublished_is_visible(tree):
    by, member = make.editor(), make_member(tree.first)
    course = make.course(by=by, published=False)
    chapter = make.chapter(course=course, by=by)
    make.lesson(chapter=chapter, by=by)
    published = make.course(by=by, title="已发布")
    draft_chapter = make.chapter(course=published, by=by, published=False)
    below_draft = make.lesson(chapter=draft_chapter, by=by)
    live_chapter = make.chapter(course=published, by=by)
    draft = make.lesson(chapter=live_chapter, by=by, published=False)
    live = make.lesson(chapter=live_chapter, by=by)
    assert titles(member) == ["已发布"]
    assert lessons(member) == [live.pk]
    assert queries.outlines([published])[published.pk].lesson_ids == [live.pk]
    assert [queries.lesson_terms(page.pk, by=member) for page in (draft, below_draft)] == [None] * 2


@pytest.mark.slow
def test_the_terms_of_a_lesson_come_from_its_course(tree, school, django_assert_num_queries):
    _open, lesson = school["lessons"]
    member = members_with_roles().get(pk=make_member(tree.first).pk)
    with django_assert_num_queries(1):
        terms = queries.lesson_terms(lesson.pk, by=member)
    assert (terms.course_id, terms.course_title, terms.duration_ms) == (
        school["closed"].pk,
        "总支课",
        180_000,
    )
    assert (float(terms.max_rate), terms.lock_seek, float(terms.completion_share)) == (
        1.5,
        True,
        0.95,
    )
    assert queries.lesson_terms(lesson.pk, by=make_member(tree.third)) is None


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_outlines_take_one_statement(count, tree, django_assert_num_queries):
    by = make.editor()
    courses = [make.course_with_lessons(by=by, lessons=count)[0] for _ in range(count)]
    with django_assert_num_queries(1):
        found = queries.outlines(courses)
    assert [len(found[course.pk].lessons) for course in courses] == [count] * count
