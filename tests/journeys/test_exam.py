"""An exam on a bad line: cut for ninety seconds, finished elsewhere; and without script."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from exams.attempts.models import Attempt, AttemptEvent, AttemptState, Exam, FinishedBy, Navigation
from exams.attempts.queries import answers_in
from lms.members.models import Member
from tests.factories.exam_attempts import OPTIONS, make_exam
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
)
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PHONE, Watch

CUT_MS = 90_000


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def exam(tree: BranchTree) -> Exam:
    return make_exam(
        tree.general,
        questions=6,
        title="第四季度党章党规测试",
        instructions="闭卷考试，请独立完成。",
        opened=dt.timedelta(minutes=1),
    )


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first, name="张秀英")


def begin(page: Page, member: Member, exam: Exam) -> None:
    sign_in(page, member, to="/exams/")
    page.get_by_role("link", name=exam.title).click()
    page.get_by_role("button", name="开始答题").click()


def choose(page: Page, option: str) -> None:
    """The option with these words, in the question on the screen."""
    page.locator(".question.is-current").get_by_text(option, exact=True).click()


def chosen() -> list[Any]:
    """What is kept of the only attempt, by position."""
    attempt = Attempt.objects.get()
    answers = answers_in(attempt.pk)
    return [
        answers[item].answer.get("chosen") if item in answers else None
        for item, _order in attempt.items
    ]


def test_cut_for_ninety_seconds_and_finished_on_a_second_device(
    exam: Exam,
    member: Member,
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    page_watch.expect("ERR_INTERNET_DISCONNECTED")
    page_watch.expect("409 ")  # the first device, told that the second writes
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, member, to="/exams/")
    assert_accessible(phone)
    shoot(phone, "exam-mine")
    phone.get_by_role("link", name=exam.title).click()
    assert_accessible(phone)
    shoot(phone, "exam-waiting")
    phone.clock.install()
    phone.get_by_role("button", name="开始答题").click()
    expect(phone.locator("lms-exam.is-ready")).to_be_visible()
    attempt = Attempt.objects.get()
    expect(phone).to_have_url(f"{phone.url.split('/exams/')[0]}/exams/attempts/{attempt.pk}/")

    # Saved within a second of the choice, and said only then.
    choose(phone, OPTIONS[0])
    phone.clock.run_for(1000)
    expect(phone.locator("[data-saved]")).to_have_text(re.compile(r"^已保存 \d\d:\d\d:\d\d$"))
    assert chosen() == [0, None, None, None, None, None]
    assert_accessible(phone)
    shoot(phone, "exam-sitting")

    # The line is cut: answers go on, are kept here, and it is said at once.
    phone.context.set_offline(True)
    expect(phone.locator("[data-offline]")).to_be_visible(timeout=5000)
    for option in (OPTIONS[1], OPTIONS[2]):
        phone.locator(".question.is-current").get_by_role("button", name="下一题").click()
        choose(phone, option)
    phone.clock.run_for(CUT_MS)
    expect(phone.locator("[data-offline-text]")).to_contain_text("本机存 2 题")
    shoot(phone, "exam-offline")
    assert chosen() == [0, None, None, None, None, None]

    # It comes back, and everything is there.
    phone.context.set_offline(False)
    phone.clock.run_for(4000)
    expect(phone.locator("[data-offline]")).to_be_hidden()
    assert chosen() == [0, 1, 2, None, None, None]
    # Until it is taken up again it asks nothing, however long the computer takes below.
    phone.clock.pause_at(phone.evaluate("Date.now() / 1000 + 1"))

    # On to a computer: asked first, then everything is as it was.
    computer = open_page(width=1280, height=800)
    sign_in(computer, member, to="/exams/")
    computer.get_by_role("link", name=exam.title).click()
    computer.get_by_role("button", name="继续答题").click()
    expect(computer.get_by_role("alertdialog", name="在此继续？")).to_be_visible()
    shoot(computer, "exam-elsewhere")
    computer.get_by_role("button", name="在此继续").click()
    expect(computer.get_by_role("alertdialog", name="在此继续？")).to_be_hidden()
    expect(computer.locator(".numbers__one.is-answered[data-go]")).to_have_count(3)
    computer.locator("[data-go='4']").click()
    choose(computer, OPTIONS[3])
    computer.locator(".question.is-current").get_by_text("标记待查").click()
    expect(computer.locator("[data-saved]")).to_contain_text("已保存")
    assert_accessible(computer)
    shoot(computer, "exam-sitting")

    # The phone is told kindly; nothing it writes replaces what is newer.
    choose(phone, OPTIONS[3])
    phone.clock.run_for(1000)
    expect(phone.get_by_role("alertdialog", name="在此继续？")).to_be_visible()
    assert chosen() == [0, 1, 2, 3, None, None]

    # The room sees it.
    officer = open_page(width=1280, height=800)
    sign_in(officer, make_administrator(tree.general, name="陈主任"), to=f"/exams/{exam.pk}/room/")
    expect(officer.get_by_role("row").filter(has_text="张秀英")).to_contain_text("作答中")
    assert_accessible(officer)
    shoot(officer, "exam-room")
    before = Attempt.objects.get().deadline_at
    officer.get_by_role("checkbox", name="张秀英").check()
    officer.get_by_label("原因").fill("网络中断")
    officer.get_by_label("加时（分钟）").fill("10")
    officer.get_by_role("button", name="加时或加考").click()
    expect(officer.get_by_text("其中 1 人正在作答")).to_be_visible()
    assert Attempt.objects.get().deadline_at - before == dt.timedelta(minutes=10)

    # Handed in on the computer.
    computer.locator(".exam__submit").get_by_role("button", name="交卷").click()
    expect(computer.locator("[data-confirm-text]")).to_contain_text("还有 2 题没有作答")
    shoot(computer, "exam-confirm")
    computer.get_by_role("button", name="确定交卷").click()
    expect(computer.get_by_role("heading", name="已交卷")).to_be_visible()
    attempt.refresh_from_db()
    expect(computer.get_by_text(attempt.receipt)).to_be_visible()
    assert_accessible(computer)
    shoot(computer, "exam-receipt")
    assert (attempt.state, attempt.finished_by) == (AttemptState.FINISHED, FinishedBy.MEMBER)
    assert Attempt.objects.count() == 1
    assert "tab" in AttemptEvent.objects.values_list("kind", flat=True)


def test_without_script_it_is_a_plain_form(
    exam: Exam,
    member: Member,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    begin(page, member, exam)
    page.locator("#q1").get_by_text(OPTIONS[2], exact=True).click()
    page.locator("#q1").get_by_role("button", name="下一题").click()
    page.wait_for_url("**/#q2")
    assert chosen() == [2, None, None, None, None, None]
    page.locator("#q2").get_by_text(OPTIONS[1], exact=True).click()
    page.locator("#q2").get_by_text("标记待查").click()
    page.locator("#q2").get_by_role("button", name="下一题").click()
    page.wait_for_url("**/#q3")
    page.locator(".exam__submit").get_by_role("button", name="交卷").click()
    expect(page.get_by_text("还有 4 题没有作答。")).to_be_visible()
    page.get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", name="已交卷")).to_be_visible()
    attempt = Attempt.objects.get()
    expect(page.get_by_text(attempt.receipt)).to_be_visible()
    assert (attempt.state, chosen()) == (AttemptState.FINISHED, [2, 1, None, None, None, None])


def test_where_nobody_goes_back_the_next_question_comes_with_the_next_page(
    tree: BranchTree, member: Member, phone_page: Page, shoot: Callable[[Page, str], Any]
) -> None:
    exam = make_exam(tree.general, questions=2, navigation=Navigation.FORWARD)
    begin(phone_page, member, exam)
    expect(phone_page.locator("lms-exam.is-ready")).to_be_visible()
    assert "第2问" not in phone_page.content()
    choose(phone_page, OPTIONS[1])
    shoot(phone_page, "exam-forward")
    phone_page.get_by_role("button", name="保存，下一题").click()
    expect(phone_page.get_by_text("第2问")).to_be_visible()
    choose(phone_page, OPTIONS[2])
    phone_page.locator(".question").get_by_role("button", name="保存并交卷").click()
    phone_page.get_by_role("button", name="确定交卷").click()
    expect(phone_page.get_by_role("heading", name="已交卷")).to_be_visible()
    assert chosen() == [1, 2]


def test_for_the_elders_everything_is_large(
    exam: Exam,
    member: Member,
    open_page: Callable[..., Page],
    new_context: Callable[..., BrowserContext],
    school_server: str,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    page = open_page(**PHONE)
    page.context.add_cookies(
        [{"name": "presentation", "value": "mode:elder", "url": school_server}]
    )
    begin(page, member, exam)
    expect(page.locator("lms-exam.is-ready")).to_be_visible()
    assert_accessible(page)
    shoot(page, "exam-elder")
