"""Checks of a live class in real browsers: asked in the studio, answered on two screens, told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from live.checks.models import CheckAnswer
from live.classroom import services as classes
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
)
from tests.factories.questions import blank_written, make_question, single_written
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE
from tests.support.live_sockets import end_carriers

pytestmark = pytest.mark.slow

SECONDS = 20_000


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    end_carriers()


def room_of(page: Page, member: Member, address: str) -> Page:
    sign_in(page, member, to=address)
    expect(page.locator("[data-line=open]").first).to_be_attached(timeout=SECONDS)
    return page


def ask_from_bank(desk: Locator, words: str) -> None:
    desk.get_by_label("题目里的字").fill(words)
    desk.get_by_role("button", name="找题").click()
    expect(desk.get_by_role("button", name="用这道题")).to_have_count(1, timeout=SECONDS)
    desk.get_by_role("button", name="用这道题").click()


def test_a_poll_a_question_and_a_roll_call(
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    teacher = make_instructor(tree.general, name="李教授")
    written = single_written("党员每年集中学习培训时间一般不少于多少学时？", correct=0)
    make_question(tree.general, by=teacher, written=written)
    make_question(tree.general, by=teacher, kind="blank", written=blank_written("三会一课"))
    live_class = make_live_class(tree.general, by=teacher, title="三会一课实务")
    classes.go_on_air(by=teacher, live_class=live_class)
    address = f"/live/{live_class.pk}/"

    studio = room_of(open_page(**PC), teacher, f"{address}studio/")
    phone = room_of(
        open_page(**PHONE, has_touch=True, is_mobile=True),
        make_member(tree.first, name="张秀英"),
        address,
    )
    pc = room_of(open_page(**PC), make_member(tree.second, name="王强"), address)

    # A poll: one tap each, the figures live in the studio and with the others when told.
    studio.get_by_role("tab", name="互动").click()
    desk = studio.locator(".checks-desk")
    desk.get_by_label("题目（可以不写，口头问）").fill("刚才讲的听清楚了吗？")
    assert_accessible(studio)
    shoot(studio, "live-checks-desk")
    desk.get_by_role("button", name="是 / 否").click()
    card = phone.locator(".checks-card")
    expect(card).to_contain_text("刚才讲的听清楚了吗？", timeout=SECONDS)
    assert_accessible(phone)
    shoot(phone, "live-checks-poll")
    expect(pc.locator(".checks-card")).to_be_visible()
    shoot(pc, "live-checks-poll")
    card.get_by_role("button", name="是", exact=True).click()
    expect(card).to_contain_text("已提交")
    shoot(phone, "live-checks-sent")
    pc.locator(".checks-card").get_by_role("button", name="否", exact=True).click()
    expect(desk.locator(".checks-desk__count")).to_have_text("2 人已答", timeout=SECONDS)
    assert CheckAnswer.objects.count() == 2
    shoot(studio, "live-checks-chart")
    desk.get_by_role("button", name="公布结果").click()
    expect(card).to_contain_text("2 人已答", timeout=SECONDS)
    assert_accessible(phone)
    shoot(phone, "live-checks-told")
    desk.get_by_role("button", name="收起，回到讲课").click()
    expect(card).to_be_hidden(timeout=SECONDS)

    # A question of the bank, whose answer comes when it is told.
    ask_from_bank(desk, "集中学习")
    expect(card).to_contain_text("党员每年集中学习培训时间", timeout=SECONDS)
    expect(card).not_to_contain_text("正确答案")
    card.get_by_role("button", name="32学时").click()
    pc.locator(".checks-card").get_by_role("button", name="8学时").click()
    expect(desk.locator(".checks-desk__count")).to_have_text("2 人已答", timeout=SECONDS)
    desk.get_by_role("button", name="公布结果").click()
    expect(card).to_contain_text("答对了", timeout=SECONDS)
    expect(pc.locator(".checks-card")).to_contain_text("答错了")
    shoot(phone, "live-checks-quiz")
    assert_accessible(pc)
    shoot(pc, "live-checks-quiz")
    desk.get_by_role("button", name="收起，回到讲课").click()

    # One that is answered in writing: spelt one way or another it is one answer.
    ask_from_bank(desk, "组织生活")
    for who, words in ((phone, "三会一课"), (pc, "“三会一课”")):
        expect(who.locator(".checks-card")).to_contain_text("组织生活制度", timeout=SECONDS)
        if who is phone:
            assert_accessible(phone)
            shoot(phone, "live-checks-writing")
        who.locator(".checks-card").get_by_label("您的回答").fill(words)
        who.locator(".checks-card").get_by_role("button", name="提交").click()
    expect(desk.locator(".checks-bars__one")).to_have_count(1, timeout=SECONDS)
    expect(desk.locator(".checks-bars__one b")).to_have_text("2", timeout=SECONDS)
    desk.get_by_role("button", name="公布结果").click()
    expect(card).to_contain_text("答对了", timeout=SECONDS)
    assert_accessible(phone)
    shoot(phone, "live-checks-written")
    shoot(pc, "live-checks-written")
    desk.get_by_role("button", name="收起，回到讲课").click()

    # A roll call: one is here, one misses it and is asked a second time.
    desk.get_by_role("button", name="60 秒").click()
    here = card.get_by_role("button", name="到", exact=True)
    expect(here).to_be_visible(timeout=SECONDS)
    expect(card).to_contain_text("秒内点一下")
    shoot(phone, "live-checks-roll")
    here.click()
    expect(card).to_contain_text("已答到")
    expect(desk.locator(".checks-desk__count")).to_have_text("已到 1 人", timeout=SECONDS)
    expect(desk.locator(".checks-desk__left")).to_contain_text("还剩")
    desk.get_by_role("button", name="结束点名").click()
    desk.get_by_role("button", name="给没答到的人再点一轮").click(timeout=SECONDS)
    second = pc.locator(".checks-card").get_by_role("button", name="到", exact=True)
    second.click(timeout=SECONDS)
    expect(desk.locator(".checks-desk__count")).to_have_text("已到 2 人", timeout=SECONDS)
    desk.get_by_role("button", name="看名单").click()
    expect(desk.locator(".checks-names li")).to_have_count(2)
    expect(phone.locator(".checks-card__here")).to_have_count(0)

    # Not following: nobody is named.
    phone.get_by_role("button", name="没听懂").click()
    expect(phone.get_by_text("已匿名告诉老师")).to_be_visible(timeout=SECONDS)
    expect(desk.locator(".checks-desk__heat b")).to_have_text("1", timeout=SECONDS)
    assert_accessible(studio)
    shoot(studio, "live-checks-roll")
    studio.set_viewport_size(PHONE)
    assert_accessible(studio)
    shoot(studio, "live-checks-desk")

    studio.goto(f"{address}checks/")
    assert_accessible(studio)
    shoot(studio, "live-checks-results")
    studio.set_viewport_size(PC)
    shoot(studio, "live-checks-results")
