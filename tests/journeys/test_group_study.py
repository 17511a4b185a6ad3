"""An evening of group study, end to end: a screen, three phones, a second person, three archives.

Real browsers and a real worker: from the code on the projector to the signed sheet.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import segno
from django.core.management import call_command
from playwright.sync_api import Page, expect

from exams.credit.models import StudyHourEntry
from exams.gatherings.models import Gathering, How
from lms.core import clock
from lms.members.models import Member
from tests.factories.gatherings import hows
from tests.factories.members import (
    PASSWORD,
    BranchTree,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.support.pdfs import CHROMIUM_A4, pages_of
from tests.support.processes import wait_until

HERE = ZoneInfo("Asia/Shanghai")
HOUR_AND_A_HALF = dt.timedelta(minutes=90)


def sign_in(page: Page, member: Member, *, to: str = "/archive/") -> None:
    """Fill in the sign-in page the browser stands on, or go there."""
    if "/sign-in/" not in page.url:
        page.goto(f"/sign-in/?next={to}")
    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{to}")


def picture_of(svg: str) -> list[str]:
    """The strokes of a QR code's drawing."""
    return re.findall(r' d="([^"]+)"', svg)


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Callable[[], Page]:
    return lambda: open_page(width=390, height=844, has_touch=True, is_mobile=True)


def test_an_evening_of_group_study(
    tree: BranchTree,
    start_worker: Callable[..., Any],
    open_page: Callable[..., Page],
    phone: Callable[[], Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    artefacts: Path,
) -> None:
    host = make_secretary(tree.first, name="王书记")
    second = make_secretary(tree.first, name="赵副书记")
    scanning = make_member(tree.first, name="张秀英")
    typing = make_member(tree.first, name="李淏")
    ticked = make_member(tree.first, name="冯德厚")
    start_worker()

    # The secretary plans it on the PC and opens the screen.
    pc = open_page(width=1280, height=800)
    sign_in(pc, host, to=f"/board/{tree.first.pk}/")
    pc.get_by_role("link", name="集体学习", exact=True).click()
    pc.get_by_role("link", name="安排集体学习").click()
    pc.get_by_label("主题").fill("集体学习：会议记录怎样写准")
    pc.get_by_label("地点").fill("三楼会议室")
    pc.get_by_label("开始时间").fill(f"{clock.now().astimezone(HERE):%Y-%m-%dT%H:%M}")
    pc.get_by_role("button", name="安排好了").click()
    pc.get_by_role("link", name="打开大屏").click()
    pc.get_by_role("button", name="开始学习").click()
    code = pc.locator("a.qr")
    expect(code).to_be_visible()
    gathering = Gathering.objects.get()

    # The first scans without being signed in: through the sign-in page and back to one button.
    link = code.get_attribute("href")
    assert link is not None
    drawn = segno.make(link, error="m", micro=False).svg_inline(border=2)
    assert picture_of(code.inner_html()) == picture_of(drawn)
    scanner = phone()
    scanner.goto(link)
    sign_in(scanner, scanning, to="/gatherings/join/")
    shoot(scanner, "group-join")
    assert_accessible(scanner)
    scanner.get_by_role("button", name="我已到场，签到").click()
    expect(scanner.get_by_role("heading", name="签到成功")).to_be_visible()
    shoot(scanner, "group-joined")

    # The second types the digits, the third is ticked by the host; the screen shows all three.
    typist = phone()
    sign_in(typist, typing)
    typist.get_by_role("link", name="集体学习签到").click()
    typist.get_by_role("link", name="签到", exact=True).click()
    digits = pc.locator(".screen__code b").inner_text().replace(" ", "")
    typist.get_by_label("签到码").fill(digits)
    typist.get_by_role("button", name="签到", exact=True).click()
    expect(typist.get_by_role("heading", name="签到成功")).to_be_visible()
    pc.get_by_role("link", name="离开大屏").click()
    pc.get_by_label("冯德厚").check()
    pc.get_by_role("button", name="勾选的同志到场").click()
    expect(pc.locator(".attendance tbody tr")).to_have_count(3)
    pc.get_by_role("link", name="打开大屏").click()
    expect(pc.locator(".screen__names li")).to_have_count(3)
    assert hows(gathering) == [("张秀英", How.QR), ("李淏", How.CODE), ("冯德厚", How.TICK)]

    # Heads are counted, an hour and a half passes, the host closes.
    pc.get_by_role("link", name="离开大屏").click()
    pc.get_by_label("中途清点人数").fill("3")
    pc.get_by_label("结束清点人数").fill("4")
    pc.get_by_role("button", name="记下来").click()
    expect(pc.get_by_text("结束清点 4 人，名单 3 人，相差 1 人。")).to_be_visible()
    began = clock.now() - HOUR_AND_A_HALF
    Gathering.objects.update(opened_at=began)
    pc.get_by_role("button", name="结束学习").click()
    expect(pc.get_by_text("主持或登记过名单的人不能自己确认")).to_be_visible()
    shoot(pc, "group-closed")

    # A second person confirms on a phone; the worker enters the hours, once each.
    other = phone()
    sign_in(other, second, to="/gatherings/")
    other.get_by_role("link", name="集体学习：会议记录怎样写准").click()
    other.get_by_role("link", name="核对并确认").click()
    assert_accessible(other)
    shoot(other, "group-confirm")
    other.get_by_role("button", name="情况属实，确认 3 人").click()
    expect(other.get_by_text("已确认 3 人，学时随即记入各人档案。")).to_be_visible()
    wait_until(lambda: StudyHourEntry.objects.count() == 3, what="three entries")
    for member, page in ((scanning, scanner), (typing, typist), (ticked, phone())):
        if member is ticked:
            sign_in(page, member)
        page.goto("/archive/")
        expect(page.get_by_role("link", name="集体学习：会议记录怎样写准")).to_have_count(1)
    assert {
        (entry.member.name, entry.hours, entry.category, entry.source_kind)
        for entry in StudyHourEntry.objects.select_related("member")
    } == {(name, Decimal(2), "group", "group") for name in ("张秀英", "李淏", "冯德厚")}
    scanner.goto("/archive/")
    scanner.get_by_role("link", name="集体学习：会议记录怎样写准").click()
    expect(scanner.get_by_text("结束清点 4 人，名单 3 人，相差 1 人。")).to_be_visible()
    assert_accessible(scanner)
    shoot(scanner, "group-why")
    call_command("verify-ledger", stdout=StringIO())

    # The sheet goes on paper.
    pc.goto(f"/gatherings/{gathering.pk}/")
    pc.get_by_role("link", name="打印签到表").click()
    expect(pc.get_by_role("row").filter(has_text="冯德厚")).to_contain_text("当面勾选")
    assert_accessible(pc)
    sheet = pc.pdf(format="A4", path=artefacts / "group-sheet.pdf")
    (on_paper,) = pages_of(sheet, size=CHROMIUM_A4)
    # Chromium writes some characters as the radicals they look like.
    on_paper = unicodedata.normalize("NFKC", on_paper)
    assert on_paper.startswith("第一党支部集体学习签到表")
    for name, how in (("张秀英", "扫码"), ("李淏", "输入签到码"), ("冯德厚", "当面勾选")):
        assert re.search(rf"{name}{how}\d\d:\d\d", on_paper), on_paper
    pc.emulate_media(media="print")
    shoot(pc, "group-sheet-printed")
