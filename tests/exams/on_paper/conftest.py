"""A branch, its administrator, and two who sit the exam on paper."""

import pytest

from lms.members.models import Member
from tests.factories.members import BranchTree, make_administrator, make_branch_tree, make_member


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def host(tree: BranchTree) -> Member:
    return make_administrator(tree.first, number="900001", name="王主任")


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first, number="040017", name="张秀英")


@pytest.fixture
def other(tree: BranchTree) -> Member:
    return make_member(tree.first, number="040018", name="李淏", password=None)
