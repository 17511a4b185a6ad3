"""Nothing of the header sticks out, however many places a person may go to, in either language."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from lms.core.presentation import COOKIE
from lms.members.models import Branch, Member, Role, RoleAssignment
from tests.factories.members import make_branch_tree, make_member

ADDRESSES = ("/", "/courses/", "/exams/", "/contests/", "/archive/", "/board/")
WIDTHS = (390, 1024, 1280, 1440)


@pytest.fixture
def secretary(transactional_db: None) -> Member:
    """Who has every role there is, so that no place is missing."""
    tree = make_branch_tree()
    member = make_member(tree.first, name="欧阳志远")
    for role in Role.values:
        RoleAssignment.objects.create(
            member=member, branch=tree.general, role=role, from_on=dt.date(2020, 1, 1)
        )
    return member


@pytest.fixture
def member(secretary: Member) -> Member:
    """Who has none: fewer places, and in Chinese they stand beside the name."""
    return make_member(Branch.objects.get(pk=secretary.roles.first().branch_id))  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_no_page_scrolls_sideways(
    open_page: Callable[..., Page],
    school_server: str,
    secretary: Member,
    member: Member,
    shoot: Callable[[Page, str], Path],
    language: str,
    mode: str,
) -> None:
    found: dict[Any, int] = {}
    for who, name, addresses in ((secretary, "secretary", ADDRESSES), (member, "member", ("/",))):
        client = Client()
        client.force_login(who)
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.LANGUAGE_COOKIE_NAME: language,
            COOKIE: f"mode:{mode}",
        }
        for width in WIDTHS:
            page = open_page(width=width)
            page.context.add_cookies(
                [
                    {"name": key, "value": value, "url": school_server}
                    for key, value in cookies.items()
                ]
            )
            for address in addresses:
                page.goto(address)
                found[name, width, address] = page.evaluate(
                    "document.documentElement.scrollWidth - window.innerWidth"
                )
            shoot(page, f"header-{name}-{language}-{mode}")
    assert {place: wide for place, wide in found.items() if wide > 0} == {}
