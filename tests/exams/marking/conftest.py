"""A tree, who leads exams in it, a signed-in client, and the browser fixtures."""

from collections.abc import Callable

import pytest
from django.test import Client

from lms.members.models import Member
from tests.factories.members import BranchTree, make_administrator, make_branch_tree
from tests.support.browser import (
    assert_accessible,
    base_url,
    open_page,
    page_watch,
    pc_page,
    shoot,
)

__all__ = ["assert_accessible", "base_url", "open_page", "page_watch", "pc_page", "shoot"]


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    """Administers the whole tree."""
    return make_administrator(tree.committee)


@pytest.fixture
def signed_in() -> Callable[[Member], Client]:
    def enter(member: Member) -> Client:
        client = Client()
        client.force_login(member)
        return client

    return enter
