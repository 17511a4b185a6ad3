"""Captions of a real lecture in a real browser: the right words at the right second."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.members.models import Member
from media_pipeline import services
from media_pipeline.caption_services import replace_captions
from media_pipeline.models import Asset
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_recording
from tests.factories.members import PASSWORD, make_branch_tree, make_instructor, make_member

Shoot = Callable[[Page, str], Path]
Check = Callable[[Page], None]

SECONDS = 24
# A line every three seconds, each shown for two.
CHINESE = [f"第{number}句：3 < 5 & 7，请同志们做好笔记。" for number in "一二三四五六七八"]
ENGLISH = [f"Line {number}" for number in range(8)]


def srt(lines: list[str]) -> bytes:
    return "\n\n".join(
        f"{at + 1}\n00:00:{at * 3:02d},000 --> 00:00:{at * 3 + 2:02d},000\n{line}"
        for at, line in enumerate(lines)
    ).encode("gb18030")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recording(
        tmp_path_factory.mktemp("lecture") / "讲课.mp4", seconds=SECONDS, size="640x360"
    )


@pytest.fixture
def asset(school_server: str, recording: Path, run_queued: Callable[..., list[str]]) -> Asset:
    tree = make_branch_tree()
    teacher = make_instructor(tree.first, number="300777", name="李明")
    made = services.ingest_file(path=recording, title="讲课", by=teacher, branch=tree.first)
    run_queued()
    made.refresh_from_db()
    replace_captions(asset=made, language="zh-Hans", content=srt(CHINESE), by=teacher)
    return made


@pytest.fixture
def member(asset: Asset) -> Member:
    return make_member(asset.owner_branch, number="400777", name="张秀英")


def lesson_of(asset: Asset, *, lock_seek: bool) -> str:
    by = editor()
    made = course(by=by, title="读懂一份规章", lock_seek=lock_seek)
    only = chapter(course=made, by=by)
    return f"/lessons/{lesson(chapter=only, by=by, title='第一讲', asset=asset).pk}/"


def enter(page: Page, member: Member, address: str) -> None:
    page.goto(f"/sign-in/?next={address}")
    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{address}")


def opened(page: Page, member: Member, address: str) -> Locator:
    enter(page, member, address)
    player = page.locator("lms-player.is-ready")
    expect(player).to_be_visible()
    return player


def pause_at(page: Page, seconds: float) -> None:
    """Stand still at that second; the page's own events have run when it is reached."""
    page.evaluate(
        """async (seconds) => {
            const video = document.querySelector('lms-player video');
            video.pause();
            const there = new Promise((done) => { video.onseeked = done; });
            video.currentTime = seconds;
            await there;
        }""",
        seconds,
    )


def shown(player: Locator) -> Locator:
    return player.locator("[data-captions]")


