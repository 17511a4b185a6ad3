"""Every page at 390 and 1280, in the elder mode, and the screen at 1920 × 1080."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from courses.progress.models import LessonProgress, WatchSession
from exams.credit.models import StudyHourEntry
from exams.gatherings import services
from exams.gatherings.models import Gathering, GatheringKind
from lms.members.models import Member
from media_pipeline.services import ingest_file
from tests.exams.gatherings.conftest import People
from tests.factories import courses
from tests.factories.gatherings import confirm, join, make_closed, make_gathering, make_open, tick
from tests.factories.media import make_recording
from tests.factories.members import (
    PASSWORD,
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
)
from tests.support.browser import (
    assert_accessible,
    base_url,
    open_page,
    page_watch,
    pc_page,
    phone_page,
    shoot,
)

__all__ = [
    "assert_accessible",
    "base_url",
    "open_page",
    "page_watch",
    "pc_page",
    "phone_page",
    "shoot",
]


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


def sign_in(page: Page, member: Member) -> None:
    page.goto("/sign-in/?next=/archive/")
    page.locator("#id_login").fill(member.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/archive/")


@pytest.fixture
def held(tree: BranchTree, people: People) -> dict[str, Gathering]:
    """One of each state, with all that can be on a page."""
    names = ("古丽娜尔·艾山", "欧阳若水", "孙玉洁", "朱雨桐", "郑文博", "吴海燕", "刘建业")
    others = [make_member(tree.first, name=name) for name in names]
    running = make_open(tree.first, by=people.host, title="集体学习：党员教育管理工作条例")
    for member in (people.zhang, people.li, people.guest, *others[:3]):
        join(running, member)
    waiting = make_closed(tree.first, by=people.host, present=[people.zhang, people.li, *others])
    tick(waiting, [people.second], by=people.host, late_reason="当天手机没电")
    services.record_room(
        gathering=waiting, by=people.host, middle_count=9, end_count=8,
        witness_id=people.zhang.pk,
    )  # fmt: skip
    done = make_closed(tree.first, by=people.host, present=[people.zhang, people.guest])
    confirm(done, by=people.second)
    services.credit_gathering(gathering_id=done.pk)
    offline = make_gathering(
        tree.first, by=people.host, kind=GatheringKind.OFFLINE, title="红色教育基地现场教学"
    )
    return {
        "planned": make_gathering(tree.first, by=people.host, title="下周：网络安全与保密"),
        "running": running,
        "waiting": waiting,
        "done": done,
        "offline": offline,
    }


def addresses(
    held: dict[str, Gathering], entry: StudyHourEntry
) -> dict[str, list[tuple[str, str]]]:
    at = {name: f"/gatherings/{gathering.pk}/" for name, gathering in held.items()}
    return {
        "host": [
            ("list", "/gatherings/"),
            ("new-screen", "/gatherings/new/screen/"),
            ("new-offline", "/gatherings/new/offline/"),
            *((name, address) for name, address in at.items()),
            ("paper", f"{at['running']}paper/"),
            ("sheet", f"{at['waiting']}sheet/"),
        ],
        "second": [("confirm", f"{at['waiting']}confirm/")],
        "zhang": [
            ("join", "/gatherings/join/"),
            ("joined", f"{at['running']}joined/"),
            ("mine", "/gatherings/mine/"),
            ("why", f"/archive/entries/{entry.pk}/"),
        ],
    }


@pytest.mark.parametrize(("width", "mode"), [(390, "standard"), (1280, "standard"), (390, "elder")])
def test_every_page_is_accessible_and_fits(
    width: int,
    mode: str,
    held: dict[str, Gathering],
    people: People,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    school_server: str,
) -> None:
    entry = StudyHourEntry.objects.get(member=people.zhang)
    for who, pages in addresses(held, entry).items():
        page = open_page(width=width, height=844)
        page.context.add_cookies(
            [{"name": "presentation", "value": f"mode:{mode}", "url": school_server}]
        )
        sign_in(page, getattr(people, who))
        for name, address in pages:
            page.goto(address)
            assert_accessible(page)
            shoot(page, f"gatherings-{name}-{mode}")


def test_the_hosts_list_grows_by_itself(
    tree: BranchTree, people: People, open_page: Callable[..., Page]
) -> None:
    gathering = make_open(tree.first, by=people.host)
    page = open_page(width=1280, height=800)
    sign_in(page, people.host)
    page.goto(f"/gatherings/{gathering.pk}/")
    page.get_by_label("李淏").check()
    join(gathering, people.zhang)
    expect(page.locator(".attendance tbody tr")).to_have_count(1, timeout=20_000)
    assert page.get_by_label("李淏").is_checked() is True


@pytest.fixture
def shown(
    tree: BranchTree, people: People, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> Gathering:
    """A planned one with a real lecture of some seconds to show."""
    film = make_recording(tmp_path / "讲课.mp4", seconds=12, size="640x360")
    teacher = make_instructor(tree.first)
    asset = ingest_file(path=film, title="讲课", by=teacher, branch=tree.first)
    run_queued()
    asset.refresh_from_db()
    by = courses.editor()
    only = courses.chapter(course=courses.course(by=by, title="读懂一份规章"), by=by)
    lesson = courses.lesson(chapter=only, by=by, title="第一讲 适用范围", asset=asset)
    return make_gathering(tree.first, by=people.host, lesson_id=lesson.pk)


def test_the_screen_shows_the_lesson_and_reports_for_nobody(
    shown: Gathering,
    people: People,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    artefacts: Path,
) -> None:
    page = open_page(width=1920, height=1080)
    sign_in(page, people.host)
    page.goto(f"/gatherings/{shown.pk}/?mode=screen")
    page.get_by_role("button", name="开始学习").click()
    expect(page.locator(".screen__code b")).to_be_visible()
    join(shown, people.zhang)
    join(shown, people.li)
    expect(page.locator("lms-player.is-ready")).to_be_visible()
    page.locator("[data-start]").click()
    page.wait_for_function("() => document.querySelector('lms-player video').currentTime > 1")
    expect(page.locator(".screen__names li")).to_have_count(2, timeout=10_000)
    # The names came while the video played on.
    assert page.locator("lms-player video").evaluate("video => video.paused") is False
    assert_accessible(page)
    page.screenshot(path=artefacts / "gatherings-screen-video.png")
    fits: Any = page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert fits is True
    page.wait_for_function("() => document.querySelector('lms-player video').ended", timeout=30_000)
    assert (WatchSession.objects.count(), LessonProgress.objects.count()) == (0, 0)
    page.get_by_role("button", name="结束学习").click()
    page.get_by_role("button", name="确定结束").click()
    expect(page.get_by_text("等待另一位书记、管理员或见证人确认")).to_be_visible()


def test_the_screen_is_read_from_afar(
    held: dict[str, Gathering],
    tree: BranchTree,
    people: People,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    artefacts: Path,
) -> None:
    for number in range(24):
        join(held["running"], make_member(tree.first, name=f"同志{number + 1:02}"))
    page = open_page(width=1920, height=1080)
    sign_in(page, people.host)
    for name in ("planned", "running", "waiting"):
        page.goto(f"/gatherings/{held[name].pk}/?mode=screen")
        assert_accessible(page)
        page.screenshot(path=artefacts / f"gatherings-screen-{name}.png")
        fits: Any = page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        assert fits is True
