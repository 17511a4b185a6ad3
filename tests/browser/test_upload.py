"""Bringing a lecture in: the upload element in the back office against the real tus endpoint."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from lms.members.models import Member
from media_pipeline.models import Asset, AssetState, Upload
from tests.factories.media import make_recording
from tests.factories.members import PASSWORD, make_branch_tree, make_instructor
from tests.support.browser import Watch


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


def enter(page: Page, teacher: Member) -> None:
    page.goto("/sign-in/?next=/admin/lectures/upload/")
    page.locator("#id_login").fill(teacher.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("lms-upload")).to_be_visible()


def test_a_recording_goes_up_and_its_work_is_followed(
    teacher: Member,
    pc_page: Page,
    tmp_path: Path,
    run_queued: Callable[..., list[str]],
    shoot: Callable[[Page, str], Path],
) -> None:
    source = make_recording(tmp_path / "第一讲 开场.mp4", seconds=3, size="640x360")
    enter(pc_page, teacher)
    pc_page.locator("lms-upload input[type=file]").set_input_files(source)
    said = pc_page.locator("[data-said]")
    expect(said).to_have_text("文件已收到，正在检查。")
    run_queued()
    expect(said).to_have_text("转码完成，可以放进课程了。")
    expect(pc_page.locator("[data-percent]")).to_have_text("100%")
    expect(pc_page.locator("[data-again]")).to_be_hidden()
    shoot(pc_page, "upload-done")
    asset = Asset.objects.get()
    assert (asset.state, asset.original_name) == (AssetState.READY, "第一讲 开场.mp4")
    assert asset.size_bytes == source.stat().st_size


def test_a_file_that_is_no_video_is_refused_in_words(
    teacher: Member, pc_page: Page, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    source = tmp_path / "报名表.mp4"
    source.write_bytes(b"name,branch\n" * 400)
    enter(pc_page, teacher)
    pc_page.locator("lms-upload input[type=file]").set_input_files(source)
    said = pc_page.locator("[data-said]")
    expect(said).to_have_text("文件已收到，正在检查。")
    run_queued()
    asset = Asset.objects.get()
    assert asset.state == AssetState.FAILED
    expect(said).to_have_text(asset.reason)
    expect(said).to_have_attribute("data-tone", "error")
    expect(pc_page.locator("[data-again]")).to_be_visible()


def test_an_empty_file_is_not_sent(teacher: Member, pc_page: Page, tmp_path: Path) -> None:
    source = tmp_path / "空.mp4"
    source.touch()
    enter(pc_page, teacher)
    pc_page.locator("lms-upload input[type=file]").set_input_files(source)
    expect(pc_page.locator("[data-said]")).to_have_text("这是一个空文件，请重新选择。")
    assert Upload.objects.count() == 0


def test_a_broken_line_is_picked_up_where_it_stopped(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_FAILED")
    source = make_recording(
        tmp_path / "长课.mp4",
        seconds=2,
        size="1280x720",
        sound=None,
        options=("-c:v", "rawvideo", "-f", "nut"),
    )
    eight_megabytes = 8 * 1024 * 1024
    assert source.stat().st_size > 2 * eight_megabytes
    sent: list[str] = []

    def carry(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if route.request.method != "PATCH" or offset is None:
            route.continue_()
            return
        sent.append(offset)
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    pc_page.locator("lms-upload input[type=file]").set_input_files(source)
    expect(pc_page.locator("[data-said]")).to_have_text("文件已收到，正在检查。", timeout=30_000)
    assert sent[:3] == ["0", str(eight_megabytes), str(eight_megabytes)]
    assert Asset.objects.get().size_bytes == source.stat().st_size
