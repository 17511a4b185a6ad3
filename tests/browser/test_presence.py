"""The presence check over a real lecture: asked, answered by key and by touch, played on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from courses.progress.models import WatchSession
from media_pipeline import services
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_recording
from tests.factories.members import PASSWORD, make_branch_tree, make_instructor, make_member

QUESTION = {
    "text": "支部党员大会一般多长时间召开一次？",
    "options": ["每月一次", "每季度一次", "每半年一次"],
    "right": 2,
}
Enter = Callable[..., Locator]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recording(
        tmp_path_factory.mktemp("lecture") / "讲课.mp4", seconds=24, size="640x360"
    )


@pytest.fixture
def enter(school_server: str, recording: Path, run_queued: Callable[..., list[str]]) -> Enter:
    """`enter(page, *questions)`: signed in, on the lesson, playing, about to be asked."""
    tree = make_branch_tree()
    teacher = make_instructor(tree.first)
    asset = services.ingest_file(path=recording, title="讲课", by=teacher, branch=tree.first)
    run_queued()
    asset.refresh_from_db()
    by = editor()
    only = chapter(course=course(by=by, title="组织生活", presence_check=True), by=by)
    member = make_member(tree.first, number="400778", name="张秀英")

    def opened(page: Page, *questions: dict[str, Any]) -> Locator:
        blocks = [("question", question) for question in questions]
        made = lesson(
            chapter=only, by=by, title="第一讲 “三会一课”", asset=asset, check_questions=blocks
        )
        page.goto(f"/sign-in/?next=/lessons/{made.pk}/")
        page.locator("#id_login").fill(member.number)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"**/lessons/{made.pk}/")
        player = page.locator("lms-player.is-ready")
        player.locator("[data-start]").click()
        wait_until_at(page, 2)
        assert WatchSession.objects.update(check_due_ms=0) == 1
        return player

    return opened


def wait_until_at(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "seconds => document.querySelector('lms-player video').currentTime >= seconds", arg=seconds
    )


def is_paused(page: Page) -> bool:
    return bool(page.locator("lms-player video").evaluate("video => video.paused"))


def test_one_large_button_takes_the_focus_and_one_key_goes_on(
    enter: Enter,
    pc_page: Page,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    player = enter(pc_page)
    player.locator("[data-action=fullscreen]").click()
    expect(player).to_have_class("player is-ready is-full")
    pc_page.keyboard.press("k")  # what has been played is reported, and the answer asks
    check = pc_page.get_by_role("alertdialog", name="您还在学习吗？")
    button = check.get_by_role("button", name="我在学习，继续")
    expect(button).to_be_focused()
    expect(player).to_have_class("player is-ready")
    assert is_paused(pc_page)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 60
    assert_accessible(pc_page)
    shoot(pc_page, "presence")
    pc_page.keyboard.press("Escape")
    pc_page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert is_paused(pc_page)
    pc_page.keyboard.press("Enter")
    expect(check).to_be_hidden()
    wait_until_at(pc_page, 3)
    session = WatchSession.objects.get()
    assert (session.checks_asked, session.checks_answered, session.is_asked) == (1, 1, False)


@pytest.mark.parametrize("look", ["standard", "elder"])
def test_a_question_whose_wrong_answer_shows_the_right_one_and_goes_on(
    enter: Enter,
    phone_page: Page,
    look: str,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    school_server: str,
) -> None:
    if look == "elder":
        phone_page.context.add_cookies(
            [{"name": "presentation", "value": "mode:elder", "url": school_server}]
        )
    player = enter(phone_page, QUESTION)
    player.locator("[data-action=play]").click()
    check = phone_page.get_by_role("alertdialog", name="支部党员大会")
    expect(check.get_by_role("button")).to_have_text(["每月一次", "每季度一次", "每半年一次"])
    expect(check.get_by_role("button").first).to_be_focused()
    assert_accessible(phone_page)
    shoot(phone_page, f"presence-question-{look}")
    check.get_by_role("button", name="每月一次").click()
    right = phone_page.get_by_role("alertdialog", name="正确答案是：每季度一次")
    expect(right).to_be_visible()
    shoot(phone_page, f"presence-answer-{look}")
    right.get_by_role("button", name="继续学习").click()
    expect(right).to_be_hidden()
    wait_until_at(phone_page, 3)
    assert WatchSession.objects.get().checks_answered == 1
