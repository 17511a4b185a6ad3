"""A contest from its daily practice to a name on the board, for a member on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from exams.attempts.models import Attempt, Exam, Release
from exams.contests.models import Contest, ContestRound
from exams.marking.services import machine_mark_attempt, release_exam
from lms.core import clock
from lms.members.models import Member
from tests.factories.contests import (
    make_contest,
    make_pool,
    make_round,
    release,
    sat,
    turn_ranking_on,
)
from tests.factories.exam_attempts import OPTIONS, make_exam
from tests.factories.members import BranchTree, make_administrator, make_branch_tree, make_member
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE

QUESTIONS = 3


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    return make_administrator(tree.general, name="陈书宁")


@pytest.fixture
def contest(tree: BranchTree, officer: Member) -> Contest:
    """One round is over with results of colleagues, one is open, three questions a day."""
    make_pool(tree.general, 5)
    made = make_contest(
        tree.general, by=officer, title="党章党规知识竞赛", daily_questions=QUESTIONS, best_of=3,
        description="以赛促学，自愿参加。先做每日一练，再答各轮。",
    )  # fmt: skip
    over = make_round(made, title="第一轮：党章总纲")
    for place, name in enumerate(("王䶮", "李淏", "古丽娜尔·艾山", "赵淑芬")):
        branch = (tree.first, tree.second)[place % 2]
        sat(over, make_member(branch, name=name), str(14 - 2 * place), seconds=300.25 + 17 * place)
    release(over.exam)
    now = make_exam(
        tree.general, title="第二轮：组织生活", questions=QUESTIONS, release=Release.BY_HAND
    )
    ContestRound.objects.create(contest=made, exam=now)
    return made


def held_and_released(exam: Exam, by: Member) -> None:
    """What the officer and the machine do once the round is over."""
    for attempt in Attempt.objects.filter(exam=exam, state="finished"):
        machine_mark_attempt(attempt_id=attempt.pk)
    Exam.objects.filter(pk=exam.pk).update(closes_at=clock.now())
    exam.refresh_from_db()
    release_exam(exam=exam, by=by)


def test_from_todays_questions_to_a_name_on_the_board(
    tree: BranchTree,
    officer: Member,
    contest: Contest,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    member = make_member(tree.first, name="张秀英")
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    pc = open_page(**PC)

    def look(page: Page, name: str) -> None:
        assert_accessible(page)
        shoot(page, f"contest-{name}")

    # Today's questions, one by one.
    sign_in(phone, member, to="/exams/")
    phone.get_by_role("link", name="知识竞赛").click()
    look(phone, "list")
    phone.get_by_role("link", name=contest.title).click()
    look(phone, "lobby")
    phone.get_by_role("link", name="开始今天的练习").click()
    look(phone, "daily")
    phone.get_by_role("link", name="开始", exact=True).click()
    for number in range(QUESTIONS):
        phone.get_by_text("32学时" if number else "8学时", exact=True).click()
        if not number:
            look(phone, "daily-question")
        phone.get_by_role("button", name="提交答案").click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("答对了" if number else "答错了")
        phone.get_by_role("link", name="下一题" if number < QUESTIONS - 1 else "看今天的题").click()
    expect(phone.get_by_text("今天的题做完了，答对 2 题，共 3 题")).to_be_visible()
    look(phone, "daily-done")

    # The open round is an exam like any other.
    phone.goto(f"/contests/{contest.pk}/")
    phone.get_by_role("link", name="第二轮：组织生活").click()
    phone.get_by_role("button", name="开始答题").click()
    expect(phone.locator("lms-exam.is-ready")).to_be_visible()
    for number in range(QUESTIONS):
        phone.locator(".question.is-current").get_by_text(OPTIONS[0], exact=True).click()
        if number < QUESTIONS - 1:
            phone.locator(".question.is-current").get_by_role("button", name="下一题").click()
    expect(phone.locator("[data-saved]")).to_contain_text("已保存")
    phone.locator(".exam__submit").get_by_role("button", name="交卷").click()
    phone.get_by_role("button", name="确定交卷").click()
    expect(phone.get_by_role("heading", name="已交卷")).to_be_visible()
    phone.goto(f"/contests/{contest.pk}/board/")
    expect(phone.get_by_text("已公布的轮次您没有参加，没有名次。")).to_be_visible()

    # Released: the board shows the own branch and, to oneself alone, the own place.
    held_and_released(Exam.objects.get(title="第二轮：组织生活"), officer)
    phone.reload()
    expect(phone.locator(".row--current")).to_contain_text("第一党支部")
    expect(phone.get_by_text("第 1 名，共 5 人")).to_be_visible()
    expect(phone.get_by_text("本次竞赛没有开启个人排名")).to_be_visible()
    look(phone, "board-unnamed")
    other = make_member(tree.second, name="马远行")
    sign_in(pc, other, to=f"/contests/{contest.pk}/board/")
    expect(pc.get_by_text("张秀英")).to_have_count(0)

    # Switched on by the officer and agreed to by the member: now the others see the name.
    turn_ranking_on(contest, by=officer)
    pc.reload()
    expect(pc.get_by_text("前几名里还没有人同意公开姓名。")).to_be_visible()
    phone.reload()
    phone.get_by_role("button", name="同意公开").click()
    expect(phone.get_by_text("已同意公开，随时可以收回。")).to_be_visible()
    look(phone, "board")
    pc.reload()
    expect(pc.get_by_role("listitem").filter(has_text="张秀英")).to_contain_text("50")
    look(pc, "board")
    for page in ("", "result/"):
        phone.goto(f"/contests/{contest.pk}/{page}")
        look(phone, f"after-{page.strip('/') or 'lobby'}")
    pc.goto(f"/contests/{contest.pk}/")
    look(pc, "lobby")

    # The office, where the contest is run.
    office = open_page(**PC)
    sign_in(office, officer, to=f"/admin/contests/{contest.pk}/")
    shoot(office, "contest-office")
    office.goto(f"/admin/contests/{contest.pk}/ranking/")
    shoot(office, "contest-office-ranking")
    office.goto("/admin/contests/new/")
    shoot(office, "contest-office-new")


def test_for_the_elders_and_without_script_it_works(
    tree: BranchTree,
    contest: Contest,
    open_page: Callable[..., Page],
    new_context: Callable[..., BrowserContext],
    school_server: str,
    shoot: Callable[[Page, str], Any],
) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    page.context.add_cookies(
        [{"name": "presentation", "value": "mode:elder", "url": school_server}]
    )
    sign_in(page, make_member(tree.first), to=f"/contests/{contest.pk}/")
    page.get_by_role("link", name="开始今天的练习").click()
    page.get_by_role("link", name="开始", exact=True).click()
    page.get_by_text("32学时", exact=True).click()
    page.get_by_role("button", name="提交答案").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("答对了")
    for name in ("", "board/"):
        page.goto(f"/contests/{contest.pk}/{name}")
        shoot(page, f"contest-elder-{name.strip('/') or 'lobby'}")
    expect(page.get_by_text("第二党支部")).to_be_visible()
