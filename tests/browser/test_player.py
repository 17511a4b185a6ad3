"""The lesson's player over the real school: a real recording, real beats, real hours."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from courses.progress.models import LessonProgress, WatchSession
from exams.credit.models import StudyHourEntry
from lms.members.models import Member
from media_pipeline import services
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_recording
from tests.factories.members import PASSWORD, make_branch_tree, make_instructor, make_member
from tests.support.browser import Watch

SECONDS = 24
PLAYED_TO_THE_END_MS = 60_000


@dataclass(frozen=True)
class Class:
    """A member and the lesson they are to watch."""

    member: Member
    address: str
    lesson_id: int


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recording(
        tmp_path_factory.mktemp("lecture") / "讲课.mp4", seconds=SECONDS, size="640x360"
    )


@pytest.fixture
def study(school_server: str, recording: Path, run_queued: Callable[..., list[str]]) -> Class:
    tree = make_branch_tree()
    teacher = make_instructor(tree.first)
    asset = services.ingest_file(path=recording, title="讲课", by=teacher, branch=tree.first)
    run_queued()
    asset.refresh_from_db()
    by = editor()
    only = chapter(course=course(by=by, title="读懂一份规章"), by=by)
    made = lesson(chapter=only, by=by, title="第一讲 适用范围", asset=asset)
    member = make_member(tree.first, number="400777", name="张秀英")
    return Class(member, f"/lessons/{made.pk}/", made.pk)


def enter(page: Page, study: Class) -> Locator:
    page.goto(f"/sign-in/?next={study.address}")
    page.locator("#id_login").fill(study.member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"**{study.address}")
    player = page.locator("lms-player.is-ready")
    expect(player).to_be_visible()
    return player


def seconds_at(page: Page) -> float:
    return float(page.locator("lms-player video").evaluate("video => video.currentTime"))


def wait_until_at(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "seconds => document.querySelector('lms-player video').currentTime >= seconds", arg=seconds
    )


def test_a_lesson_watched_on_a_phone_is_completed_once(
    study: Class,
    phone_page: Page,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    player = enter(phone_page, study)
    shoot(phone_page, "lesson-before")
    assert_accessible(phone_page)
    player.locator("[data-start]").click()
    wait_until_at(phone_page, 2)
    player.locator("[data-rate]").select_option("1.5")
    shoot(phone_page, "lesson-playing")
    expect(player.get_by_role("status").filter(has_text="本讲已完成")).to_be_visible(
        timeout=PLAYED_TO_THE_END_MS
    )
    expect(player.locator("[data-saved]")).to_have_text("已保存")
    outline = phone_page.locator("#lesson-tabs")
    expect(outline.get_by_text("1/1 讲 · 100%")).to_be_visible()
    expect(outline.get_by_role("img", name="已完成")).to_be_visible()
    shoot(phone_page, "lesson-done")
    assert_accessible(phone_page)
    progress = LessonProgress.objects.get(member=study.member, lesson_id=study.lesson_id)
    assert progress.is_completed is True
    assert progress.covered_ms >= progress.required_ms
    assert StudyHourEntry.objects.filter(member=study.member).count() == 1


def test_listening_goes_on_where_the_picture_was_and_counts_alike(
    study: Class,
    phone_page: Page,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    fetched: list[str] = []
    phone_page.on("request", lambda request: fetched.append(request.url))
    player = enter(phone_page, study)
    player.locator("[data-start]").click()
    wait_until_at(phone_page, 2)
    player.locator("[data-quality]").select_option(label="只听")
    phone_page.wait_for_function(
        "() => document.querySelector('lms-player video').videoHeight === 0"
    )
    fetched.clear()
    wait_until_at(phone_page, 2)
    here = seconds_at(phone_page)
    assert here < 8
    shoot(phone_page, "lesson-listening")
    assert_accessible(phone_page)
    expect(player.get_by_role("status").filter(has_text="本讲已完成")).to_be_visible(
        timeout=PLAYED_TO_THE_END_MS
    )
    assert [url for url in fetched if url.endswith(".m4s") and "/sound/" not in url] == []
    progress = LessonProgress.objects.get(member=study.member, lesson_id=study.lesson_id)
    assert progress.covered_ms >= progress.required_ms
    player.locator("[data-quality]").select_option(label="自动")
    phone_page.wait_for_function("() => document.querySelector('lms-player video').videoHeight > 0")


def test_a_first_viewing_does_not_run_ahead_and_keys_work(study: Class, pc_page: Page) -> None:
    player = enter(pc_page, study)
    player.locator("[data-start]").click()
    wait_until_at(pc_page, 1)
    pc_page.locator("lms-player video").evaluate("video => { video.currentTime = 20; }")
    expect(player.locator("[data-hint]")).to_have_text("首次学习请按顺序观看")
    assert seconds_at(pc_page) < 6
    player.locator("[data-action=play]").focus()
    pc_page.keyboard.press("k")
    expect(player.locator("[data-action=play]")).to_have_attribute("aria-pressed", "false")
    expect(player.locator("[data-saved]")).to_have_text("已保存")
    pc_page.keyboard.press("ArrowLeft")
    assert seconds_at(pc_page) == 0
    pc_page.keyboard.press("m")
    expect(player.locator("[data-action=mute]")).to_have_attribute("aria-pressed", "true")
    pc_page.keyboard.press(">")
    expect(player.locator("[data-rate]")).to_have_value("1.25")
    pc_page.locator("lms-player video").evaluate("video => { video.playbackRate = 16; }")
    expect(player.locator("[data-rate]")).to_have_value("1.5")


def test_beats_of_an_offline_stretch_survive_the_tab_and_arrive_once(
    study: Class, pc_page: Page, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_INTERNET_DISCONNECTED|Failed to load resource")
    player = enter(pc_page, study)
    player.locator("[data-start]").click()
    wait_until_at(pc_page, 2)
    expect(player.locator("[data-saved]")).to_have_text("正在学习，记录每 15 秒自动保存")
    pc_page.context.set_offline(True)
    wait_until_at(pc_page, 4)
    player.locator("[data-action=play]").click()
    expect(player.locator("[data-saved]")).to_contain_text("记录存在本机")
    assert not WatchSession.objects.get(member=study.member).covered
    pc_page.context.set_offline(False)
    pc_page.reload()
    expect(pc_page.locator("[data-saved]")).to_have_text("开始学习后，记录会自动保存")
    session = WatchSession.objects.get(member=study.member)
    ((start, end),) = session.covered
    assert start < 500
    assert 4000 <= end < SECONDS * 1000
    assert session.beats >= 1


def test_another_window_takes_over_and_hands_back(
    study: Class, pc_page: Page, open_page: Callable[..., Page]
) -> None:
    player = enter(pc_page, study)
    player.locator("[data-start]").click()
    wait_until_at(pc_page, 1)
    other = open_page()
    elsewhere = enter(other, study)
    elsewhere.locator("[data-start]").click()
    wait_until_at(other, 0.5)
    player.locator("[data-action=play]").click()
    notice = player.get_by_role("alert")
    expect(notice).to_contain_text("另一窗口或设备")
    other.close()
    notice.get_by_role("button", name="在这里继续").click()
    expect(notice).to_be_hidden()
    expect(player.locator("[data-action=play]")).to_have_attribute("aria-pressed", "true")
    assert WatchSession.objects.filter(member=study.member, closed_at__isnull=True).count() == 1


def test_the_next_visit_goes_on_where_the_last_one_stopped(study: Class, pc_page: Page) -> None:
    player = enter(pc_page, study)
    player.locator("[data-start]").click()
    wait_until_at(pc_page, 5)
    player.locator("[data-action=play]").click()
    expect(player.locator("[data-saved]")).to_have_text("已保存")
    stopped = seconds_at(pc_page)
    pc_page.reload()
    expect(pc_page.locator("lms-player")).to_contain_text("上次学到")
    pc_page.locator("[data-start]").click()
    wait_until_at(pc_page, stopped)
    assert seconds_at(pc_page) < stopped + 3


def test_the_page_before_playing_asks_for_little(study: Class, phone_page: Page) -> None:
    asked: list[str] = []
    phone_page.on("request", lambda request: asked.append(request.url))
    enter(phone_page, study)
    asked.clear()
    phone_page.reload()
    phone_page.wait_for_load_state("load")
    assert [url for url in asked if ".m3u8" in url or ".m4s" in url] == []
    sent: Any = phone_page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.startTime <"
        " performance.timing.loadEventEnd - performance.timing.navigationStart).length"
    )
    assert sent <= 13
