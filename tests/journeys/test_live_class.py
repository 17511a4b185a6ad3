"""A live class in real browsers: on the air, seen by two, cut, on again, closed, watched again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.classroom import folders
from live.classroom.models import ClassState, LiveClass, LivePresence, LiveTake
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_study_hour import sign_in
from tests.support.browser import PC, PHONE, Watch
from tests.support.cable import Cable
from tests.support.live_sockets import end_carriers
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

SECONDS = 30_000
# A square of what is shown, as one number a colour: it changes from one moment to the next.
LOOKED = """() => {
    const video = document.querySelector('video');
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 48, 48);
    return Array.from(pen.getImageData(0, 0, 48, 48).data).join();
}"""


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    end_carriers()


@pytest.fixture
def cable(school_server: str) -> Iterator[Cable]:
    made = Cable(school_server)
    yield made
    made.close()


def await_moving(page: Page) -> None:
    """The picture is there, and goes on."""
    page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0", timeout=SECONDS)
    page.wait_for_function(
        """() => {
            const video = document.querySelector('video');
            window.lmsSeen = window.lmsSeen ?? video.currentTime;
            return video.currentTime > window.lmsSeen + 0.5;
        }""",
        timeout=SECONDS,
    )
    page.evaluate("window.lmsSeen = undefined")
    before = page.evaluate(LOOKED)
    page.wait_for_function(f"before => ({LOOKED})() !== before", arg=before, timeout=SECONDS)


def test_a_class_is_held_cut_and_watched_again(
    tree: BranchTree,
    cable: Cable,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    for expected in ("WebSocket connection to", "net::ERR_", "Failed to load resource"):
        page_watch.expect(expected)  # the cable is pulled
    teacher = make_instructor(tree.general, name="李教授")
    zhang = make_member(tree.first, name="张秀英")
    wang = make_member(tree.second, name="王强")

    studio = open_page(**PC)
    sign_in(studio, teacher, to="/live/taught/")
    assert_accessible(studio)
    studio.goto(f"{cable.url}/sign-in/?next=/live/new/")
    if "/sign-in/" in studio.url:
        sign_in_at(studio, cable.url, teacher, "/live/new/")
    studio.get_by_label("课题").fill("三会一课实务")
    studio.get_by_label("开始时间").fill("2099-07-01T09:00")
    assert_accessible(studio)
    shoot(studio, "live-form")
    studio.get_by_role("button", name="安排", exact=True).click()
    live_class = LiveClass.objects.get()

    # Before going on air: the devices are open, the line is measured.
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    expect(studio.get_by_text("够用")).to_be_visible(timeout=SECONDS)
    studio.get_by_role("button", name="录 5 秒听听看").click()
    expect(studio.get_by_text("录好了")).to_be_visible(timeout=SECONDS)
    assert_accessible(studio)
    shoot(studio, "live-studio-check")
    studio.set_viewport_size(PHONE)
    assert_accessible(studio)
    shoot(studio, "live-studio-check")
    studio.set_viewport_size(PC)

    pc = open_page(**PC)
    sign_in(pc, zhang, to="/live/")
    assert_accessible(pc)
    shoot(pc, "live-list")
    pc.get_by_role("link", name="三会一课实务").click()
    expect(pc.get_by_text("还没有开始")).to_be_visible()
    shoot(pc, "live-room-before")

    studio.get_by_role("button", name="开始直播").click()
    expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
    await_moving(pc)
    expect(pc.locator("lms-live")).to_have_attribute("data-way", "line")
    # Who comes late, on a telephone, sees it too.
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, wang, to=f"/live/{live_class.pk}/")
    await_moving(phone)
    for page, name in ((pc, "live-room"), (phone, "live-room"), (studio, "live-studio-on-air")):
        assert_accessible(page)
        shoot(page, name)
    delay = float(pc.locator("lms-live").get_attribute("data-delay") or "99")
    assert delay < 20

    cable.cut()
    expect(pc.get_by_text("讲师网络中断，正在重连")).to_be_visible(timeout=SECONDS)
    expect(studio.get_by_text("网络中断，正在重连")).to_be_visible(timeout=SECONDS)
    shoot(pc, "live-room-lost")
    shoot(studio, "live-studio-lost")
    cable.mend()
    expect(pc.get_by_text("讲师网络中断，正在重连")).to_be_hidden(timeout=SECONDS)
    await_moving(pc)
    await_moving(phone)
    # It went on in the same stream.
    assert [take.number for take in LiveTake.objects.filter(live_class=live_class)] == [1]

    studio.get_by_role("button", name="暂停").click()
    expect(phone.get_by_text("老师暂停了讲课")).to_be_visible(timeout=SECONDS)
    studio.get_by_role("button", name="继续").click()
    expect(phone.get_by_text("老师暂停了讲课")).to_be_hidden(timeout=SECONDS)
    await_moving(phone)

    studio.get_by_role("button", name="结束这节课").click()
    studio.get_by_role("button", name="确定结束").click()
    phone.get_by_role("link", name="看回放").click(timeout=SECONDS)
    wait_until(lambda: folders.is_replay_there(live_class.room), what="the replay")
    phone.reload()
    phone.locator("lms-replay.is-ready video").evaluate("video => video.play()")
    await_moving(phone)
    assert_accessible(phone)
    shoot(phone, "live-replay")
    for page, to, name in (
        (studio, f"/live/{live_class.pk}/attendance/", "live-attendance"),
        (phone, "/live/", "live-list"),
    ):
        page.goto(to)
        assert_accessible(page)
        shoot(page, name)
    expect(studio.get_by_role("row").filter(has_text="张秀英")).to_contain_text("%")
    live_class.refresh_from_db()
    assert live_class.state == ClassState.CLOSED
    there = LivePresence.objects.filter(live_class=live_class).values_list(
        "member__name", flat=True
    )
    assert {"张秀英", "王强"} <= set(there)


def sign_in_at(page: Page, url: str, member: Any, to: str) -> None:
    """Sign in by the cable: another port is another address, with cookies of its own host."""
    page.goto(f"{url}/sign-in/?next={to}")
    from tests.factories.members import PASSWORD

    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{to}")
