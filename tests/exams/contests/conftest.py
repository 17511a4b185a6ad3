"""What the tests of contests share: one school, its officer, and a fixed noon."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from lms.members.models import Member
from tests.factories.members import BranchTree, make_administrator, make_branch_tree

NOON = dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Noon of 18 November 2026 in the school's time zone; the clock stands until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tree(db: None, noon: time_machine.Traveller) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    return make_administrator(tree.general)
