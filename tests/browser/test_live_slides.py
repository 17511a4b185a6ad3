"""Slides of a live class in real browsers: drawn on, there for who comes late, played again."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from playwright.sync_api import Page, expect

from live.classroom import services as classroom
from live.classroom import telling
from live.classroom.models import LiveClass
from live.replay.models import ReplayPlace
from live.slides import services
from live.slides.models import Slide
from lms.core import clock
from lms.members.models import Member
from media_pipeline.services import ingest_file
from tests.factories.courses import chapter, editor, lesson
from tests.factories.courses import course as make_course
from tests.factories.live import make_live_class
from tests.factories.media import make_recording
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.journeys.test_study_hour import sign_in
from tests.live.slides.test_services import STROKE, Speaker
from tests.support.browser import PC, PHONE
from tests.support.live_sockets import end_carriers
from tests.support.queues import run_queued
from tests.support.replays import send_segments
from tests.support.slide_files import pdf

pytestmark = pytest.mark.slow

SECONDS = 20_000


@pytest.fixture
def tree(school_server: str) -> Iterator[BranchTree]:
    yield make_branch_tree()
    end_carriers()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher, title="三会一课实务")
    classroom.open_waiting(by=teacher, live_class=made)
    return made


def slide_on(page: Page) -> Any:
    return page.locator(".live-stage .slide__page")


def test_a_slide_is_shown_drawn_on_and_there_for_who_comes_late(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    zhang = make_member(tree.first, name="张秀英")
    studio = open_page(**PC)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/slides/prepare/")
    assert_accessible(studio)
    studio.get_by_label("PDF，或几张图片").set_input_files(
        {
            "name": "党支部工作条例.pdf",
            "mimeType": "application/pdf",
            "buffer": pdf("Chapter 1", "Chapter 2", "Chapter 3", colour=(1, 0.96, 0.9)),
        }
    )
    studio.get_by_role("button", name="上传").click()
    expect(studio.get_by_text("正在转换")).to_be_visible()
    run_queued()
    studio.reload()
    expect(studio.get_by_role("img")).to_have_count(3)
    assert_accessible(studio)
    for size in (PHONE, PC):
        studio.set_viewport_size(size)
        shoot(studio, "live-slides-prepare")

    member = open_page(**PC)
    sign_in(member, zhang, to=f"/live/{live_class.pk}/")
    studio.goto(f"/live/{live_class.pk}/studio/")
    studio.get_by_role("tab", name="课件").click()
    studio.get_by_role("button", name="第 1 页，共 3 页").click()
    first, second, _third = Slide.objects.order_by("number")
    expect(slide_on(member)).to_have_attribute("data-slide", str(first.pk), timeout=SECONDS)
    expect(slide_on(member).get_by_role("img")).to_have_attribute("alt", re.compile("Chapter 1"))
    studio.get_by_role("button", name="下一页").click()
    expect(slide_on(member)).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)

    studio.get_by_role("toolbar").get_by_role("button", name="画笔").click()
    drag(studio)
    expect(slide_on(member)).to_have_attribute("data-marks", "1", timeout=SECONDS)
    # Who comes late on a telephone sees the same page and what is drawn on it.
    phone = open_page(**PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, make_member(tree.second, name="王强"), to=f"/live/{live_class.pk}/")
    expect(slide_on(phone)).to_have_attribute("data-slide", str(second.pk), timeout=3_000)
    expect(slide_on(phone)).to_have_attribute("data-marks", "1", timeout=3_000)
    # The pen goes to a member and comes back.
    studio.get_by_text("把画笔交给学员").click()
    studio.get_by_role("button", name="交给 张秀英").click()
    member.get_by_role("toolbar").get_by_role("button", name="方框").click()
    shoot(member, "live-slides-pen")
    drag(member)
    expect(slide_on(studio)).to_have_attribute("data-marks", "2", timeout=SECONDS)
    studio.get_by_role("button", name="收回 张秀英的画笔").or_(
        studio.get_by_role("button", name="收回 张秀英 的画笔")
    ).click()
    expect(member.get_by_role("toolbar")).to_have_count(0)
    for page, name in ((studio, "live-slides-studio"), (member, "live-slides-room")):
        assert_accessible(page)
        shoot(page, name)
    assert_accessible(phone)
    shoot(phone, "live-slides-room")
    studio.set_viewport_size(PHONE)
    shoot(studio, "live-slides-studio")
    studio.set_viewport_size(PC)

    studio.get_by_role("button", name="新白板页").click()
    expect(slide_on(phone)).to_have_class(re.compile("is-blank"), timeout=SECONDS)
    studio.get_by_role("button", name="收起课件").click()
    expect(slide_on(phone)).to_be_hidden(timeout=SECONDS)


def drag(page: Page) -> None:
    box = slide_on(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(
            box["x"] + (0.2 + 0.03 * step) * box["width"],
            box["y"] + (0.3 + 0.02 * (step % 3)) * box["height"],
        )
    page.mouse.up()


def held(teacher: Member, live_class: LiveClass) -> tuple[Slide, Slide]:
    """A class of half a minute: a page, a line on it, the other page, a word; its pages."""
    with transaction.atomic():
        services.add_deck(
            by=teacher,
            live_class=live_class,
            files=[SimpleUploadedFile("a.pdf", pdf("Three meetings", "One class"))],
        )
    run_queued()
    first, second = Slide.objects.order_by("number")
    leads = Speaker(teacher, live_class)
    classroom.go_on_air(by=teacher, live_class=live_class)
    leads("show", slide=first.pk)
    leads("mark", slide=first.pk, mark={**STROKE, "points": [1000, 6000, 6000, 6000]})
    leads("show", slide=second.pk)
    with transaction.atomic():
        telling.tell(telling.lock(live_class.pk), "chat", {"text": "请看第二页"}, by=teacher)
    begun = clock.now()
    for seconds, event in zip(
        (1, 4, 14, 16), live_class.events.filter(kind__in=["slide", "mark", "chat"]), strict=True
    ):
        live_class.events.filter(pk=event.pk).update(at=begun + dt.timedelta(seconds=seconds))
    send_segments(live_class, teacher, since=begun)
    classroom.close_class(by=teacher, live_class=live_class)
    return first, second


def test_the_replay_shows_what_was_shown_and_leaps_to_a_chapter(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    first, second = held(teacher, live_class)

    for size, more in ((PC, {}), (PHONE, {"has_touch": True, "is_mobile": True})):
        page = open_page(**size, **more)
        sign_in(page, make_member(tree.first), to=f"/live/{live_class.pk}/")
        expect(page.locator("lms-replay")).to_have_class(re.compile("is-ready"), timeout=SECONDS)
        expect(slide_on(page)).to_be_hidden()
        page.get_by_role("button", name="One class").click()
        expect(slide_on(page)).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)
        expect(page.get_by_text("请看第二页")).to_be_visible(timeout=SECONDS)
        page.get_by_role("button", name="暂停").click()
        assert_accessible(page)
        page.get_by_role("slider", name="播放位置").fill("6")
        expect(slide_on(page)).to_have_attribute("data-slide", str(first.pk), timeout=SECONDS)
        expect(slide_on(page)).to_have_attribute("data-marks", "1", timeout=SECONDS)
        expect(page.get_by_text("请看第二页")).to_have_count(0)
        page.get_by_label("找课件里的字").fill("three")
        expect(page.get_by_role("button", name="Three meetings")).to_be_visible()
        shoot(page, "live-replay-slides")


def test_the_lesson_made_of_a_class_shows_its_pages_below_the_player(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    tmp_path: Path,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    first, second = held(teacher, live_class)
    film = make_recording(tmp_path / "课.mp4", seconds=30, size="640x360")
    asset = ingest_file(path=film, title="三会一课实务", by=teacher, branch=tree.general)
    run_queued()
    LiveClass.objects.filter(pk=live_class.pk).update(recording=asset.pk)
    asset.refresh_from_db()
    by = editor()
    course = make_course(by=by, title="支部工作", lock_seek=False)
    made = lesson(chapter=chapter(course=course, by=by), by=by, title="三会一课实务", asset=asset)
    ReplayPlace.objects.create(
        live_class=live_class, course=course, lesson=made, chosen_by=teacher,
        chosen_at=clock.now(), finished_at=clock.now(),
    )  # fmt: skip

    for size, more in ((PC, {}), (PHONE, {"has_touch": True, "is_mobile": True})):
        page = open_page(**size, **more)
        sign_in(page, make_member(tree.first), to=f"/lessons/{made.pk}/")
        beside = page.locator("lms-class-beside")
        expect(beside).to_be_visible(timeout=SECONDS)
        expect(beside.locator(".slide__page")).to_be_hidden()
        video = page.locator("lms-player video")
        page.locator("[data-start]").click()
        video.evaluate("video => { video.currentTime = 6; video.pause(); }")
        shown = beside.locator(".slide__page")
        expect(shown).to_have_attribute("data-slide", str(first.pk), timeout=SECONDS)
        expect(shown).to_have_attribute("data-marks", "1")
        video.evaluate("video => { video.currentTime = 20; }")
        expect(shown).to_have_attribute("data-slide", str(second.pk), timeout=SECONDS)
        expect(beside.get_by_text("请看第二页")).to_be_visible()
        expect(beside.locator("img")).to_have_js_property("complete", True)
        assert_accessible(page)
        shoot(page, "lesson-class-beside")


def test_a_class_is_divided_talks_among_itself_and_comes_back(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    shoot: Callable[[Page, str], Any],
) -> None:
    studio, zhang = open_page(**PC), open_page(**PHONE, has_touch=True, is_mobile=True)
    wang = open_page(**PC)
    sign_in(zhang, make_member(tree.first, name="张秀英"), to=f"/live/{live_class.pk}/")
    sign_in(wang, make_member(tree.second, name="王强"), to=f"/live/{live_class.pk}/")
    for page in (zhang, wang):
        expect(page.get_by_text("在课堂")).to_be_visible(timeout=SECONDS)
    sign_in(studio, teacher, to=f"/live/{live_class.pk}/studio/")
    studio.get_by_role("tab", name="分组").click()
    studio.get_by_label("分几组").fill("2")
    studio.get_by_label("讨论题").fill("怎样开好组织生活会")
    shoot(studio, "live-groups-form")
    studio.get_by_role("button", name="开始分组讨论").click()
    expect(studio.get_by_role("button", name="结束讨论，回到课堂")).to_be_visible(timeout=SECONDS)
    expect(zhang.get_by_text("怎样开好组织生活会")).to_be_visible(timeout=SECONDS)
    zhang.get_by_role("tabpanel", name="分组").get_by_label("说点什么").fill("先找问题")
    zhang.get_by_role("tabpanel", name="分组").get_by_role("button", name="发送").click()
    expect(zhang.get_by_text("先找问题")).to_be_visible(timeout=SECONDS)
    zhang.get_by_label("小组记录").fill("一、查找问题要具体")
    zhang.get_by_role("button", name="保存记录").click()
    expect(zhang.get_by_text("已保存")).to_be_visible(timeout=SECONDS)
    assert_accessible(zhang)
    shoot(zhang, "live-groups-room")
    expect(wang.get_by_text("怎样开好组织生活会")).to_be_visible(timeout=SECONDS)
    expect(wang.get_by_text("先找问题")).to_have_count(0)
    expect(studio.get_by_text("1 人 · 1 条发言")).to_be_visible(timeout=SECONDS)
    assert_accessible(studio)
    shoot(studio, "live-groups-studio")
    studio.get_by_role("button", name="结束讨论，回到课堂").click()
    expect(zhang.get_by_text("现在没有分组讨论")).to_be_visible(timeout=SECONDS)
    expect(studio.get_by_text("一、查找问题要具体")).to_be_visible(timeout=SECONDS)
