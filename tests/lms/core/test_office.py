"""The back office wears the school's face and opens no door it would shut."""

import json
import re

import pytest
from django.test import Client

from lms.members.models import Member
from media_pipeline.models import AssetState
from tests.factories.media import make_asset
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def home_of(member: Member) -> str:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    page = client.get("/admin/")
    assert page.status_code == 200
    return page.content.decode()


def test_the_home_page_is_the_schools_and_names_no_other_host(tree: BranchTree) -> None:
    page = home_of(make_instructor(tree.first, name="于老师"))
    assert re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", page) == []
    assert re.findall(r"<title>.*?- (.*?)</title>", page, re.S) == ["网上党校"]
    called = re.findall(r'"name": ("[^"]*"), "avatarUrl"', page)
    assert [json.loads(name) for name in called] == ["于老师"]


def test_what_wagtail_does_not_say_in_chinese_is_said(tree: BranchTree) -> None:
    page = home_of(make_instructor(tree.first))
    assert "搜索所有页面…" in page
    assert re.findall(r"Search all pages|is required to use", page) == []


@pytest.mark.slow
def test_the_home_page_shows_what_one_works_on(tree: BranchTree) -> None:
    by = make_instructor(tree.first)
    failed = make_asset(branch=tree.first, by=by, state=AssetState.FAILED, title="放不出来的课")
    make_asset(branch=tree.first, by=by, title="已经好了的课")
    make_asset(branch=tree.second, by=make_instructor(tree.second), state=AssetState.RUNNING)
    page = home_of(by)
    lectures = re.findall(r'href="/admin/lectures/([0-9a-f-]{36})/"', page)
    assert lectures == [str(failed.pk)]
    assert f'action="/admin/lectures/{failed.pk}/retry/"' in page
    assert "放不出来的课" in home_of(make_administrator(tree.committee))


def test_each_role_is_shown_the_doors_that_open(tree: BranchTree) -> None:
    def shown(member: Member) -> dict[str, bool]:
        page = home_of(member)
        doors = ("/admin/lectures/", "/admin/roster/", "/admin/users/", "/admin/reports/page-types")
        return {door: door in page for door in doors}

    assert shown(make_instructor(tree.first)) == {
        "/admin/lectures/": True,
        "/admin/roster/": False,
        "/admin/users/": False,
        "/admin/reports/page-types": False,
    }
    assert shown(make_administrator(tree.committee)) == {
        "/admin/lectures/": True,
        "/admin/roster/": True,
        "/admin/users/": False,
        "/admin/reports/page-types": False,
    }
