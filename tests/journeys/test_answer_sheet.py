"""Sheets of paper, end to end: printed, filled in, photographed askew, one box decided; a vote
that is closed, and an exam that is released.

Real browsers and a real worker; the photographs are of the very PDF that was printed.
"""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from exams.analysis.queries import analysis_of
from exams.attempts.models import Attempt, AttemptState, Exam
from exams.attempts.room_services import finish_for
from exams.attempts.services import save_answers, start_attempt
from exams.on_paper.models import PaperSheet, SheetState
from exams.on_paper.queries import layouts_of
from exams.sheets.models import SheetPage, SheetPrint
from exams.tallies.models import Tally, TallyState
from exams.tallies.queries import count_of, layout_of
from lms.core import clock
from lms.members.models import Member
from tests.factories.exam_attempts import told
from tests.factories.members import (
    PASSWORD,
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.on_paper import make_paper_exam
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


def test_an_exam_on_paper(
    tree: BranchTree,
    start_worker: Callable[..., Any],
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    host = make_administrator(tree.first, name="王主任", number="900001")
    member = make_member(tree.first, name="张秀英", number="040017")
    colleague = make_member(tree.first, name="李淏", number="040018")
    kinds = ("single", "single", "multiple", "true_false", "short")
    exam = make_paper_exam(tree.first, by=host, is_planned=False, kinds=kinds)
    home = f"/exams/{exam.pk}/on-paper/"
    start_worker()

    # The host decides to hold it on paper, and prints a sheet for everybody.
    pc = open_page(width=1280, height=800)
    sign_in(pc, host, to=home)
    shoot(pc, "on-paper-begin")
    pc.get_by_role("button", name="用纸考").click()
    pc.get_by_label("公布成绩后，本人可以看自己的答题卡").check()
    pc.get_by_role("button", name="保存").click()
    pc.get_by_role("button", name="准备答题卡").click()
    with pc.expect_download() as download:
        pc.get_by_role("link", name="答题卡 040017–900001").click(modifiers=["Alt"])
    pdf = Path(download.value.path()).read_bytes()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3
    with pc.expect_download() as handed_out:
        pc.get_by_role("link", name="下载题本").click()
    assert Path(handed_out.value.path()).read_bytes()[:5] == b"%PDF-"

    # The same answers on screen and on paper; one box was filled in so faintly that a person looks.
    on_screen = start_attempt(by=colleague, exam=exam)
    answers = [told(on_screen, place, option) for place, option in ((1, 0), (2, 1))]
    several = told(on_screen, 3, 0)
    several.answer["chosen"] = [0, 2]
    true = told(on_screen, 4, 0)
    true.answer["chosen"] = True
    words = told(on_screen, 5, 0)
    words.answer.clear()
    words.answer["text"] = "学习要联系实际。"
    save_answers(attempt=on_screen, answers=[*answers, several, true, words])
    finish_for(attempt=on_screen, by=host, reason="时间到")
    planned = Exam.objects.select_related("paper", "paper_plan").get()
    page = layouts_of(planned)["A"].pages[0]
    assert page.fields[-1].key == "w5"
    hands = {
        "q1": {0: Hand.FILL},
        "q2": {1: Hand.FAINT},
        "q3": {0: Hand.FILL, 2: Hand.FILL},
        "q4": {0: Hand.FILL},
    }
    shot = tmp_path / "照片.jpg"
    shot.write_bytes(
        as_jpeg(photograph(fill(paper_of(pdf, 0), page, hands).paper, seed=2, turned=187))
    )
    pc.get_by_role("link", name="上传与读卡").click()
    pc.get_by_label("PDF、JPG 或 PNG，可以多选").set_input_files([shot])
    pc.get_by_role("button", name="上传并读卡").click()
    wait_until(lambda: SheetPage.objects.count() == 1, what="a page read")
    assert SheetPage.objects.get().refusal == ""
    expect(pc.get_by_text("1 页有看不准的地方，请人工判定。")).to_be_visible()
    shoot(pc, "on-paper-reading")
    pc.goto(home)
    expect(pc.get_by_role("row", name="张秀英 040017")).to_contain_text("待人工判定")
    assert_accessible(pc)
    shoot(pc, "on-paper-home")

    # Decided on a phone; the sheet becomes an attempt, and the machine marks what it can.
    phone = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(phone, host, to=home)
    assert_accessible(phone)
    shoot(phone, "on-paper-home")
    phone.get_by_role("link", name="逐个判定").click()
    phone.get_by_role("button", name="B", exact=True).click()
    expect(phone.get_by_role("heading", name="都判定完了")).to_be_visible()
    wait_until(
        lambda: PaperSheet.objects.filter(state=SheetState.COUNTED).exists(), what="a sheet counted"
    )
    on_paper = Attempt.objects.get(finished_by="sheet")
    assert on_paper.member == member

    # What people mark lies on one desk: typed on screen, or cut out of the sheet.
    pc.goto(f"/exams/{exam.pk}/marking/")
    pc.get_by_role("button", name="开始评卷").click()
    pc.get_by_label("4", exact=True).check(force=True)
    pc.get_by_role("button", name="保存，下一份").click()
    expect(pc.get_by_role("img", name="答题卡上写的")).to_be_visible()
    assert_accessible(pc)
    shoot(pc, "on-paper-desk")
    # Whoever has marked it on the paper itself writes the points down on the sheet's page.
    pc.goto(home)
    pc.get_by_role("link", name="收回的卡").click()
    assert_accessible(pc)
    shoot(pc, "on-paper-sheets")
    pc.get_by_role("link", name="张秀英").click()
    pc.get_by_label("第 5 题（满分 5 分）").fill("4")
    assert_accessible(pc)
    shoot(pc, "on-paper-sheet")
    phone.goto(pc.url)
    assert_accessible(phone)
    shoot(phone, "on-paper-sheet")
    pc.get_by_role("button", name="记下得分").click()
    expect(pc.get_by_text("已记下得分。")).to_be_visible()

    # Released by the same button, with the same result.
    Exam.objects.filter(pk=exam.pk).update(closes_at=clock.now() - dt.timedelta(seconds=1))
    pc.goto(f"/exams/{exam.pk}/release/")
    pc.get_by_role("button", name="公布成绩").click()
    expect(pc.get_by_text("已公布 2 份成绩。")).to_be_visible()
    both = list(Attempt.objects.order_by("finished_by").values("state", "points", "is_passed"))
    assert both == [{"state": AttemptState.RELEASED, "points": 19, "is_passed": True}] * 2
    own = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(own, member, to=f"/exams/{on_paper.pk}/result/")
    expect(own.locator(".result__points")).to_contain_text("19")
    assert_accessible(own)
    shoot(own, "on-paper-result")
    own.get_by_role("link", name="看我的答题卡").click()
    expect(own.get_by_role("img", name="答题卡第 1 页")).to_be_visible()
    assert_accessible(own)
    shoot(own, "on-paper-own")
    screen = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(screen, colleague, to=f"/exams/{on_screen.pk}/result/")
    expect(screen.locator(".result__points")).to_contain_text("19")

    # In the analysis they are two attempts that say the same.
    analysis = analysis_of(Exam.objects.select_related("paper").get())
    assert analysis.people == 2
    assert [line.figures.facility for line in analysis.items] == [1.0, 0.0, 1.0, 1.0, 0.8]
    pc.goto(f"/exams/{exam.pk}/analysis/")
    expect(pc.get_by_text("只算第一次作答，共 2 份")).to_be_visible()
