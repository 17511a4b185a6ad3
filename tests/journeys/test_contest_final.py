"""A live final: a host, two players in browsers, fifty by sockets, a killed web process."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exams.finals import queries, ranking
from exams.finals.models import Final, FinalEvent, FinalRound, FinalState
from lms.members.models import Member
from tests.factories.exam_attempts import OPTIONS
from tests.factories.finals import (
    ALL,
    RIGHT,
    WRONG,
    code_of,
    join,
    make_final,
    make_final_paper,
)
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE, Watch
from tests.support.crowd import Crowd
from tests.support.processes import WebProcess, wait_until
from tests.support.sockets import cookie_of

pytestmark = pytest.mark.slow

CROWD = 50


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


def state_of(final: Final) -> Any:
    return queries.state_of(final)


def press(host: Page, words: str) -> None:
    host.locator("#panel").get_by_role("button", name=words, exact=True).click()


def ask(host: Page, final: Final, section: str) -> int:
    """The host asks the next question of a round; its number, once it is asked."""
    before = len(state_of(final).turns)
    row = host.locator(".final-panel__round").filter(has_text=section)
    row.get_by_role("button", name="出题").click()
    wait_until(lambda: len(state_of(final).turns) > before, what="the question")
    return before + 1


def choose(page: Page, option: int) -> None:
    page.locator(".final-stage").get_by_text(OPTIONS[option], exact=True).click()
    page.get_by_role("button", name="提交答案").click()


def test_fifty_two_play_and_a_killed_process_loses_nothing(
    tree: BranchTree,
    web_process: WebProcess,
    tmp_path: Path,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    page_watch.expect("WebSocket connection to")  # its process is killed
    host_member = make_secretary(tree.general, name="陈主任")
    zhang, li = make_member(tree.first, name="张秀英"), make_member(tree.second, name="李淏")
    final = make_final(tree.general, by=host_member, by_team=False, teams=[], title="党章党规竞赛")
    # Long enough for a process to come back while a question is open.
    FinalRound.objects.filter(final=final, position=ALL).update(seconds=180)
    crowd_members = [make_member(tree.first) for _each in range(CROWD)]

    host = open_page(**PC)
    sign_in(host, host_member, to=f"/finals/{final.pk}/host/")
    press(host, "开放入场")
    expect(host.get_by_role("heading", name="候场")).to_be_visible()

    # A phone by the code on the screen, without a public name, and without motion.
    phone = open_page(**PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    sign_in(phone, zhang, to="/finals/")
    assert_accessible(phone)
    phone.get_by_role("link", name=final.title).click()
    phone.get_by_role("link", name="入场参赛").click()
    assert_accessible(phone)
    shoot(phone, "final-join")
    phone.get_by_label("入场码").fill(code_of(final))
    phone.get_by_role("button", name="入场").click()
    expect(phone.locator("lms-contest.is-ready")).to_be_visible()
    # A computer by another web process, named.
    computer = open_page(**PC)
    sign_in(computer, li, to="/finals/")
    computer.goto(f"{web_process.url}/finals/{final.pk}/join/")
    computer.get_by_label("入场码").fill(code_of(final))
    computer.get_by_label("公开我的个人成绩").check()
    computer.get_by_role("button", name="入场").click()
    expect(computer.locator("lms-contest.is-ready")).to_be_visible()
    for member in crowd_members:
        join(final, member, is_listed=False)
    crowd = Crowd(web_process.url, f"/finals/{final.pk}/socket", map(cookie_of, crowd_members))  # type: ignore[arg-type]
    try:
        expect(host.locator(".final-own__players")).to_have_text("已入场 52 人")
        shoot(host, "final-lobby-host")
        press(host, "开始决赛")
        _all_at_once(final, host, phone, computer, crowd, shoot, assert_accessible)
        _who_is_first(final, host, phone, computer, crowd, shoot)
        _killed(final, host, phone, computer, crowd, web_process, tmp_path)
        host.get_by_role("button", name="结束决赛").click()
        host.get_by_role("button", name="确定结束").click()
        expect(host.get_by_role("heading", name="决赛结束")).to_be_visible()
        expect(phone.get_by_role("link", name="看名次")).to_be_visible()
    finally:
        crowd.close()
    final.refresh_from_db()
    assert final.state == FinalState.FINISHED
    phone.get_by_role("link", name="看名次").click()
    own = next(row for row in ranking.of_persons(state_of(final)) if row.label == "1 号选手")
    expect(phone.locator(".final-own")).to_contain_text(f"第 {own.place} 名")
    expect(phone.locator(".final-board__row")).to_have_count(1)  # Li alone chose to be seen
    expect(phone.locator(".final-board")).to_contain_text("李淏")
    assert "张秀英" not in computer.content()
    assert_accessible(phone)
    shoot(phone, "final-result")


def _all_at_once(
    final: Final,
    host: Page,
    phone: Page,
    computer: Page,
    crowd: Crowd,
    shoot: Callable[[Page, str], Any],
    assert_accessible: Callable[[Page], None],
) -> None:
    turn = ask(host, final, "共答题")
    expect(phone.locator(".final-stage")).to_contain_text("共答题第1问")
    assert_accessible(phone)
    shoot(phone, "final-question")
    choose(phone, 0)
    expect(phone.locator(".final-stage__note")).to_have_text("已收到您的答案")
    shoot(phone, "final-saved")
    replies = crowd.say("answer", turn, sent=WRONG)
    assert {reply.get("ok") for reply in replies} == {"answer"}
    expect(host.locator(".final-stage__note")).to_have_text("已作答 51 / 52")
    choose(computer, 1)
    # All have answered: it closes by itself, and everybody sees what was right.
    for page in (host, phone, computer):
        expect(page.locator(".final-key")).to_contain_text("A. 民主集中制")
    expect(phone.locator(".final-own__line")).to_contain_text("第 1 名")
    expect(computer.locator(".final-own__line")).to_contain_text("第 2 名")
    shoot(phone, "final-closed")
    assert_accessible(host)
    shoot(host, "final-console")
    assert phone.evaluate("document.getAnimations().length") == 0


def _who_is_first(
    final: Final,
    host: Page,
    phone: Page,
    computer: Page,
    crowd: Crowd,
    shoot: Callable[[Page, str], Any],
) -> None:
    turn = ask(host, final, "抢答题")
    buzz = phone.get_by_role("button", name="抢答", exact=True)
    expect(buzz).to_be_disabled()
    shoot(phone, "final-reading")
    expect(buzz).to_be_enabled(timeout=10_000)
    buzz.click()
    crowd.say("buzz", turn)
    computer_buzz = computer.get_by_role("button", name="抢答", exact=True)
    if computer_buzz.is_visible():
        computer_buzz.click()
    expect(phone.locator(".final-order")).to_be_visible()
    asked = state_of(final).turn
    # The order is what the figures say, to everybody alike.
    moments = [each.counts_at(asked.opens_at) for each in asked.order]
    # Who has been called stays called; all others stand by their figures, even who came late.
    assert moments[1:] == sorted(moments[1:])
    assert moments[0] <= moments[1]
    shown = host.locator(".final-order tbody tr")
    expect(shown.first.locator("td").nth(1)).to_have_text(asked_label(final))
    shoot(phone, "final-order")
    shoot(host, "final-order-host")
    crowd.until(lambda line: line.view["order"] is not None)
    orders = {str(line.view["order"][:10]) for line in crowd.lines}
    assert len(orders) == 1
    press(host, "结束作答")
    expect(phone.locator(".final-key")).to_be_visible()


def asked_label(final: Final) -> str:
    state = state_of(final)
    return str(state.sides[state.turn.order[0].side].label)


def _killed(
    final: Final,
    host: Page,
    phone: Page,
    computer: Page,
    crowd: Crowd,
    web: WebProcess,
    tmp_path: Path,
) -> None:
    turn = ask(host, final, "共答题")
    acknowledged = crowd.say("answer", turn, who=range(30), sent=RIGHT)
    assert {reply.get("ok") for reply in acknowledged} == {"answer"}
    web.kill()
    began = time.monotonic()
    expect(computer.locator(".final__status")).to_have_text("连接中断，正在重新连接…")
    choose(computer, 0)  # said into a broken line, and kept until there is one
    again = WebProcess(PORT=str(web.port), log=tmp_path / "again.log")
    try:
        up = time.monotonic()
        crowd.connect(web.url)
        expect(computer.locator(".final__status")).to_be_hidden()
        assert time.monotonic() - up < 15
        assert up - began < 60
        # Nothing acknowledged is lost; what is said again is no error; the others go on.
        kept = FinalEvent.objects.filter(final=final, kind="answered", body__turn=turn)
        assert kept.count() >= 30
        replies = crowd.say("answer", turn, sent=RIGHT)
        assert {reply.get("ok") for reply in replies} == {"answer"}
        expect(computer.locator(".final-stage__note")).to_have_text("已收到您的答案")
        choose(phone, 0)
        expect(host.locator(".final-key")).to_be_visible()
        assert kept.count() == 52
        crowd.until(lambda line: line.view["turn"]["closed"])
        assert len({str(line.view) for line in crowd.lines}) == 1
        assert len({str(line.transcript) for line in crowd.lines}) == 1
        expect(computer.locator(".final-own__line")).to_be_visible()
    finally:
        again.stop()


def test_a_host_makes_one_and_another_takes_over(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    """Teams, every way of asking, the hall's screen, voiding and correcting."""
    first = make_administrator(tree.general, name="陈主任")
    second = make_secretary(tree.general, name="李书记")
    zhang, li = make_member(tree.first, name="张秀英"), make_member(tree.second, name="李淏")
    make_final_paper(tree.general)
    host = open_page(**PC)
    sign_in(host, first, to="/finals/hosted/")
    assert_accessible(host)
    shoot(host, "finals-hosted")
    host.get_by_role("link", name="筹备决赛").click()
    host.get_by_label("名称").fill("第四季度党章党规知识竞赛决赛")
    host.get_by_label("参赛队").fill("机关第一党支部代表队\n第二党支部\n星火队")
    assert_accessible(host)
    shoot(host, "final-form")
    host.get_by_role("button", name="保存，去定环节").click()
    assert_accessible(host)
    shoot(host, "final-rounds")
    host.get_by_role("button", name="保存环节").click()
    expect(host.get_by_role("heading", name="筹备")).to_be_visible()
    shoot(host, "final-draft")
    press(host, "开放入场")
    final = Final.objects.get()
    screen = open_page(width=1920, height=1080)
    sign_in(screen, second, to=f"/finals/{final.pk}/screen/")
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    _team_joins(phone, zhang, final, "机关第一党支部代表队")
    computer = open_page(**PC)
    _team_joins(computer, li, final, "第二党支部")
    expect(screen.locator(".final-own__players")).to_have_text("已入场 2 人")
    assert_accessible(screen)
    shoot(screen, "final-screen-lobby")
    press(host, "开始决赛")

    # 必答: one team, the others look on.
    ask(host, final, "必答题")
    expect(phone.locator(".final-stage__note")).to_have_text("请您的队作答")
    expect(computer.get_by_role("button", name="提交答案")).to_have_count(0)
    shoot(screen, "final-screen-question")
    choose(phone, 0)
    expect(screen.locator(".final-results")).to_contain_text("+10")
    shoot(screen, "final-screen-result")

    # 抢答: the second team is first, and wrong; the first is asked next.
    ask(host, final, "抢答题")
    buzz = computer.get_by_role("button", name="抢答", exact=True)
    expect(buzz).to_be_enabled(timeout=10_000)
    buzz.click()
    phone.get_by_role("button", name="抢答", exact=True).click()
    expect(computer.locator(".final-stage__note")).to_have_text("您的队抢到了，请作答")
    shoot(computer, "final-called")
    choose(computer, 1)
    expect(phone.locator(".final-stage__note")).to_have_text("您的队抢到了，请作答")
    shoot(phone, "final-called")
    choose(phone, 0)
    expect(phone.locator(".final-key")).to_be_visible()
    expect(computer.locator(".final-own__line").first).to_contain_text("-10 分")

    # The first host's line is gone: the second goes on where it was.
    host.close()
    other = open_page(**PC)
    sign_in(other, second, to=f"/finals/{final.pk}/host/")
    row = other.locator(".final-panel__round").filter(has_text="风险题")
    row.get_by_label("由谁作答").select_option(label="第二党支部")
    row.get_by_role("button", name="请选分值").click()
    expect(computer.get_by_role("button", name="30 分")).to_be_visible()
    shoot(computer, "final-stake")
    computer.get_by_role("button", name="30 分").click()
    expect(other.locator(".final-stage__note")).to_contain_text("选择 30 分")
    ask(other, final, "风险题")
    choose(computer, 0)
    expect(computer.locator(".final-own__line").first).to_contain_text("20 分")

    # Voided with a reason; corrected with a reason; both are on record.
    other.get_by_role("button", name="改判").click()
    judged = other.get_by_role("dialog", name="改判")
    judged.get_by_label("第几题").fill("1")
    judged.get_by_label("哪一方").select_option(label="机关第一党支部代表队")
    judged.get_by_label("本题应得分").fill("5")
    judged.get_by_label("原因").fill("答案不完整")
    shoot(other, "final-correct")
    judged.get_by_role("button", name="确定改判").click()
    expect(phone.locator(".final-own__line").first).to_contain_text("15 分")
    other.get_by_role("button", name="作废一题").click()
    voided = other.get_by_role("dialog", name="作废一题")
    voided.get_by_label("原因").fill("题目有争议")
    voided.get_by_role("button", name="作废这一题").click()
    expect(phone.locator(".final-stage__note")).to_have_text("本题作废：题目有争议")
    expect(other.locator(".final-panel__log")).to_contain_text("第 1 题改判为 5 分：答案不完整")
    assert_accessible(other)
    shoot(other, "final-console-teams")
    shoot(phone, "final-void")
    other.get_by_role("button", name="暂停").click()
    expect(phone.locator(".final-stage__note")).to_have_text("主持人已暂停")
    other.get_by_role("button", name="继续").click()
    expect(other.get_by_role("heading", name="出第 4 题")).to_be_visible()


def _team_joins(page: Page, member: Member, final: Final, team: str) -> None:
    sign_in(page, member, to=f"/finals/{final.pk}/join/")
    page.get_by_label("入场码").fill(code_of(final))
    page.get_by_label(team).check()
    page.get_by_role("button", name="入场").click()
    expect(page.locator("lms-contest.is-ready")).to_be_visible()


def test_without_script_it_can_be_watched(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    from tests.factories.finals import ask as asks
    from tests.factories.finals import begin, make_lobby

    final = make_lobby(tree.general)
    zhang = make_member(tree.first, name="张秀英")
    join(final, zhang)
    join(final, make_member(tree.second), team=1)
    page = open_page(**PHONE, java_script_enabled=False)
    sign_in(page, zhang, to=f"/finals/{final.pk}/")
    expect(page.get_by_text("参赛需要启用脚本")).to_be_visible()
    begin(final)
    asks(final, ALL)
    page.reload()
    expect(page.locator(".final-stage")).to_contain_text("共答题第1问")
    shoot(page, "final-no-script")
