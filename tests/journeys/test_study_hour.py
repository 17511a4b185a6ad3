"""One verified study hour, end to end: a recording goes in, a secretary sees the hours.

Real footage, a real worker, real browsers: nothing between the administrator's file and the
secretary's sheet is put in by hand.
"""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from courses.catalogue.models import ChapterPage, LessonPage
from courses.progress.models import LessonProgress
from exams.credit.models import StudyHourEntry
from lms.members.models import Member
from media_pipeline.models import Asset, AssetState
from tests.factories.courses import chapter, course, editor
from tests.factories.members import (
    PASSWORD,
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.support.browser import Watch
from tests.support.footage import looped_footage

SECONDS = 36
PLAY_MS = 90_000
TRANSCODE_MS = 120_000


def sign_in(page: Page, member: Member, *, to: str) -> None:
    page.goto(f"/sign-in/?next={to}")
    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{to}")


def wait_until_at(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "seconds => document.querySelector('lms-player video').currentTime >= seconds",
        arg=seconds,
        timeout=PLAY_MS,
    )


def upload_lecture(page: Page, recording: Path) -> Asset:
    """The administrator hands in the file and waits until the school says it is ready."""
    page.goto("/admin/lectures/upload/")
    page.locator("lms-upload input[type=file]").set_input_files(recording)
    expect(page.locator("lms-upload")).to_contain_text("转码完成", timeout=TRANSCODE_MS)
    asset = Asset.objects.get()
    assert asset.state == AssetState.READY
    assert sorted(asset.renditions.values_list("height", flat=True)) == [0, 240, 360, 720]
    return asset


def publish_lesson(page: Page, below: ChapterPage, *, title: str, lecture: Asset) -> LessonPage:
    """The administrator writes the lesson in the editor, chooses the lecture and publishes."""
    page.goto(f"/admin/pages/add/courses/lessonpage/{below.pk}/")
    page.get_by_role("textbox", name="标题").first.fill(title)
    page.get_by_role("button", name="插入一个块").or_(
        page.locator(".c-sf-add-button")
    ).first.click()
    page.get_by_role("option", name="视频").click()
    page.get_by_role("button", name="选择视频").click()
    page.get_by_role("link", name=lecture.title).click()
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url("**/admin/pages/*/")
    lesson = LessonPage.objects.get(title=title)
    assert lesson.live is True
    assert lesson.asset_id == lecture.pk
    return lesson


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    return looped_footage(tmp_path / "支部学习实录.mp4", seconds=SECONDS)


def test_from_a_recording_to_the_secretarys_sheet(
    tree: BranchTree,
    footage: Path,
    start_worker: Callable[..., Any],
    pc_page: Page,
    phone_page: Page,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    page_watch: Watch,
    tmp_path: Path,
) -> None:
    # The editor saves a page by itself while it is being written, and is told what still lacks.
    page_watch.expect("400 .*admin/pages/add")
    administrator = make_administrator(tree.committee, name="陈主任")
    member = make_member(tree.first, name="张秀英")
    make_member(tree.first, name="李淏")
    secretary = make_secretary(tree.first, name="王书记")
    by = editor()
    only = chapter(course=course(by=by, title="支部学习怎样组织"), by=by, title="第一章 准备")
    start_worker()

    # The file goes in and the lesson goes out.
    sign_in(pc_page, administrator, to="/admin/lectures/upload/")
    lecture = upload_lecture(pc_page, footage)
    shoot(pc_page, "journey-uploaded")
    lesson = publish_lesson(pc_page, only, title="第一讲 学习会怎样开", lecture=lecture)
    assert lesson.study_hours == Decimal("0.25")

    # A member watches half of it on a phone and closes the tab.
    address = f"/lessons/{lesson.pk}/"
    sign_in(phone_page, member, to="/courses/")
    shoot(phone_page, "journey-catalogue")
    phone_page.get_by_role("link", name="支部学习怎样组织").click()
    shoot(phone_page, "journey-course")
    phone_page.get_by_role("link", name="第一讲 学习会怎样开").first.click()
    phone_page.wait_for_url(f"**{address}")
    expect(phone_page.locator("lms-player.is-ready")).to_be_visible()
    phone_page.locator("[data-rate]").select_option("1.5")
    phone_page.locator("[data-start]").click()
    wait_until_at(phone_page, SECONDS / 2)
    again = phone_page.context.new_page()
    phone_page.close(run_before_unload=True)

    # Comes back, goes on where it stopped, and finishes.
    again.goto(address)
    expect(again.locator("lms-player.is-ready")).to_be_visible()
    again.locator("[data-rate]").select_option("1.5")
    again.locator("[data-start]").click()
    wait_until_at(again, SECONDS / 3)
    expect(again.get_by_text("本讲已完成，计0.25学时").first).to_be_visible(timeout=PLAY_MS)
    assert_accessible(again)
    shoot(again, "journey-lesson-done")

    # Exactly one entry, explained by what was watched, in an unbroken chain.
    progress = LessonProgress.objects.get(member=member, lesson=lesson)
    assert progress.covered_ms >= progress.required_ms
    entry = StudyHourEntry.objects.get()
    assert (entry.member, entry.branch, entry.hours) == (member, tree.first, Decimal("0.25"))
    call_command("verify-ledger", stdout=StringIO())

    # The member sees why.
    again.goto("/archive/")
    assert_accessible(again)
    shoot(again, "journey-archive")
    again.goto(f"/archive/entries/{entry.pk}/")
    assert_accessible(again)
    shoot(again, "journey-why")

    # The secretary sees it and exports it; another branch's board does not exist.
    office = open_page(width=1280, height=800)
    sign_in(office, secretary, to=f"/board/{tree.first.pk}/")
    expect(office.get_by_role("row").filter(has_text="张秀英")).to_contain_text("0.25")
    assert_accessible(office)
    shoot(office, "journey-board")
    with office.expect_download() as download:
        office.get_by_role("link", name="导出 Excel").click()
    sheet = tmp_path / "board.xlsx"
    download.value.save_as(sheet)
    rows = list(load_workbook(sheet).worksheets[0].values)
    assert [row for row in rows if "张秀英" in row and "0.25" in map(str, row)] != []
    response = office.request.get(f"/board/{tree.second.pk}/")
    assert response.status == 404
