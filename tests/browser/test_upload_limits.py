"""Limits of storage in the back office, and the upload page without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.members.models import Branch, Member
from media_pipeline.models import Asset
from tests.factories.media import make_asset
from tests.factories.members import make_administrator, make_branch_tree, make_instructor
from tests.support.uploading import (
    assert_content_accessible,
    blob,
    enter,
)


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


def test_a_small_file_without_scripts(
    teacher: Member,
    open_page: Callable[..., Page],
    tmp_path: Path,
    shoot: Callable[[Page, str], Path],
) -> None:
    # Wagtail's own frame lies over the page on a phone without its script.
    page = open_page(width=1280, java_script_enabled=False)
    enter(page, teacher)
    page.get_by_label("视频文件", exact=True).set_input_files(blob(tmp_path / "小课.mp4", 2560))
    page.locator("#plain-title").fill("一堂小课")
    shoot_plain(page, tmp_path)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("文件已收到，正在检查。").first).to_be_visible()
    assert [asset.title for asset in Asset.objects.all()] == ["一堂小课"]


def shoot_plain(page: Page, folder: Path) -> None:
    """Without scripts nothing can be measured: the page as it stands."""
    page.screenshot(path=folder / "plain.png", full_page=True)


def test_limits_are_set_and_said(
    teacher: Member,
    phone_page: Page,
    shoot: Callable[[Page, str], Path],
) -> None:
    make_asset(branch=Branch.objects.get(code="ZB1"), by=teacher, size_bytes=3 * 1024**3)
    keeper = make_administrator(Branch.objects.get(code="DW"), number="300778")
    enter(phone_page, keeper)
    phone_page.goto("/admin/lectures/storage/")
    shoot(phone_page, "storage")
    assert_content_accessible(phone_page)
    phone_page.get_by_role("link", name="第一党支部").click()
    shoot(phone_page, "storage-branch")
    assert_content_accessible(phone_page)
    phone_page.get_by_label("本级及下级共可存放（GB）").fill("3.2")
    phone_page.get_by_role("button", name="保存", exact=True).click()
    expect(phone_page.get_by_text("已保存“第一党支部”的存储限额。")).to_be_visible()
    phone_page.context.clear_cookies()
    enter(phone_page, teacher)
    expect(phone_page.get_by_text("“第一党支部”已用 3.0 GB，共 3.2 GB，还剩")).to_be_visible()
    shoot(phone_page, "upload-tight")
    assert_content_accessible(phone_page)
