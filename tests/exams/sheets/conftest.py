"""One branch with its secretary."""

import pytest

from lms.members.models import Member
from tests.factories.members import BranchTree, make_branch_tree, make_secretary


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def secretary(tree: BranchTree) -> Member:
    return make_secretary(tree.first, name="王书记")