def test_the_right_words_stand_at_the_right_second_and_can_be_put_off_and_on(
    asset: Asset, member: Member, pc_page: Page, shoot: Shoot, assert_accessible: Check
) -> None:
    player = opened(pc_page, member, lesson_of(asset, lock_seek=False))
    button = player.locator("[data-action=captions]")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(player.locator("[data-languages]")).to_have_count(0)
    expect(shown(player)).to_be_empty()
    player.locator("[data-start]").click()
    expect(shown(player)).to_have_text(CHINESE[0])
    for second in (7, 22, 4):
        pause_at(pc_page, second)
        expect(shown(player)).to_have_text(CHINESE[second // 3])
    shoot(pc_page, "captions")
    pause_at(pc_page, 5.5)
    expect(shown(player)).to_be_empty()
    pause_at(pc_page, 10)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(shown(player)).to_be_empty()
    button.press("c")
    expect(shown(player)).to_have_text(CHINESE[3])
    button.click()
    pc_page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")  # remembered
    player.locator("[data-start]").click()
    pc_page.wait_for_function("() => document.querySelector('lms-player video').currentTime > 0.5")
    expect(shown(player)).to_be_empty()
    button.click()
    expect(shown(player)).not_to_be_empty()
    assert_accessible(pc_page)


def test_of_several_languages_one_is_chosen_and_remembered(
    asset: Asset, member: Member, pc_page: Page, shoot: Shoot
) -> None:
    replace_captions(asset=asset, language="en", content=srt(ENGLISH), by=asset.uploaded_by)
    player = opened(pc_page, member, lesson_of(asset, lock_seek=False))
    player.locator("[data-start]").click()
    expect(shown(player)).to_have_text(CHINESE[0])
    pause_at(pc_page, 13)
    player.locator("[data-languages]").select_option("en")
    expect(shown(player)).to_have_text(ENGLISH[4])
    shoot(pc_page, "captions-two")
    pc_page.reload()
    expect(player.locator("[data-languages]")).to_have_value("en")
    player.locator("[data-start]").click()
    expect(shown(player)).not_to_be_empty()
    pause_at(pc_page, 4)
    expect(shown(player)).to_have_text(ENGLISH[1])
    pc_page.get_by_role("link", name="文稿").click()
    pc_page.get_by_role("link", name="英语").click()
    line = pc_page.get_by_role("button", name=f"00:06 {ENGLISH[2]}")
    line.click()
    expect(shown(player)).to_have_text(ENGLISH[2])
    expect(line).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_line_of_the_transcript_leads_to_its_moment(
    width: int,
    look: str,
    asset: Asset,
    member: Member,
    school_server: str,
    open_page: Callable[..., Page],
    shoot: Shoot,
    assert_accessible: Check,
) -> None:
    page = open_page(width=width, height=844 if width == 390 else 800)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )
    player = opened(page, member, lesson_of(asset, lock_seek=False))
    page.get_by_role("link", name="文稿").click()
    lines = page.locator("[data-t]")
    expect(lines).to_have_count(8)
    lines.nth(5).click()  # before the first play
    expect(shown(player)).to_have_text(CHINESE[5])
    expect(lines.nth(5)).to_have_attribute("aria-current", "true")
    expect(player.locator("[data-action=play]")).to_have_attribute("aria-pressed", "true")
    expect(lines.nth(6)).to_have_attribute("aria-current", "true")  # as it plays on
    player.locator("[data-action=play]").click()
    lines.nth(1).click()
    expect(shown(player)).to_have_text(CHINESE[1])
    expect(page.locator("[data-t][aria-current]")).to_have_count(1)
    shoot(page, f"transcript-{look}")
    assert_accessible(page)


def test_a_line_not_yet_reached_is_locked_at_the_first_viewing(
    asset: Asset, member: Member, pc_page: Page
) -> None:
    player = opened(pc_page, member, lesson_of(asset, lock_seek=True))
    pc_page.get_by_role("link", name="文稿").click()
    player.locator("[data-start]").click()
    expect(shown(player)).to_have_text(CHINESE[0])
    pc_page.locator("[data-t]").nth(7).click()
    expect(player.locator("[data-hint]")).to_have_text("首次学习请按顺序观看")
    at = player.locator("video").evaluate("video => video.currentTime")
    assert at < 6


def test_a_teacher_brings_a_caption_file(
    asset: Asset, pc_page: Page, shoot: Shoot, tmp_path: Path
) -> None:
    address = f"/admin/lectures/{asset.pk}/"
    enter(pc_page, asset.uploaded_by, address)
    file = tmp_path / "lecture.srt"
    file.write_bytes(srt(ENGLISH))
    pc_page.get_by_label("语言").select_option("en")
    pc_page.get_by_label("字幕文件").set_input_files(file)
    pc_page.get_by_role("button", name="上传字幕").click()
    row = pc_page.get_by_role("row").filter(has_text="英语")
    expect(row).to_contain_text("8")
    row.scroll_into_view_if_needed()
    shoot(pc_page, "lecture-captions")
    with pc_page.expect_download() as download:
        row.get_by_role("link", name="下载", exact=True).click()
    assert download.value.suggested_filename == "讲课.en.vtt"
    assert download.value.path().read_text().count("-->") == 8
    row.get_by_role("button", name="删除").click()
    expect(row).to_have_count(0)
