"""What is said in a class, in real browsers: chat, questions, hands, a voice from the audience."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from live.chat import queries, services
from live.chat.models import ChatMessage
from live.classroom.models import LiveClass, LiveTake
from live.classroom.services import open_waiting
from lms.members.models import Member
from tests.browser.test_design_system import wear
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_live_class import await_moving, sign_in_at
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE, Watch
from tests.support.cable import Cable
from tests.support.live_sockets import end_carriers
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

SECONDS = 30_000
# How loud what this page plays has been at most since it was first asked.
LOUDEST = """() => {
    const video = document.querySelector('lms-live video');
    if (window.lmsLoud === undefined || window.lmsLoud.src !== video.src) {
        const context = new AudioContext();
        const meter = context.createAnalyser();
        context.createMediaStreamSource(video.captureStream()).connect(meter);
        window.lmsLoud = {context, meter, src: video.src, samples: new Uint8Array(2048), most: 0};
    }
    const {meter, samples} = window.lmsLoud;
    meter.getByteTimeDomainData(samples);
    for (const one of samples) {
        window.lmsLoud.most = Math.max(window.lmsLoud.most, Math.abs(one - 128));
    }
    return window.lmsLoud.most;
}"""


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    end_carriers()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher, title="三会一课实务")
    open_waiting(by=teacher, live_class=made)
    return made


@pytest.fixture
def cable(school_server: str) -> Iterator[Cable]:
    made = Cable(school_server)
    yield made
    made.close()


def say(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="说点什么").fill(words)
    page.get_by_role("button", name="发送", exact=True).click()


def line(page: Page, words: str) -> Locator:
    spoken = page.locator(".talk-line__words", has_text=words)
    return page.locator("article.talk-line").filter(has=spoken)


def act(page: Page, words: str, *presses: str) -> None:
    """Open what can be done about a message, and press."""
    line(page, words).get_by_role("button", name="对这条消息").click()
    for press in presses:
        line(page, words).get_by_role("button", name=press, exact=True).click()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_said_answered_looked_through_and_taken_away(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    school_server: str,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    zhang, wang = (make_member(tree.first, name=name) for name in ("张秀英", "王强"))
    studio, pc = open_page(**PC), open_page(**PC)
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    sign_in(pc, zhang, to=f"/live/{live_class.pk}/")
    sign_in(phone, wang, to=f"/live/{live_class.pk}/")

    say(studio, "请大家打开第 12 页")
    say(phone, "收到")
    expect(line(pc, "请大家打开第 12 页")).to_contain_text("老师")
    act(pc, "请大家打开第 12 页", "回复")
    say(pc, "第几段？ https://example.com <b>粗</b>")
    for page in (studio, pc, phone):
        expect(line(page, "第几段？")).to_have_count(1)
        expect(line(page, "第几段？")).to_contain_text("回复 李教授：请大家打开第 12 页")
        expect(line(page, "第几段？").locator("a, .talk-line__words b")).to_have_count(0)
    act(studio, "请大家打开第 12 页", "置顶")
    expect(phone.locator(".talk-pinned")).to_contain_text("李教授：请大家打开第 12 页")

    # Looked through first: the author sees it wait, the teacher lets one through.
    studio.get_by_text("发言设置").click()
    studio.get_by_label("先审后发").check()
    expect(phone.get_by_text("老师看过以后才会显示")).to_be_visible()
    say(phone, "加微信领奖")
    say(phone, "请问何时考试")
    expect(line(phone, "加微信领奖")).to_contain_text("待审核")
    expect(studio.get_by_text("待审核 2 条")).to_be_visible()
    for page, name in ((studio, "live-chat-review"), (phone, "live-chat-waiting")):
        assert_accessible(page)
        shoot(page, name)
    waiting = studio.locator(".talk-desk__row")
    waiting.filter(has_text="加微信领奖").get_by_role("button", name="不显示").click()
    waiting.filter(has_text="请问何时考试").get_by_role("button", name="显示", exact=True).click()
    expect(line(pc, "请问何时考试")).to_have_count(1)
    expect(line(phone, "请问何时考试")).to_have_count(1)
    expect(line(phone, "加微信领奖")).to_contain_text("老师没有通过这条消息：与课程无关")
    expect(line(pc, "加微信领奖")).to_have_count(0)
    studio.get_by_label("先审后发").uncheck()

    # Taken away: nobody's page has the words any more, nor does one that is opened now.
    say(phone, "买课找我")
    act(studio, "买课找我", "删除", "广告")
    for page in (studio, pc, phone):
        expect(line(page, "买课找我")).to_have_count(0)
        expect(page.get_by_text("李教授删除了一条消息")).to_be_visible()
    pc.reload()
    expect(line(pc, "请问何时考试")).to_have_count(1)
    assert "买课找我" not in pc.content()
    act(pc, "第几段？", "撤回")
    expect(phone.get_by_text("张秀英撤回了一条消息")).to_be_visible()

    # One member is quiet for a while, and told by whom and why.
    act(studio, "请问何时考试", "暂停发言")
    shoot(studio, "live-chat-mute")
    studio.get_by_role("button", name="刷屏", exact=True).click()
    expect(phone.get_by_text("李教授暂停了您在这节课里的发言（刷屏）")).to_be_visible()
    expect(phone.get_by_role("textbox", name="说点什么")).to_be_disabled()
    studio.get_by_role("button", name="恢复发言 王强").click()
    expect(phone.get_by_role("textbox", name="说点什么")).to_be_enabled()
    studio.get_by_label("允许发言").uncheck()
    expect(pc.get_by_text("老师关闭了发言")).to_be_visible()
    studio.get_by_label("允许发言").check()

    tab(phone, "提问")
    phone.get_by_role("textbox", name="写下您的问题").fill("主题党日怎么算学时？")
    phone.get_by_role("button", name="提问", exact=True).click()
    tab(pc, "提问")
    pc.get_by_role("button", name="我也想问").click()
    expect(phone.get_by_text("1 人想问")).to_be_visible()
    for page in (pc, phone):
        assert_accessible(page)
        shoot(page, "live-ask")
    tab(studio, "提问")
    studio.get_by_role("button", name="标为已回答").click()
    studio.get_by_label("说明").fill("按实到时间计")
    studio.get_by_role("button", name="确定", exact=True).click()
    expect(phone.get_by_text("老师：按实到时间计")).to_be_visible()
    shoot(studio, "live-ask-desk")

    # Larger for who wants it larger; called upon all the same.
    wear(phone, "mode:elder", school_server)
    phone.reload()
    expect(line(phone, "收到")).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "live-chat-elder")
    tab(phone, "举手")
    phone.get_by_role("button", name="举手发言").click()
    tab(studio, "举手")
    studio.get_by_role("button", name="请发言 王强").click()
    card = phone.get_by_role("region", name="老师请您发言")
    expect(card).to_be_visible()
    assert_accessible(phone)
    shoot(phone, "live-stage-card-elder")
    # In writing: no microphone is asked for.
    card.get_by_role("button", name="用文字发言").click()
    expect(card.get_by_text("请在聊天里写下您要说的话")).to_be_visible()
    expect(studio.get_by_text("王强用文字发言")).to_be_visible()
    say(phone, "我说两句")
    expect(line(pc, "我说两句")).to_have_count(1)


def test_two_hundred_in_ten_seconds_and_a_cut_line(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    cable: Cable,
    open_page: Callable[..., Page],
    page_watch: Watch,
    shoot: Callable[[Page, str], Any],
) -> None:
    for expected in (
        "WebSocket connection to",
        "net::ERR_",
        "Failed to load resource",
        "Failed to fetch",
    ):
        page_watch.expect(expected)  # the cable is pulled
    zhang, wang = (make_member(tree.first, name=name) for name in ("张秀英", "王强"))
    page = open_page(**PHONE)
    sign_in_at(page, cable.url, zhang, f"/live/{live_class.pk}/")
    say(page, "我来了")
    expect(line(page, "我来了")).to_contain_text("已送出", timeout=SECONDS)
    lines = page.locator(".talk-lines__list > *")

    def flood(first: int, last: int) -> None:
        for number in range(first, last):
            services.say(
                by=wang, leads=False, live_class_id=live_class.pk,
                text=f"第{number}句", once=f"{wang.pk}:{number}",
            )  # fmt: skip

    flood(0, 100)
    expect(line(page, "第99句")).to_have_count(1, timeout=SECONDS)
    # Who reads further up is not torn away.
    log = page.get_by_role("log")
    log.evaluate("log => { log.scrollTop = 0 }")
    flood(100, 230)
    expect(page.get_by_role("button", name="新消息 130")).to_be_visible(timeout=SECONDS)
    assert lines.count() == 200
    shoot(page, "live-chat-flood")
    page.get_by_role("button", name="新消息 130").click()
    expect(line(page, "第229句")).to_be_in_viewport()

    cable.cut()
    say(page, "断线时说的一")
    say(page, "断线时说的二")
    expect(line(page, "断线时说的二")).to_contain_text("正在发送")
    flood(300, 310)
    cable.mend()
    expect(line(page, "第309句")).to_have_count(1, timeout=SECONDS)
    expect(line(page, "断线时说的二")).to_contain_text("已送出", timeout=SECONDS)
    assert lines.count() <= 200
    said = [each.text for each in queries.transcript(live_class)]
    assert said == [
        "我来了", *(f"第{number}句" for number in range(230)),
        *(f"第{number}句" for number in range(300, 310)), "断线时说的一", "断线时说的二",
    ]  # fmt: skip
    assert ChatMessage.objects.filter(live_class=live_class, author=zhang).count() == 3


def test_a_hand_is_raised_and_the_room_hears_who_raised_it(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    zhang, wang = (make_member(tree.first, name=name) for name in ("张秀英", "王强"))
    studio, listener = open_page(**PC), open_page(**PC)
    speaker = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    sign_in(listener, wang, to=f"/live/{live_class.pk}/")
    sign_in(speaker, zhang, to=f"/live/{live_class.pk}/")
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    studio.get_by_role("button", name="开始直播").click()
    expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
    # The teacher's own microphone is silent: what is heard from now on is the guest.
    studio.get_by_role("button", name="静音").click()
    await_moving(listener)

    for page in (listener, speaker):
        tab(page, "举手")
        page.get_by_role("button", name="举手发言").click()
        expect(page.get_by_text("您已举手")).to_be_visible()
    expect(speaker.get_by_text("前面还有 1 人")).to_be_visible()
    expect(listener.get_by_text("下一个就是您")).to_be_visible()
    tab(studio, "举手")
    for page, name in ((studio, "live-hands-desk"), (speaker, "live-hands")):
        assert_accessible(page)
        shoot(page, name)
    studio.get_by_role("button", name="暂不请 王强").click()
    expect(listener.get_by_text("老师暂时不请您发言")).to_be_visible()
    studio.get_by_role("button", name="请发言 张秀英").click()
    card = speaker.get_by_role("region", name="老师请您发言")
    expect(card).to_be_visible()
    assert_accessible(speaker)
    shoot(speaker, "live-stage-card")
    listener.evaluate(LOUDEST)
    listener.evaluate("window.lmsLoud.most = 0")
    card.get_by_role("button", name="用声音发言").click()
    expect(card.get_by_text("已接通")).to_be_visible(timeout=SECONDS)
    expect(studio.get_by_text("张秀英已接通，学员能听到")).to_be_visible(timeout=SECONDS)
    listener.wait_for_function(f"() => ({LOUDEST})() > 8", timeout=SECONDS)
    # Nobody hears the own voice come back by the ordinary way.
    assert speaker.locator(".live-stage__video").evaluate("video => video.muted") is True
    assert [take.number for take in LiveTake.objects.filter(live_class=live_class)] == [1]
    for page, name in ((studio, "live-stage-desk"), (speaker, "live-stage-on")):
        assert_accessible(page)
        shoot(page, name)
    card.get_by_role("button", name="结束发言").click()
    expect(card).to_be_hidden()
    expect(studio.get_by_text("张秀英已接通")).to_be_hidden()
    assert speaker.evaluate("navigator.mediaDevices.enumerateDevices().then(() => true)")

    # With a picture: both are in what everybody sees, in a part of the class of its own.
    speaker.get_by_role("button", name="举手发言").click()
    studio.get_by_role("button", name="请发言 张秀英").click()
    card.get_by_role("button", name="声音加画面").click()
    expect(studio.get_by_text("张秀英已接通，学员能听到")).to_be_visible(timeout=SECONDS)
    wait_until(
        lambda: LiveTake.objects.filter(live_class=live_class).count() == 2, what="a second take"
    )
    assert studio.locator("lms-studio .live-stage video").evaluate(
        "video => new Promise(done => { const look = () => video.videoWidth === 960"
        " ? done(true) : setTimeout(look, 100); look(); })"
    )
    listener.wait_for_function(
        "() => document.querySelector('lms-live video').videoWidth === 960", timeout=SECONDS
    )
    await_moving(listener)
    for page, name in ((studio, "live-stage-picture-desk"), (listener, "live-stage-picture")):
        shoot(page, name)
    studio.get_by_role("button", name="请回座").click()
    expect(card).to_be_hidden()
    expect(speaker.get_by_text("发言已结束，谢谢")).to_be_visible()

    # Called upon by lot, until it is the one who is here on the telephone.
    studio.get_by_role("button", name="随机点一位").click()
    called = speaker.get_by_role("region", name="老师点到您了")
    other = listener.get_by_role("region", name="老师点到您了")
    wait_until(lambda: called.is_visible() or other.is_visible(), what="a call")
    if other.is_visible():
        other.get_by_role("button", name="不便").click()
        expect(studio.get_by_text("王强现在不便")).to_be_visible()
        studio.get_by_role("button", name="随机点一位").click()
    expect(called).to_be_visible()
    assert_accessible(speaker)
    shoot(speaker, "live-called")
    called.get_by_role("button", name="到", exact=True).click()
    expect(studio.get_by_text("张秀英：到")).to_be_visible()
    expect(called).to_be_hidden()
