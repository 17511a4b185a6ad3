"""The captions editor in a real browser: written beside the video, saved by itself, two at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from media_pipeline.caption_edit_services import save_cues
from media_pipeline.models import Asset, CaptionCopy, CaptionTrack
from tests.browser.test_captions import asset, enter, recording
from tests.factories.members import make_instructor
from tests.support.browser import AXE, AXE_TAGS, Watch

__all__ = ["asset", "recording"]

Shoot = Callable[[Page, str], Path]


def faults(page: Page) -> list[str]:
    """What axe finds on our part of the page; the frame around it is Wagtail's."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async (tags) => (await axe.run(
            {exclude: [['#wagtail-sidebar']]}, {runOnly: tags}
        )).violations.map((rule) => rule.id + rule.nodes.map((node) => node.target.join(' ')))""",
        AXE_TAGS,
    )
    return found


def stand_at(page: Page, seconds: float) -> None:
    page.evaluate(
        """async (seconds) => {
            const video = document.querySelector('[data-video]');
            if (video.readyState < 1) {
                await new Promise((done) => { video.onloadedmetadata = done; });
            }
            const there = new Promise((done) => { video.onseeked = done; });
            video.currentTime = seconds;
            await there;
        }""",
        seconds,
    )


def english(asset: Asset) -> list[list[object]]:
    track = CaptionTrack.objects.filter(asset=asset, language="en").first()
    return track.cues if track else []


@pytest.mark.parametrize("width", [390, 1280])
def test_captions_are_written_beside_the_video_and_saved_by_themselves(
    width: int,
    asset: Asset,
    open_page: Callable[..., Page],
    shoot: Shoot,
) -> None:
    page = open_page(width=width, height=1200)
    enter(page, asset.uploaded_by, f"/admin/lectures/{asset.pk}/")
    page.get_by_role("link", name="写英语字幕").click()
    editor = page.locator("lms-captions-editor.is-ready")
    text, state = editor.get_by_label("文字"), editor.locator("[data-state]")
    expect(editor.locator("[data-none]")).to_be_visible()
    stand_at(page, 3)
    editor.get_by_role("button", name="在当前位置加一条").first.click()
    page.keyboard.type("Good morning everybody")
    expect(state).to_contain_text("已保存")
    assert english(asset) == [[3000, 5000, "Good morning everybody"]]
    stand_at(page, 8)
    page.keyboard.press("Alt+n")
    page.keyboard.type("Please sit down")
    stand_at(page, 9.5)
    page.keyboard.press("Alt+BracketRight")
    lines = editor.locator("[data-cues] button")
    expect(lines).to_have_count(2)
    expect(editor.get_by_label("结束", exact=True)).to_have_value("00:09.500")
    # cut the first in two, where the caret stands
    lines.nth(0).click()
    text.evaluate("one => { one.focus(); one.setSelectionRange(12, 12); }")
    page.keyboard.press("Alt+s")
    expect(lines).to_have_count(3)
    expect(state).to_contain_text("已保存")
    assert [row[2] for row in english(asset)] == ["Good morning", "everybody", "Please sit down"]
    shoot(page, "caption-editor")
    assert faults(page) == []
    # move all of them, too far and then well
    page.get_by_text("整体移动时间").click()
    page.get_by_label("毫秒，往前写负数").fill("-9000")
    page.get_by_role("button", name="全部移动").click()
    expect(state).to_have_text("这样移动，有的字幕会到视频外面。没有移动。")
    page.get_by_label("毫秒，往前写负数").fill("-1500")
    page.get_by_role("button", name="全部移动").click()
    expect(lines.nth(0)).to_contain_text("00:01")
    editor.get_by_label("开始", exact=True).fill("0:70")
    page.keyboard.press("Tab")
    expect(state).to_have_text("时间要写成 1:02.500 的样子，并且在视频长度以内。")
    lines.nth(0).click()
    page.keyboard.press("Alt+m")
    expect(lines).to_have_count(2)
    page.keyboard.press("Alt+Delete")
    expect(lines).to_have_count(1)
    page.keyboard.press("Alt+z")
    expect(lines).to_have_count(2)
    expect(state).to_contain_text("已保存")
    assert [row[2] for row in english(asset)] == ["Good morning everybody", "Please sit down"]
    page.locator("#main").get_by_text("键盘快捷键").click()
    shoot(page, "caption-editor-keys")
    page.reload()
    expect(page.locator("[data-cues] button")).to_have_count(2)


def test_the_second_of_two_is_told_and_loses_nothing(
    asset: Asset, pc_page: Page, shoot: Shoot, page_watch: Watch
) -> None:
    page_watch.expect("409")
    other = make_instructor(asset.owner_branch, name="王芳")
    address = f"/admin/lectures/{asset.pk}/captions/zh-Hans/edit/"
    enter(pc_page, asset.uploaded_by, address)
    editor = pc_page.locator("lms-captions-editor.is-ready")
    text = editor.get_by_label("文字")
    expect(text).to_have_value("第一句：3 < 5 & 7，请同志们做好笔记。")
    save_cues(
        asset=asset,
        language="zh-Hans",
        rows=[[0, 2000, "王芳的"]],
        version=1,
        key="9" * 32,
        by=other,
    )
    text.fill("李明的")
    told = editor.locator("[data-moved]")
    expect(told).to_contain_text("王芳刚刚也改了这份字幕。您的这一份已经另存，两份都在")
    shoot(pc_page, "caption-editor-moved")
    told.get_by_role("button", name="用我的这一份").click()
    expect(editor.locator("[data-state]")).to_contain_text("已保存")
    expect(told).to_be_hidden()
    track = CaptionTrack.objects.get(asset=asset, language="zh-Hans")
    assert (track.version, track.spoken[0].text, len(track.spoken)) == (3, "李明的", 8)
    kept = CaptionCopy.objects.filter(asset=asset).order_by("pk")
    assert [copy.spoken[0].text for copy in kept] == [
        "第一句：3 < 5 & 7，请同志们做好笔记。",
        "王芳的",
    ]
    pc_page.reload()
    row = pc_page.get_by_role("listitem").filter(has_text="王芳 ·")
    row.get_by_role("button", name="换成这一份").click()
    expect(pc_page.get_by_text("已换成这一份。换下的那一份也保留着。")).to_be_visible()
    expect(pc_page.get_by_label("文字")).to_have_value("王芳的")


def test_a_line_that_is_gone_loses_nothing(asset: Asset, pc_page: Page, page_watch: Watch) -> None:
    page_watch.expect("ERR_INTERNET_DISCONNECTED")
    enter(pc_page, asset.uploaded_by, f"/admin/lectures/{asset.pk}/captions/zh-Hans/edit/")
    editor = pc_page.locator("lms-captions-editor.is-ready")
    text, state = editor.get_by_label("文字"), editor.locator("[data-state]")
    pc_page.context.set_offline(True)
    text.fill("断线时写的")
    expect(state).to_contain_text("连不上学校，改动还在这个页面里")
    pc_page.context.set_offline(False)
    expect(state).to_contain_text("已保存")
    track = CaptionTrack.objects.get(asset=asset, language="zh-Hans")
    assert track.spoken[0].text == "断线时写的"
