"""A recording over a bad line: cut and gone on with, a size that fails and is made again, captions
added, and a member who watches with them, and then only listens."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from courses.progress.models import LessonProgress
from lms.members.models import Member
from media_pipeline import ffmpeg, files
from media_pipeline.models import Asset, AssetState, RenditionState, Upload
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_study_hour import PLAY_MS, TRANSCODE_MS, sign_in, wait_until_at
from tests.support.browser import PHONE, Watch
from tests.support.footage import looped_footage
from tests.support.hls import faults_of
from tests.support.uploading import PIECE, choose

SECONDS = 24
CUES = (
    "1\n00:00:00,500 --> 00:00:12,000\n同志们，今天学习党章。\n\n"
    "2\n00:00:12,000 --> 00:00:23,000\n请翻到第一章。\n"
)


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.first, name="李教员")


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A recording that goes up in several requests: what is beyond its end no player looks at."""
    path = looped_footage(tmp_path / "党课第一讲.mp4", seconds=SECONDS)
    wanted = 3 * PIECE - path.stat().st_size
    if wanted > 8:
        with path.open("ab") as file:
            file.write(wanted.to_bytes(4, "big") + b"free" + bytes(wanted - 8))
    return path


@pytest.fixture
def no_720p(tmp_path: Path) -> Path:
    """An ffmpeg that cannot make 720p while the file `broken` stands beside it."""
    broken = tmp_path / "broken"
    broken.touch()
    script = tmp_path / "ffmpeg"
    script.write_text(
        f'#!/bin/sh\nif [ -e "{broken}" ]; then case "$*" in *720p/*) exit 8;; esac; fi\n'
        f'exec "{ffmpeg.binary()}" "$@"\n'
    )
    script.chmod(0o755)
    return script


def cut_at_sixty_percent(page: Page, length: int) -> list[bool]:
    """Cut the line once 60 % are sent, until the answer's only item is set to False."""
    is_cut = [True]

    def carry(route: Route) -> None:
        offset = int(route.request.headers.get("upload-offset", 0))
        if is_cut[0] and offset >= 0.6 * length:
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/**", carry)
    return is_cut


def test_over_a_bad_line_to_a_lesson_with_captions(
    tree: BranchTree,
    teacher: Member,
    footage: Path,
    no_720p: Path,
    start_worker: Callable[..., Any],
    open_page: Callable[..., Page],
    pc_page: Page,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    page_watch: Watch,
    tmp_path: Path,
) -> None:
    page_watch.expect(r"ERR_FAILED")
    start_worker(FFMPEG=str(no_720p))
    length = footage.stat().st_size
    is_cut = cut_at_sixty_percent(pc_page, length)
    sign_in(pc_page, teacher, to="/admin/lectures/upload/")
    choose(pc_page, footage)
    expect(pc_page.locator("[data-rows] [data-percent]")).to_have_text("66%", timeout=30_000)
    assert Upload.objects.get().offset == 2 * PIECE
    is_cut[0] = False
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_contain_text("转码完成", timeout=TRANSCODE_MS)
    asset = Asset.objects.get()
    assert files.original_path(asset.pk).read_bytes() == footage.read_bytes()

    # One size could not be made: said on the page and on the board, and made again.
    assert (asset.state, asset.renditions.get(name="720p").state) == (
        AssetState.READY,
        RenditionState.FAILED,
    )
    pc_page.goto("/admin/lectures/work/")
    expect(pc_page.get_by_role("button", name="全部重试（1）")).to_be_visible()
    shoot(pc_page, "work-failed")
    pc_page.get_by_role("link", name=asset.title).first.click()
    shoot(pc_page, "lecture-failed-size")
    no_720p.with_name("broken").unlink()
    pc_page.get_by_role("button", name="重试 720p").click()
    expect(pc_page.get_by_text("已重新开始制作这个清晰度。")).to_be_visible()

    def made() -> bool:
        return asset.renditions.filter(state=RenditionState.READY).count() == 4

    expect_soon(pc_page, made)
    asset.refresh_from_db()
    assert faults_of(files.take_folder(asset.pk, asset.take)) == []

    # Captions, and a lesson.
    captions = tmp_path / "党课第一讲.srt"
    captions.write_text(CUES, encoding="gb18030")
    pc_page.reload()
    pc_page.get_by_label("字幕文件").set_input_files(captions)
    pc_page.get_by_role("button", name="上传字幕").click()
    expect(pc_page.get_by_text("字幕已保存，学员打开这一讲就能看到。")).to_be_visible()
    by = editor()
    only = chapter(course=course(by=by, title="党章学习"), by=by)
    page = lesson(chapter=only, by=by, title="第一讲", asset=asset)

    # A member on a phone: with captions, then only listening, to the end.
    member = make_member(tree.first, name="张秀英")
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, member, to=f"/lessons/{page.pk}/")
    player = phone.locator("lms-player")
    player.locator("[data-start]").click()
    wait_until_at(phone, 1)
    expect(player.locator("[data-captions]")).to_contain_text("同志们，今天学习党章。")
    shoot(phone, "lesson-captioned")
    assert_accessible(phone)
    player.locator("[data-quality]").select_option(label="只听")
    phone.wait_for_function("() => document.querySelector('lms-player video').videoHeight === 0")
    expect(player.get_by_role("status").filter(has_text="本讲已完成")).to_be_visible(
        timeout=PLAY_MS
    )
    progress = LessonProgress.objects.get(member=member, lesson_id=page.pk)
    assert progress.covered_ms >= progress.required_ms


def expect_soon(page: Page, true: Callable[[], bool]) -> None:
    """Wait for the worker while the page stays alive."""
    for _ in range(TRANSCODE_MS // 250):
        if true():
            return
        page.wait_for_timeout(250)
    raise AssertionError("not in time")
