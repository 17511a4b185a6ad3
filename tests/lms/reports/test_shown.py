"""Archive and board in a real browser, at both widths; pictures are kept to be looked at."""

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from exams.credit.models import StudyCategory
from lms.core import clock
from lms.members.models import Member
from lms.members.services import transfer_member
from tests.factories.hours import evidence, make_entry, make_reversal
from tests.factories.members import make_administrator, make_branch_tree, make_member

NAMES = (
    "王䶮", "张晓岚", "刘建业", "古丽娜尔·艾山", "吴海燕", "郑文博", "孙玉洁", "朱雨桐", "欧阳若水",
    "李淏", "马远行", "胡立新", "高春梅", "罗子涵", "梁永康", "宋佳宁", "扎西·多吉", "许秋平",
    "冯德厚", "邓玉兰", "曹福生", "彭桂香", "曾瑞麟", "田守仁", "韩冬青",
)  # fmt: skip
LESSONS = (
    "第一讲 把台账做成表格",
    "第二讲 会议记录怎么写",
    "第三讲 读懂一份条例",
    "第四讲 数据放在哪里更安全",
)


@pytest.fixture
def school(transactional_db: None) -> dict[str, Any]:
    chance = random.Random(7)
    tree = make_branch_tree()
    administrator = make_administrator(tree.committee, name="陈书宁")
    year = clock.today().year
    days = (clock.today() - dt.date(year, 1, 1)).days or 1
    members = []
    for place, name in enumerate(NAMES):
        member = make_member((tree.first, tree.second, tree.third)[place % 3], name=name)
        members.append(member)
        for _lesson in range(chance.choice((0, 2, 5, 9, 24))):
            make_entry(
                member,
                chance.choice(("0.25", "0.5", "1", "4")),
                earned_on=dt.date(year, 1, 1) + dt.timedelta(days=chance.randrange(days)),
                category=chance.choice(list(StudyCategory)[:5]),
                title=chance.choice(LESSONS),
            )
    shown = members[3]
    entry = make_entry(shown, "0.5", said=evidence(), title=LESSONS[0])
    wrong = make_entry(shown, "4", category=StudyCategory.GROUP, title="支部集体学习")
    make_reversal(wrong, by=administrator, reason="同一次学习登记了两遍")
    make_entry(shown, "1", earned_on=dt.date(year - 1, 5, 6), title=LESSONS[1])
    transfer_member(member=members[5], to=tree.first, on=clock.today())
    return {"tree": tree, "administrator": administrator, "member": shown, "entry": entry}


def sign_in(page: Page, member: Member, server: str) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


@pytest.mark.parametrize("look", ["", "mode:elder", "theme:dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_accessible_and_fit_the_screen(
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    assert_accessible: Callable[[Page], None],
    school: dict[str, Any],
    school_server: str,
    width: int,
    look: str,
) -> None:
    branch, member, entry = school["tree"].first, school["member"], school["entry"]
    committee = f"/board/{school['tree'].committee.pk}/"
    own = {"archive": "/archive/", "entry": f"/archive/entries/{entry.pk}/"}
    overseen = {
        "board-committee": committee,
        "board-trend": f"{committee}trend/",
        "board-branch": f"/board/{branch.pk}/?show=behind",
        "board-nobody": f"/board/{branch.pk}/?name=无此人",
        "board-member": f"{committee}members/{member.pk}/",
    }
    page = open_page(width=width, height=844 if width == 390 else 900)
    if look:
        page.context.add_cookies([{"name": "presentation", "value": look, "url": school_server}])
    for by, addresses in ((member, own), (school["administrator"], overseen)):
        sign_in(page, by, school_server)
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200
            page.wait_for_load_state("networkidle")
            shoot(page, f"{name}-{look.partition(':')[2]}" if look else name)
            assert_accessible(page)
            for closed in page.locator("main details:not([open])").all():
                closed.locator("summary").click()
            assert_accessible(page)


def test_a_board_works_without_script(
    open_page: Callable[..., Page], school: dict[str, Any], school_server: str
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, school["administrator"], school_server)
    page.goto(f"/board/{school['tree'].first.pk}/")
    page.get_by_role("link", name="未达标").click()
    page.get_by_label("姓名").fill("王䶮")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="王䶮").click()
    assert page.locator("h1").inner_text() == "王䶮的学习档案"


def test_an_explanation_prints_without_the_school_around_it(
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    school: dict[str, Any],
    school_server: str,
) -> None:
    page = open_page(width=800, height=1100)
    sign_in(page, school["member"], school_server)
    page.goto(f"/archive/entries/{school['entry'].pk}/")
    assert page.get_by_role("button", name="打印").is_visible()
    page.emulate_media(media="print")
    shoot(page, "entry-print")
    shown = {
        name: page.locator(name).first.is_visible()
        for name in (".site-header", ".bottom-nav", ".site-footer", "[data-print]", "main .watched")
    }
    assert shown == {
        ".site-header": False,
        ".bottom-nav": False,
        ".site-footer": False,
        "[data-print]": False,
        "main .watched": True,
    }
