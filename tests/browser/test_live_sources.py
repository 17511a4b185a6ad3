"""Where a class comes from, in real browsers: sound alone, and OBS."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.classroom import folders
from live.classroom.models import LiveClass, LiveTake
from live.classroom.services import open_waiting
from live.obs.calls import rtmp_calls
from live.obs.models import StreamKey
from lms.members.models import Member
from tests.browser.test_design_system import wear
from tests.browser.test_live_talk import LOUDEST
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_live_class import await_moving
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE
from tests.support.live_sockets import end_carriers
from tests.support.processes import wait_until
from tests.support.rtmp import Rtmp, obs

pytestmark = pytest.mark.slow

SECONDS = 30_000


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    StreamKey.objects.all().delete()
    wait_until(
        lambda: not any(pulls.fetchers for pulls in rtmp_calls._pulls.values()),
        what="the end of all fetching",
    )
    end_carriers()


@pytest.fixture
def rtmp(school_server: str, tmp_path: Path, settings: Any) -> Iterator[Rtmp]:
    made = Rtmp(tmp_path, school_server)
    settings.LIVE_RTMP_URL = settings.LIVE_RTMP_PULL = made.address
    yield made
    made.stop()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher, title="三会一课实务")
    open_waiting(by=teacher, live_class=made)
    return made


def choose(page: Page, source: str) -> None:
    folded = page.locator("details.studio-settings")
    if folded.get_attribute("open") is None:  # during a class
        folded.locator("summary").click()
    page.get_by_role("radio", name=source, exact=True).check()


def await_heard(page: Page) -> None:
    page.wait_for_function(f"() => ({LOUDEST})() > 4", timeout=SECONDS)


def test_a_class_by_sound_alone_has_a_card_and_its_recording_too(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    studio, pc = open_page(**PC), open_page(**PC)
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    sign_in(pc, make_member(tree.first, name="张秀英"), to=f"/live/{live_class.pk}/")
    sign_in(phone, make_member(tree.second, name="王强"), to=f"/live/{live_class.pk}/")
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    choose(studio, "只有声音")
    expect(studio.locator(".live-stage__note")).to_have_text("只有声音")
    studio.get_by_role("button", name="开始直播").click()
    expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
    for page in (pc, phone):
        expect(page.locator(".live-sound")).to_be_visible(timeout=SECONDS)
        expect(page.locator(".live-sound")).to_have_text("只有声音")
        expect(page.locator(".live-stage__note")).to_be_hidden()
        expect(page.get_by_role("button", name="只听声音")).to_be_hidden()
        await_heard(page)
        assert_accessible(page)
        shoot(page, "live-sound")
    shoot(studio, "live-studio-sound")
    assert list(LiveTake.objects.values_list("mime", flat=True)) == ["audio/webm;codecs=opus"]
    # The picture comes, and the card goes.
    choose(studio, "摄像头")
    studio.get_by_role("button", name="换成这个来源").click()
    await_moving(pc)
    expect(pc.locator(".live-sound")).to_be_hidden()
    choose(studio, "只有声音")
    studio.get_by_role("button", name="换成这个来源").click()
    expect(phone.locator(".live-sound")).to_be_visible(timeout=SECONDS)
    await_heard(phone)
    studio.get_by_role("button", name="结束这节课").click()
    studio.get_by_role("button", name="确定结束").click()
    wait_until(lambda: folders.is_replay_there(live_class.room), what="the replay")
    phone.goto(f"/live/{live_class.pk}/")
    phone.locator("lms-replay.is-ready video").evaluate("video => video.play()")
    expect(phone.locator(".live-sound")).to_be_visible(timeout=SECONDS)
    phone.wait_for_function(
        "() => document.querySelector('video').currentTime > 1", timeout=SECONDS
    )
    assert_accessible(phone)
    shoot(phone, "live-sound-replay")


def test_a_class_from_obs_by_the_studio(
    school_server: str,
    rtmp: Rtmp,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    studio, pc = open_page(**PC), open_page(**PC)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    sign_in(pc, make_member(tree.first, name="张秀英"), to=f"/live/{live_class.pk}/")
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    choose(studio, "OBS 推流")
    expect(studio.locator(".live-stage__note")).to_have_text("等待 OBS 推流")
    expect(studio.get_by_role("button", name="开始直播")).to_be_hidden()
    # OBS may need the camera: this page has let it go.
    assert studio.get_by_label("预览").evaluate("video => video.srcObject") is None
    expect(studio.get_by_label("服务器", exact=True)).to_have_value(rtmp.address)
    studio.get_by_role("button", name="生成推流码").click()
    shown = studio.get_by_label("推流码", exact=True)
    expect(shown).to_be_visible()
    key = shown.input_value()
    studio.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.get_by_role("button", name="复制 推流码").click()
    expect(studio.get_by_role("button", name="已复制")).to_be_visible()
    assert studio.evaluate("navigator.clipboard.readText()") == key
    assert_accessible(studio)
    shoot(studio, "live-obs-key")
    studio.set_viewport_size(PHONE)
    assert_accessible(studio)
    shoot(studio, "live-obs-key")
    wear(studio, "mode:elder", school_server)
    studio.reload()
    choose(studio, "OBS 推流")
    expect(studio.get_by_text("推流码已经生成过")).to_be_visible()
    assert_accessible(studio)
    shoot(studio, "live-obs-key-elder")
    wear(studio, "mode:standard", school_server)
    studio.reload()
    choose(studio, "OBS 推流")
    studio.set_viewport_size(PC)

    with obs(rtmp.address, key):
        await_moving(pc)
        expect(studio.locator(".live-stage__note")).to_have_text("画面来自 OBS", timeout=SECONDS)
        expect(studio.get_by_role("button", name="结束这节课")).to_be_visible()
        assert_accessible(studio)
        shoot(studio, "live-obs-on-air")
        # The key is not shown again.
        studio.reload()
        expect(studio.locator(".live-stage__note")).to_have_text("画面来自 OBS", timeout=SECONDS)
        expect(studio.get_by_text("推流码已经生成过")).to_be_visible()
        assert key not in studio.content()
        studio.get_by_role("button", name="暂停", exact=True).click()
        expect(pc.get_by_text("老师暂停了讲课")).to_be_visible(timeout=SECONDS)
        studio.get_by_role("button", name="继续", exact=True).click()
        expect(pc.get_by_text("老师暂停了讲课")).to_be_hidden(timeout=SECONDS)
        await_moving(pc)
        # To this page's camera in one press, and back to OBS in one.
        choose(studio, "摄像头")
        studio.get_by_role("button", name="接手直播").click()
        expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
        await_moving(pc)
        choose(studio, "OBS 推流")
        shoot(studio, "live-obs-aside")
        studio.get_by_role("button", name="改用 OBS 的画面").click()
        expect(studio.locator(".live-stage__note")).to_have_text("画面来自 OBS", timeout=SECONDS)
        await_moving(pc)
    expect(studio.get_by_text("OBS 断开了")).to_be_visible(timeout=SECONDS)
    expect(pc.get_by_text("讲师网络中断，正在重连")).to_be_visible(timeout=SECONDS)
    shoot(studio, "live-obs-lost")
    with obs(rtmp.address, key, sound=""):
        expect(studio.get_by_text("OBS 没有送来声音")).to_be_visible(timeout=SECONDS)
        shoot(studio, "live-obs-no-sound")
    studio.get_by_text("忘了，或者被别人看到了？").click()
    studio.get_by_role("button", name="换一个推流码").click()
    expect(shown).to_be_visible()
    assert shown.input_value() != key
    with obs(rtmp.address, shown.input_value()):
        await_moving(pc)
        studio.get_by_role("button", name="结束这节课").click()
        studio.get_by_role("button", name="确定结束").click()
        expect(pc.get_by_role("link", name="看回放")).to_be_visible(timeout=SECONDS)
    wait_until(lambda: folders.is_replay_there(live_class.room), what="the replay")
    pc.goto(f"/live/{live_class.pk}/")
    pc.locator("lms-replay.is-ready video").evaluate("video => video.play()")
    await_moving(pc)


def test_where_no_nginx_is_set_up_the_studio_says_whom_to_ask(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    studio = open_page(**PC)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    choose(studio, "OBS 推流")
    panel = studio.get_by_role("region", name="用 OBS 讲课")
    expect(panel).to_contain_text("学校的服务器还没有开通 OBS 推流。需要时请联系系统管理员。")
    expect(panel.get_by_role("button")).to_have_count(0)
    assert_accessible(studio)
    shoot(studio, "live-obs-not-set-up")
    choose(studio, "摄像头")
    expect(studio.get_by_role("button", name="开始直播")).to_be_enabled(timeout=SECONDS)
    expect(panel).to_be_hidden()
