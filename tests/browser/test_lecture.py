"""Finding one's way in a real lecture: pictures above the bar, chapters, the teacher's editor."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.members.models import Member
from media_pipeline.chapter_services import save_chapters
from media_pipeline.models import Asset
from tests.browser.test_captions import asset, enter, lesson_of, member, opened, recording

__all__ = ["asset", "member", "recording"]

Shoot = Callable[[Page, str], Path]
Check = Callable[[Page], None]

LINES = "00:00 导学\n00:08 第一章 为什么要有规章\n00:16 第二章 规章怎样执行"


@pytest.fixture
def divided(asset: Asset) -> Asset:
    save_chapters(asset=asset, text=LINES, version=0, by=asset.uploaded_by)
    return asset


def boards(fetched: list[str]) -> list[str]:
    return [url.rsplit("/", 1)[1] for url in fetched if "storyboard" in url]


@pytest.mark.parametrize("look", ["standard", "elder"])
def test_pointing_at_the_bar_shows_what_lies_there(
    look: str,
    divided: Asset,
    member: Member,
    school_server: str,
    open_page: Callable[..., Page],
    shoot: Shoot,
    assert_accessible: Check,
) -> None:
    page = open_page(width=1280, height=800)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    player = opened(page, member, lesson_of(divided, lock_seek=False))
    player.locator("[data-start]").click()
    page.wait_for_function("() => document.querySelector('lms-player video').currentTime > 0.5")
    player.locator("[data-action=play]").click()
    assert boards(fetched) == []  # not before somebody points there
    seek = player.locator("[data-seek]")
    box = seek.bounding_box()
    assert box is not None
    preview = player.locator("[data-preview]")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(preview).to_be_visible()
    expect(preview.locator("[data-preview-time]")).to_have_text("00:12")
    expect(preview.locator("[data-preview-chapter]")).to_have_text("第一章 为什么要有规章")
    picture = preview.locator("[data-preview-picture]")
    expect(picture).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert boards(fetched) == ["storyboard.vtt", "storyboard-1.jpg"]
    assert picture.evaluate("one => one.style.backgroundPosition") == "-960px 0px"
    expect(player.locator(".watched__chapter")).to_have_count(2)
    shoot(page, f"lecture-preview-{look}")
    page.mouse.move(0, 0)
    expect(preview).to_be_hidden()
    seek.focus()
    seek.press("ArrowRight")
    expect(preview).to_be_visible()
    expect(seek).to_have_attribute("aria-valuetext", "00:10，全长 00:24 · 第一章 为什么要有规章")
    assert_accessible(page)


def test_a_finger_sees_it_while_it_drags(
    divided: Asset, member: Member, phone_page: Page, shoot: Shoot
) -> None:
    player = opened(phone_page, member, lesson_of(divided, lock_seek=False))
    seek = player.locator("[data-seek]")
    preview = player.locator("[data-preview]")
    seek.dispatch_event("pointermove", {"pointerType": "touch", "clientX": 200})
    expect(preview).to_be_hidden()
    seek.dispatch_event("pointerdown", {"pointerType": "touch", "clientX": 200})
    expect(preview.locator("[data-preview-picture]")).to_be_visible()
    seek.dispatch_event("pointermove", {"pointerType": "touch", "clientX": 370})
    phone_page.wait_for_load_state("networkidle")
    shoot(phone_page, "lecture-preview")
    box = preview.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("width", [390, 1280])
def test_a_chapter_leads_to_its_moment_as_far_as_one_has_watched(
    width: int,
    divided: Asset,
    member: Member,
    open_page: Callable[..., Page],
    shoot: Shoot,
    assert_accessible: Check,
) -> None:
    page = open_page(width=width, height=844)
    player = opened(page, member, lesson_of(divided, lock_seek=False))
    page.get_by_role("link", name="提纲").click()
    lines = page.locator("[data-t]")
    expect(lines).to_have_count(3)
    lines.nth(1).focus()
    lines.nth(1).press("Enter")
    page.wait_for_function("() => document.querySelector('lms-player video').currentTime > 8")
    expect(lines.nth(1)).to_have_attribute("aria-current", "true")
    player.locator("[data-action=play]").click()
    shoot(page, "lecture-chapters")
    assert_accessible(page)
    enter_again = lesson_of(divided, lock_seek=True)
    page.goto(enter_again)
    page.locator("lms-player.is-ready").wait_for()
    page.get_by_role("link", name="提纲").click()
    page.locator("[data-t]").nth(2).click()
    expect(player.locator("[data-hint]")).to_have_text("首次学习请按顺序观看")
    assert player.locator("video").evaluate("video => video.currentTime") < 8


@pytest.mark.parametrize("width", [390, 1280])
def test_a_teacher_writes_chapters_beside_the_video(
    width: int, asset: Asset, open_page: Callable[..., Page], shoot: Shoot
) -> None:
    page = open_page(width=width, height=844)
    address = f"/admin/lectures/{asset.pk}/"
    enter(page, asset.uploaded_by, address)
    shoot(page, "lecture-office")
    page.get_by_role("link", name="对着视频写提纲").click()
    lines = page.get_by_label("一条一行，时间在前")
    lines.fill("00:00 导学\n00:20 结束语")
    page.evaluate(
        """async () => {
            const video = document.querySelector('[data-video]');
            const there = new Promise((done) => { video.onseeked = done; });
            video.currentTime = 12.4;
            await there;
        }"""
    )
    page.get_by_role("button", name="在当前位置加一条").click()
    page.keyboard.type("第一章")
    expect(lines).to_have_value("00:00 导学\n00:12 第一章\n00:20 结束语\n")
    shoot(page, "chapters-editor")
    page.get_by_role("button", name="00:20 结束语").click()
    page.wait_for_function("() => document.querySelector('[data-video]').currentTime === 20")
    page.get_by_role("button", name="保存提纲").click()
    expect(page.get_by_text("提纲已保存，学员打开这一讲就能看到。")).to_be_visible()
    expect(lines).to_have_value("00:00 导学\n00:12 第一章\n00:20 结束语\n")


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_words_are_found_in_all_lessons_and_in_one(
    width: int,
    look: str,
    asset: Asset,
    member: Member,
    school_server: str,
    open_page: Callable[..., Page],
    shoot: Shoot,
    assert_accessible: Check,
) -> None:
    page = open_page(width=width, height=844)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )
    lesson_of(asset, lock_seek=False)
    enter(page, member, "/courses/")
    page.get_by_label("课程、简介或主讲人").fill("做好笔记")
    page.get_by_role("button", name="查找").last.click()
    results = page.get_by_role("region", name="课里讲到的")
    expect(results.locator("mark").first).to_have_text("做好笔记")
    shoot(page, f"spoken-results-{look}")
    assert_accessible(page)
    results.get_by_role("link", name="00:06").click()
    player = page.locator("lms-player.is-ready")
    expect(page.locator("[data-find-place]")).to_have_text("3 / ")
    player.locator("[data-start]").click()
    page.wait_for_function("() => document.querySelector('lms-player video').currentTime >= 6")
    player.locator("[data-action=play]").click()
    page.get_by_role("button", name="下一处").click()
    expect(page.locator("[data-find-place]")).to_have_text("4 / ")
    words = page.get_by_role("searchbox", name="在文稿里查找")
    words.fill("第二句")
    expect(page.locator("[data-hit]")).to_have_count(1)
    expect(words).to_be_focused()
    expect(page.locator(".is-found mark")).to_have_text("第二句")
    shoot(page, f"transcript-find-{look}")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载文稿").click()
    assert download.value.suggested_filename == "第一讲.txt"
    assert download.value.path().read_text().count("请同志们做好笔记。") == 8
