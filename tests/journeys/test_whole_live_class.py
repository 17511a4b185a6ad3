"""A whole live class in real browsers, from the first picture to the ledger.

By one web process, and by two with the teacher at one and the members at the other.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from playwright.sync_api import Page, expect

from exams.credit.models import StudyHourEntry
from live.chat import queries as chat_queries
from live.chat import services as chat
from live.classroom import folders
from live.classroom.models import LiveClass, LivePresence
from live.classroom.services import open_waiting
from live.hours import queries as hours_queries
from live.hours import services as hours
from live.slides.models import Slide
from live.slides.services import add_deck
from lms.core import clock
from lms.members.models import Member
from tests.browser.test_live_slides import slide_on
from tests.browser.test_live_talk import LOUDEST, say, tab
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_live_class import SECONDS, await_moving, sign_in_at
from tests.support.browser import PC, PHONE, Watch
from tests.support.cable import Cable
from tests.support.live_sockets import end_carriers
from tests.support.processes import wait_until
from tests.support.queues import run_queued
from tests.support.slide_files import pdf

pytestmark = pytest.mark.slow

FLOOD, FLOOD_SECONDS = 200, 10.0
CUT_SECONDS = 20.0


@dataclass(frozen=True)
class Servers:
    """Where the teacher's pages come from, and the members'."""

    teacher: str
    members: str


@pytest.fixture(params=["one web process", "two web processes"])
def servers(request: pytest.FixtureRequest, school_server: str) -> Servers:
    if request.param == "one web process":
        return Servers(school_server, school_server)
    return Servers(school_server, request.getfixturevalue("web_process").url)


@pytest.fixture
def tree(servers: Servers) -> Iterator[BranchTree]:
    yield make_branch_tree()
    # Whoever asked by plain requests while sockets were blocked has no line that ends.
    LivePresence.objects.filter(left_at=None).update(left_at=F("seen_at"))
    end_carriers()


@dataclass(frozen=True)
class Room:
    """The pages of a class that goes on."""

    live_class: LiveClass
    studio: Page
    pc: Page
    phone: Page

    @property
    def members(self) -> tuple[Page, Page]:
        return self.pc, self.phone


def lines_of(page: Page) -> list[str]:
    """The words of all lines of the chat, in their order."""
    found: list[str] = page.locator(".talk-line__words").all_text_contents()
    return found


def poll(room: Room) -> None:
    tab(room.studio, "互动")
    desk = room.studio.locator(".checks-desk")
    desk.get_by_label("题目（可以不写，口头问）").fill("刚才讲的听清楚了吗？")
    desk.get_by_role("button", name="是 / 否").click()
    for page, answer in zip(room.members, ("是", "否"), strict=True):
        card = page.locator(".checks-card")
        expect(card).to_contain_text("刚才讲的听清楚了吗？", timeout=SECONDS)
        card.get_by_role("button", name=answer, exact=True).click()
        expect(card).to_contain_text("已提交", timeout=SECONDS)
    expect(desk.locator(".checks-desk__count")).to_have_text("2 人已答", timeout=SECONDS)
    desk.get_by_role("button", name="公布结果").click()
    for page in room.members:
        expect(page.locator(".checks-card")).to_contain_text("2 人已答", timeout=SECONDS)
    desk.get_by_role("button", name="收起，回到讲课").click()
    for page in room.members:
        expect(page.locator(".checks-card")).to_be_hidden(timeout=SECONDS)


def call_the_roll(room: Room) -> None:
    tab(room.studio, "互动")
    desk = room.studio.locator(".checks-desk")
    desk.get_by_role("button", name="60 秒").click()
    for page in room.members:
        here = page.locator(".checks-card").get_by_role("button", name="到", exact=True)
        here.click(timeout=SECONDS)
    expect(desk.locator(".checks-desk__count")).to_have_text("已到 2 人", timeout=SECONDS)
    desk.get_by_role("button", name="结束点名").click()


def let_speak(room: Room, shoot: Callable[[Page, str], Any]) -> None:
    """One raises a hand, is called upon, and the other hears it by the ordinary way."""
    studio, speaker, listener = room.studio, room.pc, room.phone
    studio.get_by_role("button", name="静音").click()
    tab(speaker, "举手")
    speaker.get_by_role("button", name="举手发言").click()
    expect(speaker.get_by_text("您已举手")).to_be_visible(timeout=SECONDS)
    tab(studio, "举手")
    studio.get_by_role("button", name="请发言 张秀英").click()
    card = speaker.get_by_role("region", name="老师请您发言")
    expect(card).to_be_visible(timeout=SECONDS)
    listener.evaluate(LOUDEST)
    listener.evaluate("window.lmsLoud.most = 0")
    card.get_by_role("button", name="用声音发言").click()
    expect(card.get_by_text("已接通")).to_be_visible(timeout=SECONDS)
    expect(studio.get_by_text("张秀英已接通，学员能听到")).to_be_visible(timeout=SECONDS)
    listener.wait_for_function(f"() => ({LOUDEST})() > 8", timeout=SECONDS)
    for page in (studio, speaker, listener):
        shoot(page, "live-class-speaking")
    card.get_by_role("button", name="结束发言").click()
    expect(card).to_be_hidden(timeout=SECONDS)
    tab(speaker, "聊天")
    studio.get_by_role("button", name="取消静音").click()


def flood(room: Room, by: Member) -> None:
    """Two hundred messages in ten seconds; whoever reads them can go on with what they do."""
    began = time.monotonic()
    for number in range(FLOOD):
        chat.say(
            by=by, leads=False, live_class_id=room.live_class.pk,
            text=f"第{number}句", once=f"{by.pk}:{number}",
        )  # fmt: skip
        if number == FLOOD // 2:
            tab(room.pc, "提问")
            tab(room.pc, "聊天")
            say(room.pc, "我也说一句")
        room.pc.wait_for_timeout(
            max(0.0, began + (number + 1) * FLOOD_SECONDS / FLOOD - time.monotonic()) * 1000
        )


def test_a_whole_class(
    servers: Servers,
    tree: BranchTree,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for expected in (
        "WebSocket connection to",
        "net::ERR_",
        "Failed to load resource",
        "Failed to fetch",
    ):
        page_watch.expect(expected)  # the cable is pulled
    teacher = make_instructor(tree.general, name="李教授")
    zhang, wang, liu = (make_member(tree.first, name=name) for name in ("张秀英", "王强", "刘洋"))
    live_class = make_live_class(tree.general, by=teacher, title="三会一课实务", planned_minutes=45)
    with transaction.atomic():
        add_deck(
            by=teacher,
            live_class=live_class,
            files=[
                SimpleUploadedFile("a.pdf", pdf("Three meetings", "One class", "Study together"))
            ],
        )
    run_queued()
    first, second, _third = Slide.objects.order_by("number")
    open_waiting(by=teacher, live_class=live_class)
    path = f"/live/{live_class.pk}/"
    cable = Cable(servers.members)

    studio, pc = open_page(**PC), open_page(**PC)
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    room = Room(live_class, studio, pc, phone)
    sign_in_at(studio, servers.teacher, teacher, f"{path}studio/")
    sign_in_at(pc, servers.members, zhang, path)
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    studio.get_by_role("button", name="开始直播").click()
    expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
    await_moving(pc)
    tab(studio, "课件")
    studio.get_by_role("button", name="第 1 页，共 3 页").click()
    expect(slide_on(pc)).to_have_attribute("data-slide", str(first.pk), timeout=SECONDS)

    # Who comes late, on a telephone, sees the picture, the page, and what was said.
    say(pc, "老师好")
    sign_in_at(phone, cable.url, wang, path)
    await_moving(phone)
    expect(slide_on(phone)).to_have_attribute("data-slide", str(first.pk), timeout=SECONDS)
    expect(phone.get_by_text("老师好")).to_be_visible()

    poll(room)
    let_speak(room, shoot)
    call_the_roll(room)
    tab(studio, "课件")
    studio.get_by_role("button", name="下一页").click()
    for page in room.members:
        expect(slide_on(page)).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)
    for page, name in (
        (pc, "live-class-room"),
        (phone, "live-class-room"),
        (studio, "live-class-studio"),
    ):
        assert_accessible(page)
        shoot(page, name)

    cut_at = time.monotonic()
    cable.cut()
    flood(room, liu)
    expect(pc.get_by_text(f"第{FLOOD - 1}句")).to_be_in_viewport(timeout=SECONDS)
    assert pc.locator(".talk-lines__list > *").count() == FLOOD
    say(phone, "断线时说的")
    expect(phone.get_by_text("断线时说的")).to_be_visible()
    shoot(phone, "live-class-cut")
    shoot(pc, "live-class-flood")
    phone.wait_for_timeout(max(0.0, cut_at + CUT_SECONDS - time.monotonic()) * 1000)
    cable.mend()
    # Both read the same in the end, and it is what was kept.
    expect(pc.get_by_text("断线时说的")).to_be_visible(timeout=SECONDS)
    expect(phone.locator("[data-line=open]")).to_be_attached(timeout=SECONDS)
    await_moving(phone)
    expect(slide_on(phone)).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)
    said = [each.text for each in chat_queries.transcript(live_class)]
    assert sorted(said) == sorted(
        ["老师好", "我也说一句", "断线时说的", *(f"第{number}句" for number in range(FLOOD))]
    )
    wait_until(
        lambda: lines_of(phone)[-FLOOD + 5 :] == said[-FLOOD + 5 :], what="the phone's lines"
    )
    assert lines_of(pc)[-FLOOD + 5 :] == said[-FLOOD + 5 :]
    tab(studio, "聊天")
    wait_until(
        lambda: lines_of(studio)[-FLOOD + 5 :] == said[-FLOOD + 5 :], what="the studio's lines"
    )
    assert_accessible(studio)
    shoot(studio, "live-class-studio-chat")
    studio.set_viewport_size(PHONE)
    assert_accessible(studio)
    shoot(studio, "live-class-studio")
    studio.set_viewport_size(PC)

    # It has been going on for fifty minutes, and one of them came late.
    earlier = dt.timedelta(minutes=50)
    LiveClass.objects.filter(pk=live_class.pk).update(begun_at=F("begun_at") - earlier)
    LivePresence.objects.filter(live_class=live_class, member=zhang).update(
        joined_at=F("joined_at") - earlier
    )
    studio.get_by_role("button", name="结束这节课").click()
    studio.get_by_role("button", name="确定结束").click()
    wait_until(lambda: folders.is_replay_there(live_class.room), what="the replay")
    phone.get_by_role("link", name="看回放").click(timeout=SECONDS)
    pc.get_by_role("link", name="看回放").click(timeout=SECONDS)
    for page in room.members:
        expect(page.locator("lms-replay")).to_have_class(re.compile("is-ready"), timeout=SECONDS)
        page.get_by_role("button", name="One class").click()
        expect(slide_on(page)).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)
        await_moving(page)
        assert_accessible(page)
        shoot(page, "live-class-replay")

    with monkeypatch.context() as later:
        later.setattr(clock, "_offset", clock._offset + hours_queries.SETTLED)
        hours.send_uncredited()
        run_queued()
    rows = StudyHourEntry.objects.values_list("member__name", "hours", "source_id")
    assert list(rows) == [("张秀英", Decimal("1.00"), str(live_class.pk))]
    live_class.refresh_from_db()
    there = {each.member.name: each.stay for each in hours_queries.attendance_of(live_class)}
    assert there["张秀英"].attendance.percent == 100
    assert there["王强"].attendance.percent < 20
    studio.goto(f"{servers.teacher}{path}attendance/")
    expect(studio.get_by_role("row").filter(has_text="张秀英")).to_contain_text("100%")
    assert_accessible(studio)
    shoot(studio, "live-class-attendance")
    cable.close()
