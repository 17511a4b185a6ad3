"""Uploads that are not whole: gone on with after the browser was closed, or given up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from lms.members.models import Branch, Member
from media_pipeline import files, uploads
from media_pipeline.models import Asset, Upload, UploadState
from tests.factories.members import make_branch_tree, make_instructor
from tests.support.browser import Watch
from tests.support.uploading import (
    PIECE,
    RECEIVED,
    assert_content_accessible,
    blob,
    choose,
    enter,
)


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


def begun(teacher: Member, source: Path, sent: int, **fields: Any) -> Upload:
    upload = uploads.begin_upload(
        by=teacher,
        branch=Branch.objects.get(code="ZB1"),
        length=source.stat().st_size,
        original_name=source.name,
        title="",
        **fields,
    )
    uploads.append_bytes(upload=upload, offset=0, data=source.read_bytes()[:sent])
    return upload


@pytest.mark.parametrize("width", [390, 1280])
def test_after_the_browser_was_closed_it_goes_on(
    teacher: Member,
    open_page: Callable[..., Page],
    tmp_path: Path,
    width: int,
    shoot: Callable[[Page, str], Path],
    page_watch: Watch,
) -> None:
    page_watch.expect(r"ERR_FAILED|ERR_ABORTED|ERR_INTERNET_DISCONNECTED")
    source = blob(tmp_path / "党课 第二讲（终稿）.mp4", 2 * PIECE + 256)
    first = open_page(width=width)

    def cut(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(PIECE):
            route.abort()
        else:
            route.continue_()

    first.route("**/uploads/**", cut)
    enter(first, teacher)
    choose(first, source)
    expect(first.locator("[data-rows] [data-percent]")).to_have_text("49%", timeout=30_000)
    first.context.set_offline(True)  # or a last try would slip through while the routes go
    first.context.close()
    assert Upload.objects.get().offset == PIECE

    second = open_page(width=width)
    offsets: list[str] = []
    second.on(
        "request",
        lambda request: (
            offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None
        ),
    )
    enter(second, teacher)
    unfinished = second.locator("[data-unfinished]")
    expect(unfinished).to_contain_text("党课 第二讲（终稿）.mp4")
    expect(unfinished).to_contain_text("已传 49%（8.0 MB / 16.0 MB）")
    shoot(second, "upload-unfinished")
    assert_content_accessible(second)
    wrong = blob(tmp_path / "别的.mp4", 2 * PIECE + 256)
    unfinished.locator("[data-again-with]").set_input_files(wrong)
    expect(unfinished.locator("[data-said]")).to_have_text(
        "这不是当时那个文件（大小或内容不同）。请选择《党课 第二讲（终稿）.mp4》。"
    )
    unfinished.locator("[data-again-with]").set_input_files(source)
    expect(second.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    expect(second.locator("[data-unfinished]")).to_have_count(0)
    assert offsets == [str(PIECE), str(2 * PIECE)]
    asset = Asset.objects.get()
    assert asset.original_name == "党课 第二讲（终稿）.mp4"
    assert files.original_path(asset.pk).read_bytes() == source.read_bytes()


def test_the_same_file_chosen_anew_goes_on_by_itself(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_FAILED")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)
    cut = [True]

    def carry(route: Route) -> None:
        if cut[0] and route.request.headers.get("upload-offset") == str(PIECE):
            route.abort()
        else:
            route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-percent]")).to_have_text("99%", timeout=30_000)
    pc_page.on("dialog", lambda dialog: dialog.accept())
    pc_page.reload()
    cut[0] = False
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    assert Upload.objects.count() == 1


def test_what_is_not_whole_is_given_up(teacher: Member, phone_page: Page, tmp_path: Path) -> None:
    upload = begun(teacher, blob(tmp_path / "旧课.mp4", 2560), 1000)
    enter(phone_page, teacher)
    phone_page.get_by_role("button", name="放弃：旧课.mp4").click()
    expect(phone_page.get_by_text("已放弃《旧课》的上传。")).to_be_visible()
    upload.refresh_from_db()
    assert (upload.state, files.upload_path(upload.pk).exists()) == (UploadState.CANCELLED, False)
