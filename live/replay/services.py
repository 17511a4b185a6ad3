"""What becomes of a class when it is over: a lesson in its course, chapters of its lecture."""

from uuid import UUID

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.catalogue.models import CoursePage
from courses.catalogue.services import create_chapter, create_lesson, publish_page
from live.classroom import rules
from live.classroom.errors import ClassContentError, NotTheTeacherError
from live.classroom.models import ClassState, LiveClass
from live.classroom.telling import lock
from live.classroom.words import not_the_teacher
from live.replay import queries
from live.replay.models import ReplayPlace
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.models import Member
from media_pipeline.chapter_services import offer_chapters
from media_pipeline.models import AssetState


def choose_course(*, by: Member, live_class: LiveClass, course: CoursePage | None) -> None:
    """The class becomes a lesson of this course when it is over; None: of none.

    Can be chosen before, during and after the class, until the lesson is there.
    """
    if not rules.can_lead(by, live_class):
        raise NotTheTeacherError(not_the_teacher())
    if course is not None and not queries.courses_for(by).filter(pk=course.pk).exists():
        raise ClassContentError(_("您不能往这门课程里添加内容，请选择别的课程。"))
    with transaction.atomic():
        held = lock(live_class.pk)
        known = queries.place_of(held)
        if known is not None and known.lesson_id is not None:
            raise ClassContentError(_("回放已经在课程里了。要移动或删除，请到后台的课程目录。"))
        if course is None:
            ReplayPlace.objects.filter(live_class=held).delete()
            return
        ReplayPlace.objects.update_or_create(
            live_class=held,
            defaults={"course": course, "chosen_by": by, "chosen_at": clock.now()},
        )
        if held.state == ClassState.CLOSED:
            enqueue("live.place_replay", live_class_id=held.pk)


def place_replay(*, live_class_id: int) -> None:
    """Put a closed class into its course; may run twice.

    The lesson is there at once with a way to the replay, so that nobody has to wait for the
    lecture; when that is ready it gets the video and is published again, and from then on it earns.
    Chosen by somebody who may not publish, both are drafts, which an administrator publishes as
    any other lesson.
    """
    with transaction.atomic():
        held = lock(live_class_id)
        place = queries.place_of(held)
        if place is None or held.state != ClassState.CLOSED or place.finished_at is not None:
            return
        if place.lesson is None:
            _make_lesson(held, place)
        if held.recording is not None and held.recording.state == AssetState.READY:
            _give_video(held, place)


def _make_lesson(held: LiveClass, place: ReplayPlace) -> None:
    by = place.chosen_by
    chapter = queries.last_chapter(place.course)
    if chapter is None:
        chapter = create_chapter(course=place.course, title="直播课", by=by)
    if not chapter.live:
        _publish(chapter, by)
    words = format_html(
        '<p>这节直播课的回放已经可以看了：<a href="/live/{}/">去看回放</a>。'
        "视频整理好以后会自动出现在这里，从那时起观看计学时。</p>",
        held.pk,
    )
    lesson = create_lesson(
        chapter=chapter, title=held.title, by=by, blocks=[("article", str(words))]
    )
    _publish(lesson, by)
    place.lesson = lesson
    place.save(update_fields=["lesson"])


def _give_video(held: LiveClass, place: ReplayPlace) -> None:
    """Unless somebody has given the lesson another body meanwhile: theirs stays."""
    lesson = place.lesson
    assert lesson is not None
    draft = lesson.get_latest_revision_as_object()
    if draft.body_asset() is None:
        draft.body = [("video", held.recording)]
        draft.follow_body()
        draft.save_revision(user=place.chosen_by)
        _publish(lesson, place.chosen_by)
    place.finished_at = clock.now()
    place.save(update_fields=["finished_at"])


def _publish(made: Page, by: Member) -> None:
    """By the right of whoever chose the course; without it the page stays a draft."""
    if made.permissions_for_user(by).can_publish():
        publish_page(page=made, by=by)


def lecture_is_ready(*, asset_id: UUID) -> None:
    """A lecture that was made of a class gets its chapters, and its place in the course."""
    live_class = queries.class_of_recording(asset_id)
    if live_class is None or live_class.recording is None:
        return
    entries, _chapters, _length = queries.replay_of(live_class)
    length = live_class.recording.duration_ms or 0
    offer_chapters(
        asset=live_class.recording, chapters=queries.chapters_from_slides(entries, length)
    )
    with transaction.atomic():
        enqueue("live.place_replay", live_class_id=live_class.pk)


def place_waiting() -> int:
    """What a lost message left undone; how many."""
    ids = list(queries.unfinished().values_list("live_class", flat=True))
    with transaction.atomic():
        for live_class_id in ids:
            enqueue("live.place_replay", live_class_id=live_class_id)
    return len(ids)
