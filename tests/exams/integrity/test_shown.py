"""Queue, case and a member's own page in a real browser, at both widths."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from exams.integrity import services
from exams.integrity.signals import Kind
from lms.members.models import Member
from tests.factories.hours import make_entry
from tests.factories.integrity import make_case
from tests.factories.members import make_administrator, make_branch_tree, make_member


def sign_in(page: Page, member: Member, server: str) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_accessible_at_both_widths(
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    assert_accessible: Callable[[Page], None],
    school_server: str,
    width: int,
    look: str,
) -> None:
    tree = make_branch_tree()
    members = [make_member(tree.first, name=name) for name in ("王建国", "李淑芬", "赵德厚")]
    entries = [make_entry(member, "0.5", title="第三讲 读懂一份条例") for member in members]
    above = make_administrator(tree.committee, name="陈书宁")
    case = make_case(members, lessons=[int(entry.source_id) for entry in entries])
    robot = make_case(members[:1], kind=Kind.ROBOT)
    services.clear_case(case=robot, by=above, note="本人上夜班，下班后连着学，没有问题。")
    make_case(members[1:], kind=Kind.MIRROR)
    page = open_page(width=width, height=844 if width == 390 else 900)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )
    shown = {
        above: {"review-queue": "/review/", "review-case": f"/review/{case.pk}/"},
        members[0]: {"review-mine": "/review/mine/"},
        members[1]: {"review-nothing": "/review/mine/"},
    }
    for by, addresses in shown.items():
        sign_in(page, by, school_server)
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200
            page.wait_for_load_state("networkidle")
            shoot(page, f"{name}-{look}")
            assert_accessible(page)
