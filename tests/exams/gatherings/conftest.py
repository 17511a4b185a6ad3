"""One branch with its people, at noon of a day in November."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine

from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_member,
    make_secretary,
)

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@dataclass(frozen=True)
class People:
    """`host` and `second` look after the first branch; `guest` belongs to the second."""

    host: Member
    second: Member
    zhang: Member
    li: Member
    guest: Member
    guests_secretary: Member


@pytest.fixture
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def people(tree: BranchTree) -> People:
    return People(
        host=make_secretary(tree.first, name="王书记"),
        second=make_secretary(tree.first, name="赵副书记"),
        zhang=make_member(tree.first, name="张秀英"),
        li=make_member(tree.first, name="李淏"),
        guest=make_member(tree.second, name="胡立新"),
        guests_secretary=make_secretary(tree.second, name="何书记"),
    )
