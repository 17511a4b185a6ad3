"""A clock that stands still, a branch and somebody who sits."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from lms.members.models import Member
from tests.factories.members import BranchTree, make_branch_tree, make_member

NINE = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)  # nine o'clock in the school's zone


@pytest.fixture
def moving_clock() -> Iterator[Any]:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first, password=None)
