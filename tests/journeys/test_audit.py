"""The ledger under audit: appealed, corrected by two people, closed, and checked by a stranger."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from exams.closing.models import YearClosing
from exams.corrections.models import Appeal, Correction
from lms.members.models import Member
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.journeys.test_study_hour import sign_in

PC = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
DECEMBER = dt.datetime(2026, 12, 20, 4, tzinfo=dt.UTC)
JANUARY = dt.datetime(2027, 1, 5, 4, tzinfo=dt.UTC)


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


def test_from_an_appeal_to_a_stranger_checking_the_year(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    def look(page: Page, name: str) -> None:
        """Accessible and to be looked at, on the desktop and on the phone."""
        for size in (PHONE, PC):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert_accessible(page)
            shoot(page, f"audit-{name}")

    def entered(member: Member, address: str) -> Page:
        page = open_page(**PC)
        sign_in(page, member, to=address)
        return page

    with time_machine.travel(DECEMBER, tick=True):
        person = make_member(tree.first, name="张秀英")
        secretary = make_secretary(tree.first, name="王书记")
        above = make_secretary(tree.general, name="李书记")
        administrator = make_administrator(tree.general, name="陈主任")
        make_entry(person, "32", category="group", earned_on=dt.date(2026, 6, 1), title="集中轮训")
        entry = make_entry(
            person, "4", category="group", earned_on=dt.date(2026, 9, 1), title="主题党日（九月）"
        )

        # A member appeals from the entry itself.
        member = entered(person, f"/archive/entries/{entry.pk}/")
        look(member, "entry")
        member.get_by_role("link", name="对这一条申诉").click()
        look(member, "appeal-new")
        member.get_by_label("为什么有异议").fill("九月那次党日登记了两遍，只参加了一次。")
        member.get_by_role("button", name="提交申诉").click()
        expect(member.get_by_text("申诉已提交")).to_be_visible()
        appeal = Appeal.objects.get()
        look(member, "appeal")

        # The secretary finds it and proposes a reversal.
        office = entered(secretary, "/corrections/")
        look(office, "waiting")
        office.get_by_role("link", name="主题党日（九月）").click()
        look(office, "answer")
        office.get_by_role("link", name="提出冲销").click()
        office.get_by_label("冲销原因").fill("签到表只有一次，第二条是重复登记。")
        office.get_by_label("佐证").fill("九月签到表第 2 页")
        look(office, "propose")
        office.get_by_role("button", name="提交，等待批准").click()
        expect(office.get_by_text("等待第二个人批准").first).to_be_visible()
        look(office, "proposed")
        proposal = Correction.objects.get()

        # The level above approves.
        desk = entered(above, "/corrections/?show=below")
        look(desk, "below")
        desk.get_by_role("link", name="主题党日（九月）").first.click()
        look(desk, "decide")
        desk.get_by_role("button", name="批准", exact=True).click()
        expect(desk.get_by_text("已批准，已记入学时账")).to_be_visible()
        proposal.refresh_from_db()
        assert (proposal.state, proposal.decided_by) == ("approved", above)

        # The archive shows it, with who and why.
        member.goto("/archive/")
        expect(member.get_by_text("已冲销")).to_be_visible()
        look(member, "archive")
        member.goto(f"/archive/entries/{entry.pk}/")
        expect(member.get_by_text("第二条是重复登记")).to_be_visible()
        look(member, "entry-reversed")
        member.emulate_media(media="print")
        shoot(member, "audit-entry-print")
        member.goto(f"/appeals/{appeal.pk}/")
        expect(member.get_by_text("更正已入账")).to_be_visible()
        member.close()

    with time_machine.travel(JANUARY, tick=True):
        # The year is over: it is closed, and the sheet and the file leave the school.
        head = entered(administrator, "/closings/")
        look(head, "closings")
        head.get_by_label("组织").select_option(str(tree.general.pk))
        head.get_by_label("年度").select_option("2026")
        head.get_by_role("button", name="预览结账").click()
        look(head, "close")
        head.get_by_role("button", name="结账", exact=True).click()
        expect(head.get_by_text("已结账。请打印结账单")).to_be_visible()
        closing = YearClosing.objects.get()
        make_entry(
            person, "2", category="group", earned_on=dt.date(2026, 12, 30), title="年底学习会"
        )
        head.reload()
        look(head, "closing")
        with head.expect_download() as download:
            head.get_by_role("link", name="导出文件").click()
        file = tmp_path / "closing.csv"
        download.value.save_as(file)
        assert hashlib.sha256(file.read_bytes()).hexdigest() == closing.digest
        head.get_by_role("link", name="结账单").click()
        look(head, "sheet")
        head.emulate_media(media="print")
        shoot(head, "audit-sheet-print")

        # A stranger without an account checks it, in a browser that has never been here.
        stranger = open_page(**PC)
        stranger.goto(f"/verify-year/{closing.code}/")
        expect(stranger.get_by_text(closing.digest)).to_be_visible()
        stranger.get_by_label("结账文件").set_input_files(file)
        stranger.get_by_role("button", name="核对").click()
        expect(stranger.get_by_text("文件与结账时留存的完全一致")).to_be_visible()
        look(stranger, "verified")
        forged = tmp_path / "forged.csv"
        forged.write_bytes(file.read_bytes().replace(b"32.00", b"36.00"))
        stranger.get_by_label("结账文件").set_input_files(forged)
        stranger.get_by_role("button", name="核对").click()
        expect(stranger.get_by_text("从第 2 行起不同")).to_be_visible()
        look(stranger, "forged")
