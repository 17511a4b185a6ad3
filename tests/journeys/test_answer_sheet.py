"""A vote on paper, end to end: printed, filled in, photographed askew, one box decided, closed.

Real browsers and a real worker; the photographs are of the very PDF that was printed.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from exams.sheets.models import SheetPage, SheetPrint
from exams.tallies.models import Tally, TallyState
from exams.tallies.queries import count_of, layout_of
from lms.members.models import Member
from tests.factories.members import PASSWORD, BranchTree, make_branch_tree, make_secretary
from tests.factories.sheets import as_jpeg
from tests.support.pdfs import pages_of
from tests.support.photographs import Hand, fill, paper_of, photograph
from tests.support.processes import wait_until


def sign_in(page: Page, member: Member, *, to: str) -> None:
    page.goto(f"/sign-in/?next={to}")
    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{to}")


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


def test_a_vote_on_paper(
    tree: BranchTree,
    start_worker: Callable[..., Any],
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    secretary = make_secretary(tree.first, name="王书记")
    start_worker()

    # The secretary makes a vote, looks at it once more, opens it.
    pc = open_page(width=1280, height=800)
    sign_in(pc, secretary, to=f"/board/{tree.first.pk}/")
    pc.get_by_role("link", name="计票测评", exact=True).click()
    pc.get_by_role("link", name="新建投票").click()
    pc.get_by_label("名称").fill("支部委员候选人推荐")
    pc.get_by_label("应到人数").fill("3")
    pc.get_by_label("候选人").fill("张秀英\n古丽娜尔·艾山\n李淏")
    assert_accessible(pc)
    shoot(pc, "tally-form")
    pc.get_by_role("button", name="保存").click()
    shoot(pc, "tally-draft")
    pc.get_by_role("button", name="内容无误，开始计票").click()
    tally = Tally.objects.get()

    # Two sheets are printed.
    pc.get_by_role("link", name="打印与读卡").click()
    pc.get_by_label("份数").fill("2")
    pc.get_by_role("button", name="准备打印").click()
    with pc.expect_download() as download:
        pc.get_by_role("link", name="下载 2 份").click(modifiers=["Alt"])
    pdf = Path(download.value.path()).read_bytes() if download else b""
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    assert SheetPrint.objects.get().copies == 2

    # They come back filled in: one on the scanner's glass, one photographed askew, in which the
    # second line was filled in so faintly that it may be a smear.
    page = layout_of(tally).pages[0]
    clear = {"q1": {0: Hand.FILL}, "q2": {1: Hand.FILL}, "q3": {0: Hand.FILL}}
    faint = {"q1": {0: Hand.FILL}, "q2": {0: Hand.FAINT}, "q3": {2: Hand.FILL}}
    shots = [
        photograph(fill(paper_of(pdf, 0), page, clear).paper, seed=1, calm=True, turned=0),
        photograph(fill(paper_of(pdf, 1), page, faint).paper, seed=2, turned=187),
    ]
    files = [tmp_path / "扫描.jpg", tmp_path / "照片.jpg"]
    for file, shot in zip(files, shots, strict=True):
        file.write_bytes(as_jpeg(shot))
    pc.get_by_label("PDF、JPG 或 PNG，可以多选").set_input_files(files)
    pc.get_by_role("button", name="上传并读卡").click()
    wait_until(lambda: SheetPage.objects.count() == 2, what="two pages read")
    expect(pc.get_by_text("1 页有看不准的地方，请人工判定。")).to_be_visible()
    assert_accessible(pc)
    shoot(pc, "sheets-home")

    # On a phone the doubtful box is enlarged; one press decides it.
    phone = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(phone, secretary, to=f"/sheets/tally/{tally.pk}/")
    assert_accessible(phone)
    shoot(phone, "sheets-home")
    phone.get_by_role("link", name="逐个判定").click()
    expect(phone.get_by_role("heading", name="2. 古丽娜尔·艾山")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "sheets-queue")
    pc.get_by_role("link", name="逐个判定").click()
    shoot(pc, "sheets-queue")
    pc.get_by_role("link", name="看整页").click()
    expect(pc.get_by_role("img", name="扫描的整页")).to_be_visible()
    assert_accessible(pc)
    shoot(pc, "sheets-page")
    phone.get_by_role("button", name="同意", exact=True).click()
    expect(phone.get_by_role("heading", name="都判定完了")).to_be_visible()

    # Who still has the old page before them is told so; and keys do what buttons do.
    pc.get_by_role("button", name="就按这样判定").click()
    expect(pc.get_by_text("这一页刚刚被别人改过。")).to_be_visible()

    # Given out and closed: the result by name, and the record to be signed.
    pc.goto(f"/tallies/{tally.pk}/")
    pc.get_by_label("发出多少张").fill("2")
    pc.get_by_role("button", name="记下来").click()
    assert_accessible(pc)
    shoot(pc, "tally-open")
    pc.get_by_role("button", name="结束计票").click()
    pc.get_by_role("button", name="确定结束").click()
    with pc.expect_download() as record:
        pc.get_by_role("link", name="下载记录（PDF）").click(modifiers=["Alt"])
    (signed,) = pages_of(Path(record.value.path()).read_bytes())
    assert "应到3发出2收回2有效2无效0姓名同意不同意弃权未选" in signed
    assert "张秀英2000古丽娜尔·艾山1100李淏1010本记录" in signed
    tally.refresh_from_db()
    count = count_of(tally)
    assert (tally.state, count.returned, count.valid) == (TallyState.CLOSED, 2, 2)
    assert [line.counts for line in count.lines] == [(2, 0, 0), (1, 1, 0), (1, 0, 1)]
    assert_accessible(pc)
    shoot(pc, "tally-closed")
    phone.goto(f"/tallies/{tally.pk}/")
    assert_accessible(phone)
    shoot(phone, "tally-closed")
