"""Rules and reliefs in a real browser: publish what was previewed; the pages at two widths."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from exams.credit.targets import settle_targets
from exams.rules.models import RuleSet, TargetRelief
from exams.rules.queries import rules_for
from lms.core import clock
from lms.members.models import DutyKind
from lms.members.services import assign_duty
from tests.factories.hours import make_entry
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.rules import count_online, make_relief


@pytest.fixture
def school(transactional_db: None) -> dict[str, Any]:
    """A general branch with rules of its own, people behind and ahead, reliefs in each state."""
    tree = make_branch_tree()
    count_online(tree.committee, "12")
    administrator = make_administrator(tree.general, name="管理员")
    secretary = make_secretary(tree.first, name="王书记")
    member = make_member(tree.first, name="张秀英")
    for kind in (DutyKind.COMMITTEE, DutyKind.CADRE_COUNTY):
        assign_duty(member=member, kind=kind, from_on=dt.date(2024, 1, 1))
    make_entry(member, "33", category="concentrated", title="机关党员轮训班")
    make_entry(member, "6", category="online")
    make_entry(make_member(tree.second, name="李明"), "33", title="三会一课")
    make_relief(member, hours=None, year=clock.today().year - 1)
    relief = make_relief(make_member(tree.first, name="赵德厚"))
    waiting = make_relief(make_member(tree.first, name="孙桂兰"))
    TargetRelief.objects.filter(pk=waiting.pk).update(
        state="requested", decided_by=None, decided_at=None
    )
    settle_targets()
    return {
        "tree": tree,
        "administrator": administrator,
        "secretary": secretary,
        "member": member,
        "relief": relief,
        "waiting": waiting,
    }


def signed_in(page: Any, member: Any, address: str) -> Any:
    client = Client()
    client.force_login(member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}]
    )
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_new_rules_are_previewed_and_then_published(
    width: int,
    school: dict[str, Any],
    school_server: str,
    open_page: Any,
    shoot: Any,
    page_watch: Any,
) -> None:
    page_watch.expect("status of 422")  # the form sent without its grounds
    tree = school["tree"]
    page = signed_in(open_page(width=width, height=1600), school["administrator"], school_server)
    page.goto("/admin/rules/")
    shoot(page, "rules-home")
    page.get_by_role("link", name="机关党总支").click()
    page.get_by_role("heading", name="年度要求").wait_for()
    shoot(page, "rules-node")
    page.get_by_role("link", name="的下一版").click()
    page.get_by_role("heading", name="课程折算").wait_for()
    shoot(page, "rules-next")
    page.locator("#id_targets-0-hours").fill("40")
    page.get_by_role("button", name="预览影响").click()
    page.get_by_text("还不能预览").wait_for()
    page.get_by_label("制定依据").fill("机关党总支委员会 2026 年第 3 次会议")
    page.get_by_role("button", name="预览影响").click()
    page.get_by_text("1 人由达标变为未达标").wait_for()
    assert page.get_by_text("变为未达标的：").inner_text() == "变为未达标的：李明"
    shoot(page, "rules-preview")
    assert RuleSet.objects.count() == 1
    page.get_by_role("button", name="确认发布").click()
    page.get_by_text("已发布 ZZ-").wait_for()
    shoot(page, "rules-published")
    assert str(rules_for(tree.first.path, clock.today().year).targets[0].hours) == "40"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_offices_other_screens(
    width: int, school: dict[str, Any], school_server: str, open_page: Any, shoot: Any
) -> None:
    page = signed_in(open_page(width=width, height=1600), school["administrator"], school_server)
    for name, path in (
        ("switches", "/admin/rules/switches/"),
        ("switch", "/admin/rules/switches/ranking/"),
        ("standing", f"/admin/members/standing/{school['member'].pk}/"),
        ("member-new", "/admin/members/new/"),
        ("branch-new", "/admin/branches/new/"),
    ):
        page.goto(path)
        if name == "standing":
            page.get_by_text("授予职责").first.click()
        shoot(page, f"office-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_sites_pages_are_accessible_at_both_widths(
    width: int,
    look: str,
    school: dict[str, Any],
    school_server: str,
    open_page: Any,
    assert_accessible: Any,
    shoot: Any,
) -> None:
    page = open_page(width=width, height=844 if width == 390 else 800)
    if look == "elder":
        page.context.add_cookies(
            [{"name": "presentation", "value": "mode:elder", "url": school_server}]
        )
    relief, waiting = school["relief"], school["waiting"]
    member, first = school["member"], school["tree"].first
    for who, paths in (
        (
            school["secretary"],
            {
                "reliefs": "/reliefs/",
                "reliefs-branch": f"/reliefs/?branch={first.pk}&year={clock.today().year}",
                "relief-people": "/reliefs/new/?name=张",
                "relief-new": f"/reliefs/new/{member.pk}/",
                "relief-approved": f"/reliefs/{relief.pk}/",
                "relief-waiting": f"/reliefs/{waiting.pk}/",
                "board": f"/board/{first.pk}/",
            },
        ),
        (
            member,
            {
                "archive": "/archive/",
                "archive-exempt": f"/archive/?year={clock.today().year - 1}",
                "rule-version": f"/rules/{RuleSet.objects.get()}/",
            },
        ),
    ):
        signed_in(page, who, school_server)
        for name, path in paths.items():
            page.goto(path)
            page.wait_for_load_state("networkidle")
            shoot(page, f"rules-site-{name}-{look}")
            assert_accessible(page)
