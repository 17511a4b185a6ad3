"""A lesson goes live only when there is something to study in it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from courses.catalogue import hours, services
from courses.catalogue.models import LessonNotPublishableError, LessonPage
from lms.core import clock
from media_pipeline.models import Asset, AssetState
from media_pipeline.signals import asset_ready
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_an_hour_each(monkeypatch):
    monkeypatch.setattr(hours._slot, "rule", lambda duration_ms, branch_path: Decimal("0.5"))


@pytest.mark.slow
def test_a_lesson_with_a_ready_video_is_published_and_knows_its_length_and_hours():
    by = make.editor()
    _course, (lesson,) = make.course_with_lessons(by=by)
    lesson.refresh_from_db()
    assert (lesson.live, lesson.duration_ms, lesson.study_hours) == (True, 180_000, Decimal("0.50"))


@pytest.mark.slow
@pytest.mark.parametrize("state", [state for state in AssetState if state != AssetState.READY])
def test_a_video_that_is_not_ready_keeps_the_lesson_back(state):
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    asset = make.lecture(by=by, state=state, duration_ms=0)
    lesson = make.lesson(chapter=chapter, by=by, title="导学", asset=asset, published=False)
    with pytest.raises(LessonNotPublishableError) as refusal:
        services.publish_page(page=lesson, by=by)
    assert refusal.value.message == (
        "《导学》的视频还没有处理完成，暂时不能发布。处理完成后再点“发布”即可。"
    )
    assert LessonPage.objects.get(pk=lesson.pk).live is False


@pytest.mark.slow
def test_a_lesson_without_any_content_is_kept_back():
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    lesson = make.lesson(chapter=chapter, by=by, title="导学", blocks=[], published=False)
    with pytest.raises(LessonNotPublishableError) as refusal:
        services.publish_page(page=lesson, by=by)
    assert refusal.value.message == ("《导学》还没有内容，请先加入视频、图文、PDF 或图片再发布。")


@pytest.mark.slow
def test_an_article_alone_may_be_published_and_counts_for_nothing():
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    lesson = make.lesson(chapter=chapter, by=by, blocks=[("article", "<p>正文</p>")])
    lesson.refresh_from_db()
    assert (lesson.live, lesson.asset_id, lesson.study_hours) == (True, None, None)


@pytest.mark.slow
def test_no_side_door_by_saving_a_page_as_live():
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    with pytest.raises(ValidationError):
        chapter.add_child(instance=LessonPage(title="空的一讲", owner=by, live=True))
    draft = make.lesson(chapter=chapter, by=by, blocks=[], published=False)
    draft.live = True
    with pytest.raises(ValidationError):
        draft.save()
    assert LessonPage.objects.live().count() == 0


@pytest.mark.slow
def test_no_side_door_by_scheduling():
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    asset = make.lecture(by=by, state=AssetState.RUNNING)
    lesson = make.lesson(chapter=chapter, by=by, asset=asset, published=False)
    lesson.go_live_at = clock.now() + dt.timedelta(hours=1)
    revision = lesson.save_revision(user=by)
    with pytest.raises(LessonNotPublishableError):
        revision.publish(user=by)
    call_command("publish_scheduled")
    assert LessonPage.objects.live().count() == 0


@pytest.mark.slow
def test_a_draft_of_a_live_lesson_may_wait_for_its_new_video():
    by = make.editor()
    _course, (lesson,) = make.course_with_lessons(by=by)
    lesson = LessonPage.objects.get(pk=lesson.pk)
    first = lesson.asset
    lesson.body = [("video", make.lecture(by=by, state=AssetState.RUNNING))]
    revision = lesson.save_revision(user=by, clean=False)
    with pytest.raises(LessonNotPublishableError):
        revision.publish(user=by)
    lesson = LessonPage.objects.get(pk=lesson.pk)
    assert (lesson.live, lesson.asset) == (True, first)


@pytest.mark.slow
def test_a_finished_lecture_fills_length_and_hours_once_and_keeps_what_was_set():
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    asset = make.lecture(by=by, state=AssetState.RUNNING, duration_ms=0)
    open_ = make.lesson(chapter=chapter, by=by, asset=asset, published=False)
    fixed = make.lesson(
        chapter=chapter, by=by, asset=asset, published=False, study_hours=Decimal(2)
    )
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.READY, duration_ms=90_000)
    for _ in range(2):
        asset_ready.send(sender=None, asset_id=asset.pk)
    rows = {page.pk: page for page in LessonPage.objects.filter(asset=asset)}
    assert (rows[open_.pk].duration_ms, rows[open_.pk].study_hours) == (90_000, Decimal("0.50"))
    assert (rows[fixed.pk].duration_ms, rows[fixed.pk].study_hours) == (90_000, Decimal("2.00"))
    draft = rows[open_.pk].get_latest_revision_as_object()
    assert draft.study_hours == Decimal("0.50")


def test_the_site_is_set_up_once():
    from courses.models import CourseIndexPage, HomePage
    from courses.portal.services import ensure_site

    first = ensure_site()
    assert ensure_site() == first
    assert (HomePage.objects.count(), CourseIndexPage.objects.count()) == (1, 1)
    assert first.get_site().root_page_id == first.pk
