"""The rules of a place decide there: the editor's default hours, and who may read a version."""

from decimal import Decimal

import pytest

from exams.rules.queries import readable_rule_set
from tests.factories import courses as make
from tests.factories.members import make_branch_tree, make_member, make_secretary
from tests.factories.rules import make_rules

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_lecture_is_worth_what_the_branch_its_course_is_for_says() -> None:
    tree = make_branch_tree()
    make_rules(tree.general, conversion=((1, Decimal("0.75")),))
    by = make.editor()
    hours = {}
    for name, audience in (("first", tree.first), ("third", tree.third), ("all", None)):
        course = make.course(by=by, audience=audience)
        lesson = make.lesson(chapter=make.chapter(course=course, by=by), by=by)
        lesson.refresh_from_db()
        hours[name] = lesson.study_hours
    assert hours == {"first": Decimal("0.75"), "third": Decimal("0.25"), "all": Decimal("0.25")}


def test_a_version_is_read_by_whom_it_binds_and_by_who_looks_after_them() -> None:
    tree = make_branch_tree()
    published = make_rules(tree.general)
    readers = {
        "below": make_member(tree.first),
        "beside": make_member(tree.third),
        "secretary below": make_secretary(tree.second),
        "secretary beside": make_secretary(tree.third),
        "secretary above": make_secretary(tree.committee),
    }
    assert [name for name, by in readers.items() if readable_rule_set(by, str(published))] == [
        "below",
        "secretary below",
        "secretary above",
    ]
    assert readable_rule_set(readers["below"], "ZZ-2026-9") is None
