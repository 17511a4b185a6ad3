"""Branches beside each other: figures, what explains them, no ranking unless switched on."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.credit.targets import settle_targets
from exams.rules.models import Switch, SwitchChange
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.services import leave_branch, transfer_member
from lms.reports.compared_words import compared_lines
from lms.reports.comparison import Apart, Comparison, comparison_of
from lms.reports.queries import board_of
from tests.factories.gatherings import confirm, make_closed
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.rules import make_relief

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def compared(branch: Branch, *, year: int = 2026, order: str = "") -> Comparison:
    board = board_of(branch, year, TODAY, visible=Branch.objects.all())
    return comparison_of(board, TODAY, order=order)


def ranking(branch: Branch, by: Member) -> None:
    SwitchChange.objects.create(
        branch=branch, switch=Switch.RANKING, is_on=True, ground="上级文件", by=by, at=clock.now()
    )


def names(shown: Comparison) -> list[str]:
    return [part.row.branch.name for part in shown.parts]


def test_hours_of_the_months_that_are_over_beside_the_last_year(tree: BranchTree) -> None:
    member = make_member(tree.first)
    make_entry(member, "3", earned_on=dt.date(2026, 10, 31))
    make_entry(member, "9", earned_on=dt.date(2026, 11, 1))  # this month is not over
    make_entry(member, "5", earned_on=dt.date(2025, 3, 1))
    make_entry(member, "7", earned_on=dt.date(2025, 11, 30))
    shown = compared(tree.general)
    assert [(part.row.branch, part.so_far, part.before) for part in shown.parts] == [
        (tree.first, Decimal(3), Decimal(5)),
        (tree.second, Decimal(0), Decimal(0)),
    ]
    assert (shown.months, shown.most_hours) == (10, Decimal(5))
    past = compared(tree.general, year=2025)
    assert [(part.so_far, past.months) for part in past.parts] == [
        (Decimal(12), 12),
        (Decimal(0), 12),
    ]


def test_who_is_apart_is_counted_where_it_explains_something(tree: BranchTree) -> None:
    member, moved, gone, inside = (make_member(tree.first) for _each in range(4))
    make_relief(member)
    settle_targets(member_ids=[member.pk], year=2026)
    transfer_member(member=moved, to=tree.second, on=dt.date(2026, 5, 1))
    leave_branch(member=gone, on=dt.date(2026, 6, 1))
    transfer_member(member=inside, to=tree.second, on=dt.date(2025, 5, 1))  # last year
    make_member(tree.second, joined_on=dt.date(2026, 3, 1))  # new, from nowhere
    host, second = (make_secretary(tree.second) for _each in range(2))
    gathering = make_closed(tree.second, by=host, present=[host, member])
    confirm(gathering, by=second)
    shown = compared(tree.general)
    assert [part.apart for part in shown.parts] == [
        Apart(exempt=1, went=2, guests=1),
        Apart(came=1),
    ]
    # Seen from above, whoever moved between the two has not moved at all.
    assert [part.apart for part in compared(tree.committee).parts] == [
        Apart(exempt=1, went=1),
        Apart(),
    ]
    assert [line["notes"] for line in compared_lines(shown)] == [
        "不作要求 1 人（其中免修 1 人），转出 2 人，流动学习 1 人",
        "转入 1 人",
    ]


def test_the_order_of_the_tree_unless_ranking_is_on(tree: BranchTree) -> None:
    by = make_administrator(tree.committee)
    make_member(tree.first)
    make_entry(make_member(tree.second), "40")
    assert names(compared(tree.general, order="rate")) == ["第一党支部", "第二党支部"]
    client = Client()
    client.force_login(by)
    address = f"/board/{tree.general.pk}/compare/?sort=rate"
    assert client.get(address).content.decode().count("?year=2026&amp;sort=") == 0
    ranking(tree.committee, by)
    shown = compared(tree.general, order="rate")
    assert (names(shown), shown.order) == (["第二党支部", "第一党支部"], "rate")
    assert names(compared(tree.general)) == ["第一党支部", "第二党支部"]
    assert names(compared(tree.general, order="nonsense")) == ["第一党支部", "第二党支部"]
    assert client.get(address).content.decode().count("?year=2026&amp;sort=") == 5


def test_the_parts_add_up_to_the_node(tree: BranchTree) -> None:
    make_entry(make_member(tree.first), "2", earned_on=dt.date(2026, 2, 1))
    make_entry(make_member(tree.general), "4", earned_on=dt.date(2026, 2, 1))
    make_entry(make_member(tree.third), "8", earned_on=dt.date(2026, 2, 1))
    whole = {part.row.branch: part.so_far for part in compared(tree.committee).parts}
    below = sum(part.so_far for part in compared(tree.general).parts)
    assert (whole[tree.general], below, whole[tree.third]) == (Decimal(6), Decimal(6), Decimal(8))


@pytest.mark.parametrize("children", [1, 3])
def test_the_page_asks_the_same_however_many_parts_there_are(
    tree: BranchTree, children: int
) -> None:
    node = make_branch(tree.committee, name="新总支")
    for _each in range(children):
        make_entry(make_member(make_branch(node)), "2", earned_on=dt.date(2026, 2, 1))
    client = Client()
    client.force_login(make_administrator(tree.committee))
    client.get(f"/board/{node.pk}/compare/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/board/{node.pk}/compare/").content.decode()
    assert (len(asked), page.count("compare__hours")) == (QUERIES, children)


QUERIES = 9


def test_a_branch_without_parts_leads_back_to_its_board(tree: BranchTree) -> None:
    client = Client()
    client.force_login(make_administrator(tree.committee))
    page = client.get(f"/board/{tree.first.pk}/compare/").content.decode()
    assert page.count("没有下级组织") == 1
