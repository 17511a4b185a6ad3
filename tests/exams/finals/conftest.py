"""A branch tree, and the host and players of a final."""

from dataclasses import dataclass

import pytest

from lms.members.models import Member
from tests.factories.members import BranchTree, make_branch_tree, make_member, make_secretary


@dataclass(frozen=True)
class People:
    """`host` and `second` look after the general branch; the others belong below it."""

    host: Member
    second: Member
    zhang: Member
    li: Member
    wang: Member
    outsider: Member


def make_people(tree: BranchTree) -> People:
    return People(
        host=make_secretary(tree.general, name="陈主任"),
        second=make_secretary(tree.general, name="李书记"),
        zhang=make_member(tree.first, name="张秀英"),
        li=make_member(tree.second, name="李淏"),
        wang=make_member(tree.first, name="王强"),
        outsider=make_member(tree.third, name="外来"),
    )


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def people(tree: BranchTree) -> People:
    return make_people(tree)
