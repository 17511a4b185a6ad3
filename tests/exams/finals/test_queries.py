"""Who may watch which final: the same answer for a list and for a hall full of people."""

import datetime as dt
from typing import Any

import pytest

from exams.finals import queries
from exams.finals.models import Final
from lms.core import clock
from lms.members.models import Member, Role
from lms.members.queries import members_with_roles
from tests.factories.finals import make_final, make_finished, make_lobby
from tests.factories.members import make_branch_tree, make_member, make_role_holder

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_hall_full_of_people_is_answered_like_each_of_them(
    django_assert_num_queries: Any,
) -> None:
    tree = make_branch_tree()
    branches = [tree.committee, tree.general, tree.first, tree.third]
    made = [
        *(make_role_holder(role, branch) for role in Role for branch in branches),
        *(make_member(branch) for branch in branches),
        make_member(),
        make_member(tree.general, left_on=clock.today() - dt.timedelta(days=1)),
        make_member(tree.general, is_active=False),
        make_member(is_superuser=True),
    ]
    finals: list[Final] = [
        make_final(tree.general), make_lobby(tree.general), make_finished(tree.first),
        make_lobby(tree.third),
    ]  # fmt: skip
    people: list[Member] = list(members_with_roles().filter(pk__in=[one.pk for one in made]))
    with django_assert_num_queries(1):
        together = queries.seen_by([(one, final.pk) for one in people for final in finals])
    assert together == {
        (one.pk, final.pk) for one in people for final in queries.visible_finals(one)
    }
    for final in finals:
        assert 0 < sum(pk == final.pk for _one, pk in together) < len(people)
