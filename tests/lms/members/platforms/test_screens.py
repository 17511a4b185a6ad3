"""Tokens in the back office: seen and made for the own branches, shown once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from lms.members.models import Member
from lms.members.platforms.models import PlatformToken
from lms.members.platforms.queries import token_shown
from tests.factories.members import BranchTree, make_administrator, make_branch_tree
from tests.factories.platforms import make_token
from tests.support.browser import base_url, open_page, page_watch, shoot

__all__ = ["base_url", "open_page", "page_watch", "shoot"]


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def administrator(tree: BranchTree) -> Member:
    return make_administrator(tree.general, name="陈书宁")


@pytest.fixture
def office(client: Client, administrator: Member) -> Client:
    client.force_login(administrator)
    return client


def form(audience: Any, **changed: Any) -> dict[str, Any]:
    said = {
        "name": "省党员教育平台",
        "branch": audience.pk,
        "scopes": ["study-hours", "years"],
        "expires_on": "2027-06-30",
    }
    return {**said, **changed}


def test_a_token_is_shown_once(office: Client, tree: BranchTree) -> None:
    answer = office.post("/admin/platforms/issue/", form(tree.first))
    token = PlatformToken.objects.get()
    shown = answer.context["shown"]
    assert token_shown(shown) == token
    assert shown in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert token.expires_at.isoformat() == "2027-06-30T16:00:00+00:00"
    assert (token.scopes, token.last_day.isoformat()) == (["study-hours", "years"], "2027-06-30")
    for address in ("", f"inspect/{token.pk}/", f"renew/{token.pk}/"):
        page = office.get(f"/admin/platforms/{address}").content.decode()
        assert (token.prefix in page, shown in page, token.digest in page) == (True, False, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "2099-01-01"}, "expires_on"),
        ({"branch": "THIRD"}, "branch"),
    ],
)
def test_a_wrong_form_issues_nothing(
    office: Client, tree: BranchTree, changed: dict[str, Any], field: str
) -> None:
    if changed.get("branch") == "THIRD":  # of somebody else
        changed = {"branch": tree.third.pk}
    answer = office.post("/admin/platforms/issue/", form(tree.first, **changed))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert PlatformToken.objects.count() == 0


@pytest.mark.slow
def test_renewing_and_revoking_are_pressed(office: Client, tree: BranchTree) -> None:
    token, _ = make_token(tree.first)
    foreign, _ = make_token(tree.third)
    answer = office.post(f"/admin/platforms/renew/{token.pk}/")
    renewed = PlatformToken.objects.get(replaces=token)
    assert token_shown(answer.context["shown"]) == renewed
    again = office.post(f"/admin/platforms/renew/{token.pk}/", follow=True)
    assert "令牌已经换发过；请对新的令牌操作。" in again.content.decode()
    for each, status in ((renewed, 302), (foreign, 404)):
        assert office.post(f"/admin/platforms/revoke/{each.pk}/").status_code == status
        each.refresh_from_db()
        assert (each.revoked_at is not None) is (status == 302)
    assert office.get(f"/admin/platforms/revoke/{token.pk}/").status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_holds_the_own_tokens_at_the_same_cost(
    office: Client, tree: BranchTree, count: int, django_assert_num_queries: Any
) -> None:
    own = [make_token(tree.first)[0] for _ in range(count)]
    make_token(tree.third)
    office.get("/admin/platforms/")
    with django_assert_num_queries(LIST_QUERIES):
        answer = office.get("/admin/platforms/")
    assert list(answer.context["object_list"]) == own[::-1]


LIST_QUERIES = 17


@pytest.mark.parametrize("width", [390, 1280])
def test_screens_are_there_to_be_looked_at(
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    transactional_db: None,
    school_server: str,
    width: int,
) -> None:
    tree = make_branch_tree()
    administrator = make_administrator(tree.committee, name="陈书宁")
    token, _ = make_token(tree.general, by=administrator)
    client = Client()
    client.force_login(administrator)
    page = open_page(width=width, height=900)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": school_server}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    for shot, address in (
        ("platforms", ""),
        ("platform", f"inspect/{token.pk}/"),
        ("platform-renew", f"renew/{token.pk}/"),
        ("platform-issue", "issue/"),
    ):
        page.goto(f"/admin/platforms/{address}")
        page.wait_for_load_state("networkidle")
        shoot(page, shot)
    page.get_by_label("平台名称").fill("省党员教育平台")
    page.get_by_label("学时记录").check()
    page.get_by_label("年度汇总").check()
    page.locator("main form button[type=submit]").click()
    page.locator(".platform-token").wait_for()
    shoot(page, "platform-shown")
