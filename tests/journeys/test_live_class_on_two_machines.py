"""A class in real browsers whose machine dies: all go on at another by themselves."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from live.classroom import queries
from live.classroom.models import LiveTake
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.journeys.test_live_class import SECONDS, await_moving, sign_in_at
from tests.support.browser import PC, Watch
from tests.support.cable import Cable
from tests.support.machines import Machine, machines
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def start(
    transactional_db: None, tmp_path: Path, bucket: str, settings: Any
) -> Iterator[Callable[[str], Machine]]:
    settings.MEDIA_ROOT = tmp_path / "worker"
    with machines(tmp_path, MEDIA_STORAGE_URL=bucket) as started:
        yield started


def test_the_machine_dies_and_the_class_goes_on(
    start: Callable[[str], Machine],
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Any],
    page_watch: Watch,
) -> None:
    for expected in ("WebSocket connection to", "net::ERR_", "Failed to load resource"):
        page_watch.expect(expected)  # a machine dies
    one, two = start("one"), start("two")
    school, there = Cable(one.url), Cable(two.url)
    tree = make_branch_tree()
    teacher = make_instructor(tree.general, name="李教授")
    live_class = make_live_class(tree.general, by=teacher)

    studio = open_page(**PC)
    sign_in_at(studio, school.url, teacher, f"/live/{live_class.pk}/studio/")
    expect(studio.get_by_text("设备正常")).to_be_visible(timeout=SECONDS)
    near, far = open_page(**PC), open_page(**PC)
    sign_in_at(near, school.url, make_member(tree.first), f"/live/{live_class.pk}/")
    sign_in_at(far, there.url, make_member(tree.second), f"/live/{live_class.pk}/")
    studio.get_by_role("button", name="开始直播").click()
    expect(studio.get_by_text("上传延迟")).to_be_visible(timeout=SECONDS)
    for page in (near, far):
        await_moving(page)
    # What was sent is acknowledged as it gets to the storage, and the teacher is not warned of it.
    expect(studio.locator("lms-studio")).not_to_have_class(re.compile("is-behind"))
    shoot(studio, "live-two-machines-studio")

    school.plug(two.url)
    one.die()
    expect(studio.locator("lms-studio")).to_have_attribute("data-take", "2", timeout=SECONDS)
    for page in (near, far):
        await_moving(page)
    expect(near.get_by_text("讲师网络中断，正在重连")).to_be_hidden(timeout=SECONDS)
    shoot(near, "live-two-machines-room")
    takes = LiveTake.objects.filter(live_class=live_class).order_by("number")
    assert [take.ended_at is None for take in takes] == [False, True]

    studio.get_by_role("button", name="结束这节课").click()
    studio.get_by_role("button", name="确定结束").click()
    near.get_by_role("link", name="看回放").click(timeout=SECONDS)
    wait_until(lambda: queries.is_replay_there(live_class.room), what="the replay")
    near.reload()
    near.locator("lms-replay.is-ready video").evaluate("video => video.play()")
    await_moving(near)
    for cable in (school, there):
        cable.close()
