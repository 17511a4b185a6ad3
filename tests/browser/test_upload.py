"""Bringing lectures in: the upload element in the back office against the real tus endpoint."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from lms.members.models import Member
from media_pipeline import files
from media_pipeline.models import Asset, AssetState, Upload, UploadState
from tests.factories.media import make_recording
from tests.factories.members import make_branch_tree, make_instructor
from tests.support.browser import Watch
from tests.support.uploading import (
    PIECE,
    RECEIVED,
    assert_content_accessible,
    blob,
    choose,
    enter,
    row,
)


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


def test_a_recording_goes_up_and_its_work_is_followed(
    teacher: Member,
    pc_page: Page,
    tmp_path: Path,
    run_queued: Callable[..., list[str]],
    shoot: Callable[[Page, str], Path],
) -> None:
    source = make_recording(tmp_path / "第一讲 开场.mp4", seconds=3, size="640x360")
    enter(pc_page, teacher)
    shoot(pc_page, "upload-empty")
    assert_content_accessible(pc_page)
    sums: list[str | None] = []
    pc_page.on(
        "request",
        lambda request: (
            sums.append(request.headers.get("upload-checksum"))
            if request.method == "PATCH"
            else None
        ),
    )
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert [bool(re.fullmatch(r"sha256 [A-Za-z0-9+/]{43}=", one or "")) for one in sums] == [True]
    field = pc_page.get_by_role("textbox", name="标题")
    expect(field).to_have_value("第一讲 开场")
    field.fill("学习原著 第一讲")
    field.blur()
    run_queued()
    expect(said).to_have_text("转码完成，可以放进课程了。")
    expect(pc_page.locator("[data-percent]")).to_have_text("100%")
    expect(pc_page.locator("[data-again]")).to_be_hidden()
    asset = Asset.objects.get()
    assert (asset.state, asset.original_name, asset.title) == (
        AssetState.READY,
        "第一讲 开场.mp4",
        "学习原著 第一讲",
    )
    assert asset.size_bytes == source.stat().st_size

    # the same once more: a hint before, and after it has been sent, the certainty
    again = tmp_path / "换了名字.mp4"
    again.write_bytes(source.read_bytes())
    choose(pc_page, source, again)
    hinted = row(pc_page, "第一讲 开场.mp4").last
    expect(hinted.locator("[data-hint]")).to_contain_text(
        "这个文件可能已经上传过：《学习原著 第一讲》。"
    )
    hinted.get_by_role("button", name="取消").click()
    same = row(pc_page, "换了名字.mp4")
    expect(same.locator("[data-said]")).to_have_text(RECEIVED, timeout=30_000)
    run_queued()
    expect(same.locator("[data-hint]")).to_contain_text("与《学习原著 第一讲》相同")
    shoot(pc_page, "upload-done")
    assert_content_accessible(pc_page)
    same.get_by_role("link", name="看这个视频").click()
    expect(pc_page.locator("#same")).to_contain_text("与《学习原著 第一讲》相同")
    shoot(pc_page, "upload-same")
    pc_page.get_by_role("link", name="删除这一个").click()
    shoot(pc_page, "upload-delete")
    assert_content_accessible(pc_page)
    pc_page.get_by_role("button", name="删除", exact=True).click()
    expect(pc_page.get_by_text("已删除《换了名字》。")).to_be_visible()
    assert [left.title for left in Asset.objects.all()] == ["学习原著 第一讲"]


def test_a_file_that_is_no_video_is_refused_in_words(
    teacher: Member, pc_page: Page, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    source = tmp_path / "报名表.mp4"
    source.write_bytes(b"name,branch\n" * 400)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    run_queued()
    asset = Asset.objects.get()
    assert asset.state == AssetState.FAILED
    expect(said).to_have_text(asset.reason)
    expect(said).to_have_attribute("data-tone", "error")
    expect(pc_page.locator("[data-again]")).to_be_visible()


def test_what_is_not_sent(teacher: Member, pc_page: Page, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = 1000
    empty = tmp_path / "空.mp4"
    empty.touch()
    enter(pc_page, teacher)
    choose(pc_page, empty, blob(tmp_path / "大.mp4", 2560))
    expect(row(pc_page, "空.mp4").locator("[data-said]")).to_have_text(
        "这是一个空文件，请重新选择。"
    )
    expect(row(pc_page, "大.mp4").locator("[data-said]")).to_have_text(
        "这个文件有 2.5 KB，超过了您个人的存储限额 1000 字节。"
        "请压缩或分段后上传，或请学校管理员提高限额。"
    )
    assert Upload.objects.count() == 0


def test_many_go_up_three_at_once(
    teacher: Member,
    phone_page: Page,
    tmp_path: Path,
    shoot: Callable[[Page, str], Path],
) -> None:
    held: list[Route] = []
    hold = [True]

    def carry(route: Route) -> None:
        if route.request.method == "PATCH" and hold[0]:
            held.append(route)
        else:
            route.continue_()

    phone_page.route("**/uploads/**", carry)
    enter(phone_page, teacher)
    paths = [
        blob(tmp_path / f"第{number}讲 党的创新理论.mp4", 512_000 + 256 * number)
        for number in range(5)
    ]
    choose(phone_page, *paths)
    rows = phone_page.locator("[data-rows] > li")
    expect(phone_page.locator("[data-summary]")).to_have_text(
        "共 5 个：正在上传 3 个，排队 2 个，传完 0 个。"
    )
    expect(rows.nth(4).locator("[data-said]")).to_have_text("排队中，前面的传完就开始。")
    expect(rows.nth(2).locator("[data-said]")).to_have_text("正在上传。")
    shoot(phone_page, "upload-many")
    assert_content_accessible(phone_page)

    # one is cancelled: the next takes its place, and the server keeps nothing of it
    rows.nth(0).get_by_role("button", name="取消").click()
    expect(rows).to_have_count(4)
    expect(rows.nth(2).locator("[data-said]")).to_have_text("正在上传。")
    expect(rows.nth(3).locator("[data-said]")).to_have_text("排队中，前面的传完就开始。")

    phone_page.get_by_role("button", name="全部暂停").click()
    expect(rows.nth(3).locator("[data-said]")).to_have_text("已暂停，随时可以继续，不用从头传。")
    expect(phone_page.locator("[data-pause-all]")).to_be_hidden()
    hold[0] = False
    for route in held:
        route.abort()
    rows.nth(1).get_by_role("button", name="继续").click()
    expect(rows.nth(1).locator("[data-said]")).to_have_text(RECEIVED, timeout=30_000)
    phone_page.get_by_role("button", name="全部继续").click()
    expect(phone_page.locator("[data-summary]")).to_have_text(
        "共 4 个：正在上传 0 个，排队 0 个，传完 4 个。"
    )
    states = sorted(Upload.objects.values_list("state", flat=True))
    assert states == [UploadState.CANCELLED, *[UploadState.FINISHED] * 4]
    shoot(phone_page, "upload-many-done")


def test_a_broken_line_is_picked_up_where_it_stopped(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_FAILED|460")
    source = blob(tmp_path / "长课.mp4", 2 * PIECE + 256)
    sent: list[str] = []

    def carry(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if route.request.method != "PATCH" or offset is None:
            route.continue_()
            return
        sent.append(offset)
        if len(sent) == 2:
            route.abort()
        elif len(sent) == 3:  # the piece is changed on its way
            route.continue_(headers={**route.request.headers, "upload-checksum": "sha256 AAAA"})
        else:
            route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    assert sent[:4] == ["0", *[str(PIECE)] * 3]
    asset = Asset.objects.get()
    assert files.original_path(asset.pk).read_bytes() == source.read_bytes()


def test_without_a_line_it_waits_and_goes_on_by_itself(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)
    pieces: list[str] = []

    def carry(route: Route) -> None:
        if route.request.method == "PATCH":
            pieces.append(route.request.headers["upload-offset"])
            if len(pieces) == 2:
                pc_page.context.set_offline(True)
                route.abort("internetdisconnected")
                return
        route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text("上传中断了。网络恢复后会自动接着传，也可以点“重试”。")
    expect(pc_page.locator("[data-rows] [data-again]")).to_be_visible()
    pc_page.context.set_offline(False)
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert pieces == ["0", str(PIECE), str(PIECE)]


def test_a_full_disk_is_said_and_gone_on_from(
    teacher: Member, pc_page: Page, tmp_path: Path, settings: Any, page_watch: Watch
) -> None:
    page_watch.expect(r"507")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)

    def carry(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(PIECE):
            settings.MEDIA_RESERVE_BYTES = 10**18
        route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text("服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。")
    pc_page.unroute("**/uploads/**")
    settings.MEDIA_RESERVE_BYTES = 0
    pc_page.locator("[data-rows] [data-again]").click()
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert Asset.objects.get().size_bytes == source.stat().st_size
