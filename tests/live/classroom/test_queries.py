"""Who sees which class: the same answer for a list, for one class and for a room full of people."""

import datetime as dt
from typing import Any

import pytest

from live.classroom import queries, rules
from live.classroom.models import LiveClass
from lms.core import clock
from lms.members.models import Branch, Member, Role
from lms.members.queries import members_with_roles
from tests.factories.live import make_live_class
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_role_holder,
)
from tests.factories.training import enrol, make_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def branches_of(tree: BranchTree) -> list[Branch]:
    return [tree.committee, tree.general, tree.first, tree.third]


@pytest.fixture
def everybody(tree: BranchTree) -> list[Member]:
    """Each role over each branch, plain members, who left, who is barred, who may everything."""
    return [
        *(make_role_holder(role, branch) for role in Role for branch in branches_of(tree)),
        *(make_member(branch) for branch in branches_of(tree)),
        make_member(),
        make_member(tree.general, left_on=clock.today() - dt.timedelta(days=1)),
        make_member(tree.general, is_active=False),
        make_member(is_superuser=True),
    ]


@pytest.fixture
def classes(tree: BranchTree, everybody: list[Member]) -> list[LiveClass]:
    teacher, assistant = make_instructor(tree.general), everybody[-5]
    training = make_class(tree.general)
    enrol(training, everybody[-4], everybody[-6])
    return [
        *(make_live_class(branch) for branch in branches_of(tree)),
        make_live_class(tree.general, by=teacher, training_class=training),
        make_live_class(tree.first, by=teacher, is_rehearsal=True, co_hosts=[assistant]),
        make_live_class(tree.third, co_hosts=[assistant]),
    ]


@pytest.mark.slow
def test_three_ways_of_asking_have_one_answer(
    everybody: list[Member], classes: list[LiveClass]
) -> None:
    people = list(members_with_roles().filter(pk__in=[each.pk for each in everybody]))
    listed = {
        (member.pk, found.pk) for member in people for found in queries.visible_live_classes(member)
    }
    one_by_one = {
        (member.pk, each.pk)
        for member in people
        for each in classes
        if queries.class_for(member, each.pk) is not None
    }
    together = queries.seen_by([(member, each.pk) for member in people for each in classes])
    assert one_by_one == listed
    assert together == listed
    # Neither nobody nor everybody, of any class.
    assert {0 < sum(pk == each.pk for _member, pk in listed) < len(people) for each in classes} == {
        True
    }
    for member in people:
        for each in classes:
            found = queries.class_and_lead(member, each.pk)
            assert (found is not None and found[1]) == rules.can_lead(member, each)


def test_a_room_full_of_people_is_asked_about_in_three_statements(
    everybody: list[Member], classes: list[LiveClass], django_assert_num_queries: Any
) -> None:
    for count in (1, 3):
        people = list(members_with_roles().filter(pk__in=[one.pk for one in everybody[:count]]))
        pairs = [(member, each.pk) for member in people for each in classes[4 : 4 + count]]
        with django_assert_num_queries(3):
            queries.seen_by(pairs)
