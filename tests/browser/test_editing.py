"""Cutting a lecture in a real browser: marked, previewed, made, compared, shown, and taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from courses.progress.services import settle_lesson
from lms.members.models import Member
from media_pipeline import edit_services, services
from media_pipeline.models import Asset, Replacement
from tests.browser.test_captions import enter
from tests.factories.courses import chapter, course, editor, lesson
from tests.factories.media import make_captions, make_recording
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.factories.progress import sitting, terms_of, watch

Shoot = Callable[[Page, str], Path]
Check = Callable[[Page], None]

SECONDS = 20


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


@pytest.fixture
def asset(teacher: Member, tmp_path: Path, run_queued: Callable[..., list[str]]) -> Asset:
    source = make_recording(tmp_path / "第一讲.mp4", seconds=SECONDS, size="640x360")
    branch = teacher.roles.get().branch
    made = services.ingest_file(path=source, title="读懂一份规章", by=teacher, branch=branch)
    run_queued()
    made.refresh_from_db()
    make_captions(made, (0, 2_000, "请大家坐好。"), (8_000, 10_000, "同志们好。"))
    by = editor()
    shown = lesson(chapter=chapter(course=course(by=by), by=by), by=by, asset=made)
    for stretch in ((0, 12_000), (4_000, 20_000)):
        member = make_member(branch, password=None)
        watch(sitting(member, shown), *stretch)

        settle_lesson(member_id=member.pk, terms=terms_of(shown))
    return made


def seek(page: Page, seconds: float) -> None:
    page.evaluate(
        """(to) => new Promise((done) => {
            const film = document.querySelector('.cutting__film');
            film.addEventListener('seeked', () => done(), {once: true});
            film.currentTime = to;
        })""",
        seconds,
    )


def without_brand(page: Page) -> None:
    """Wagtail's own picture above its menu, which is none of ours."""
    page.evaluate("document.querySelector('.sidebar-custom-branding')?.remove()")


def mark(page: Page, name: str, seconds: float) -> None:
    seek(page, seconds)
    page.get_by_role("button", name=name, exact=True).click()


def test_a_break_is_marked_made_compared_shown_and_taken_back(
    teacher: Member,
    asset: Asset,
    pc_page: Page,
    run_queued: Callable[..., list[str]],
    shoot: Shoot,
    assert_accessible: Check,
) -> None:
    page = pc_page
    base = f"/admin/lectures/{asset.pk}/"
    enter(page, teacher, f"{base}edit/")
    expect(page.locator("[data-line]")).to_be_visible()
    mark(page, "片头到此为止", 4)
    mark(page, "从这里删起", 12)
    mark(page, "删到这里", 14)
    expect(page.locator("#cut-head")).to_have_value("0:04.000")
    expect(page.locator("[data-rows] input").first).to_have_value("0:12.000")
    expect(page.locator("[data-sum]")).to_have_text("剪后长 0:14.000，删去 0:06.000。")
    expect(page.locator("[data-cuts] i")).to_have_count(2)
    # A frame on, and one back, by the keys.
    page.locator("[data-mark=head]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-now]")).to_have_text("0:14.040")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-now]")).to_have_text("0:14.000")
    without_brand(page)
    assert_accessible(page)
    shoot(page, "editing-marked")
    # The result as it will be: from the end of the opening on.
    page.get_by_role("button", name="预览结果").click()
    expect(page.get_by_role("button", name="停止预览")).to_be_visible()
    page.wait_for_function("document.querySelector('.cutting__film').currentTime > 4.2")
    page.get_by_role("button", name="停止预览").click()
    page.get_by_role("button", name="生成新版本").click()
    page.wait_for_url(f"**{base}replacement/")
    run_queued()
    page.reload()
    expect(page.locator(".comparing video")).to_have_count(2)
    expect(page.locator(".foreseen li")).to_have_text(
        [
            "1 人的学习进度保留。",
            "1 人剩下的内容都已学过，替换后即算学完。",
            "汉语字幕将删去 1 条，其余随画面移动。",
            "课程里公布的学时不变；需要时请在课程编辑页修改。",
        ]
    )
    without_brand(page)
    assert_accessible(page)
    shoot(page, "editing-compared")
    page.get_by_role("button", name="替换", exact=True).click()
    expect(page.get_by_role("button", name="撤销替换")).to_be_visible()
    asset.refresh_from_db()
    assert asset.duration_ms == 14_000
    shoot(page, "editing-shown")
    page.get_by_role("button", name="撤销替换").click()
    expect(page.get_by_role("button", name="替换", exact=True)).to_be_visible()
    asset.refresh_from_db()
    assert asset.duration_ms == SECONDS * 1000


def test_on_a_phone_and_a_player_that_is_open_when_the_content_changes(
    teacher: Member,
    asset: Asset,
    phone_page: Page,
    run_queued: Callable[..., list[str]],
    shoot: Shoot,
) -> None:
    page = phone_page
    base = f"/admin/lectures/{asset.pk}/"
    replacement = edit_services.begin_edit(asset=asset, by=teacher, cuts=[(0, 4_000)])
    run_queued()
    enter(page, teacher, f"{base}replacement/")
    expect(page.locator(".comparing video")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "editing-compared-phone")
    edit_services.discard_replacement(replacement=replacement, by=teacher)
    page.goto(f"{base}edit/")
    expect(page.locator("[data-line]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "editing-phone")
    again = edit_services.begin_edit(asset=asset, by=teacher, cuts=[(0, 4_000)])
    run_queued()
    member = make_member(teacher.roles.get().branch, number="400888", name="张秀英")
    page.context.clear_cookies()
    shown = asset.lessons.get()
    enter(page, member, f"/lessons/{shown.pk}/")
    player = page.locator("lms-player.is-ready")
    expect(player).to_be_visible()
    edit_services.show_successor(replacement=Replacement.objects.get(pk=again.pk), by=teacher)
    player.locator("[data-start]").click()
    expect(player.get_by_text("视频已更新，请刷新页面")).to_be_visible()
    shoot(page, "editing-player-updated")
    player.get_by_role("button", name="刷新页面").click()
    expect(page.locator("lms-player.is-ready")).to_be_visible()
