"""An internal lecture in a real browser: it plays, it names who watches, and its key is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from courses.catalogue.models import LessonPage
from lms.members.models import Member
from media_pipeline import services
from media_pipeline.models import KeyCount
from tests.browser.test_player import enter, wait_until_at
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_recording
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.support.browser import Watch


@dataclass(frozen=True)
class Class:
    """A member and the internal lesson they are to watch."""

    member: Member
    address: str
    lesson: LessonPage


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> str:
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


@pytest.fixture
def study(
    storage: str, school_server: str, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> Class:
    tree = make_branch_tree()
    teacher = make_instructor(tree.first)
    recording = make_recording(tmp_path / "内部.mp4", seconds=16, size="640x360")
    asset = services.ingest_file(
        path=recording, title="内部报告", by=teacher, branch=tree.first, is_internal=True
    )
    run_queued()
    asset.refresh_from_db()
    by = editor()
    only = chapter(course=course(by=by, title="内部学习", audience=tree.first), by=by)
    made = lesson(chapter=only, by=by, title="第一讲 形势报告", asset=asset)
    member = make_member(tree.first, number="400777", name="张秀英")
    return Class(member, f"/lessons/{made.pk}/", made)


def test_an_internal_lecture_plays_and_names_who_watches(
    study: Class,
    pc_page: Page,
    page_watch: Watch,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    page_watch.expect(r"status of 404")
    fetched: list[str] = []
    pc_page.on("request", lambda request: fetched.append(request.url))
    player = enter(pc_page, study)  # type: ignore[arg-type]
    player.locator("[data-start]").click()
    wait_until_at(pc_page, 5)
    mark = player.locator(".player__watermark")
    expect(mark).to_have_text("张秀英 0777")
    expect(mark).to_be_visible()
    expect(player.locator("[data-action=pip]")).to_be_hidden()
    shoot(pc_page, "internal-playing")
    assert_accessible(pc_page)
    keys = sorted({url for url in fetched if url.endswith("/key")})
    assert len(keys) == 1
    assert KeyCount.objects.values_list("given", "refused").get() == (
        len([url for url in fetched if url.endswith("/key")]),
        0,
    )

    player.locator("[data-action=fullscreen]").click()
    expect(player).to_have_class("player is-ready is-full")
    expect(mark).to_be_visible()
    shoot(pc_page, "internal-full")
    pc_page.keyboard.press("Escape")
    pc_page.evaluate("document.exitFullscreen().catch(() => undefined)")
    mark.evaluate("mark => mark.remove()")
    expect(mark).to_be_visible()

    # the same link, once the lesson is taken away
    assert pc_page.evaluate("url => fetch(url).then(answer => answer.status)", keys[0]) == 200
    study.lesson.unpublish()
    assert pc_page.evaluate("url => fetch(url).then(answer => answer.status)", keys[0]) == 404


@pytest.mark.parametrize("storage", ["folder"], indirect=True)
def test_on_a_phone(
    study: Class,
    phone_page: Page,
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    player = enter(phone_page, study)  # type: ignore[arg-type]
    player.locator("[data-start]").click()
    wait_until_at(phone_page, 2)
    expect(player.locator(".player__watermark")).to_be_visible()
    shoot(phone_page, "internal-phone")
    assert_accessible(phone_page)
