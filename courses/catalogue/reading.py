"""What the pages of catalogue, course and lesson show to one member."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from courses.catalogue.models import COURSE_PATH, CoursePage, LessonPage
from courses.catalogue.queries import (
    Outline,
    Reach,
    courses_within,
    managed_courses,
    outlines,
    reach_of,
    visible_courses,
    visible_lessons,
)
from courses.catalogue.standing import CourseStanding, LessonStanding, standing
from courses.progress.intervals import FORGIVEN_MS
from courses.progress.queries import progress_of, resume_points
from lms.core import clock
from lms.core.design.texts import minutes
from lms.core.statements import Statement
from media_pipeline.captions import Cue
from media_pipeline.playback import (
    signed_captions,
    signed_chapters,
    signed_playlist,
    signed_poster,
    signed_storyboard,
    watermark,
)
from media_pipeline.queries import caption_track, marks_of

COURSES_A_PAGE = 12
# What cards and course pages show of a course; a page has thirty columns more.
ON_CARDS = ("title", "slug", "path", "summary", "topic", "cover_id")
ON_COURSE_PAGE = (*ON_CARDS, "introduction", "teacher_name", "teacher_title", "lock_seek")
RATES = (Decimal("0.75"), Decimal(1), Decimal("1.25"), Decimal("1.5"), Decimal("1.75"), Decimal(2))


def search_courses(*, by: Any, text: str = "", topic: str = "") -> QuerySet[CoursePage]:
    """Visible courses whose title, summary or teacher contains `text`, of one topic if given."""
    found = visible_courses(by).only(*ON_CARDS)
    if topic:
        found = found.filter(topic=topic)
    for word in text.split():
        found = found.filter(
            Q(title__icontains=word) | Q(summary__icontains=word) | Q(teacher_name__icontains=word)
        )
    return found


def topics(by: Any) -> list[str]:
    """The topics of the courses `by` may study, in the order they first appear."""
    names = visible_courses(by).exclude(topic="").values_list("topic", flat=True)
    return list(dict.fromkeys(names))


@dataclass(frozen=True)
class CourseItem:
    """One course in a list, with what it consists of and how far the member is."""

    course: CoursePage
    outline: Outline
    standing: CourseStanding

    @property
    def card(self) -> dict[str, Any]:
        """As the course card component takes it."""
        return {
            "title": self.course.title,
            "url": self.course.route(),
            "summary": self.course.summary,
            "category": self.course.topic,
            "cover_url": cover_url(self.course),
            "lessons": len(self.outline.lessons),
            "minutes": minutes(self.outline.duration_ms) if self.outline.duration_ms else "",
            "credit": self.outline.study_hours,
            "percent": self.standing.percent if self.standing.is_begun else None,
            "percent_text": f"{self.standing.percent}%",
            "done": self.standing.is_completed,
        }


def course_items(*, courses: list[CoursePage], by: Any) -> list[CourseItem]:
    """Each course with its outline and the standing of `by`; two statements for all."""
    found = outlines(courses)
    lesson_ids = [lesson_id for outline in found.values() for lesson_id in outline.lesson_ids]
    progress = progress_of(by, lesson_ids) if lesson_ids else {}
    return [
        CourseItem(course, found[course.pk], standing(found[course.pk], progress))
        for course in courses
    ]


def cover_url(course: CoursePage) -> str:
    """Where the course's own cover picture is, if it has one."""
    if course.cover_id is None:
        return ""
    return reverse("courses:cover", args=[course.slug, course.cover_id])


STATES: dict[str, Callable[[CourseStanding], bool]] = {
    "new": lambda far: not far.is_begun,
    "begun": lambda far: far.is_begun and not far.is_completed,
    "done": lambda far: far.is_completed,
}


def catalogue_page(
    *, by: Any, text: str, topic: str, state: str, number: str
) -> tuple[ResultPage[Any], list[dict[str, Any]]]:
    """One page of the catalogue and the cards on it. `state` is a key of STATES, or any."""
    found = search_courses(by=by, text=text, topic=topic)
    if state in STATES:  # who is how far is known only once the outlines are laid over
        items = course_items(courses=list(found), by=by)
        wanted = [item for item in items if STATES[state](item.standing)]
        page: ResultPage[Any] = Paginator(wanted, COURSES_A_PAGE).get_page(number)
        return page, [item.card for item in page.object_list]
    page = Paginator(found, COURSES_A_PAGE).get_page(number)
    items = course_items(courses=list(page.object_list), by=by)
    return page, [item.card for item in items]


def course_named(*, by: Any, slug: str) -> CoursePage | None:
    """The course at `slug`, if `by` may study it."""
    if not by.is_authenticated:
        return None
    statement = _course_statement(reach_of(by))
    return next(iter(CoursePage.objects.raw(statement.sql, statement.parameters(slug))), None)


@functools.lru_cache(maxsize=1024)
def _course_statement(reach: Reach) -> Statement:
    """One course by its slug, if it lies within `reach`; members of a branch have the same."""
    mark = "the slug of a course"
    found = courses_within(reach).only(*ON_COURSE_PAGE).filter(slug=mark)
    return Statement(found.order_by("path")[:1], mark)


def course_context(course: CoursePage, by: Any = None) -> dict[str, Any]:
    """What the course page shows; without `by`, as somebody sees it who has not begun."""
    outline = outlines([course])[course.pk]
    progress = progress_of(by, outline.lesson_ids) if by is not None else {}
    return {
        "course": course,
        "cover_url": cover_url(course),
        "outline": outline,
        "standing": standing(outline, progress),
    }


def lesson_for(*, by: Any, lesson_id: int) -> LessonPage | None:
    """The lesson with its asset, if `by` may study it."""
    return visible_lessons(by).filter(pk=lesson_id).select_related("asset__chapter_list").first()


@dataclass(frozen=True)
class Place:
    """A lesson's place in its course: itself and its neighbours, each as the member stands."""

    current: LessonStanding | None
    previous: LessonStanding | None
    following: LessonStanding | None


def place_in(course: CourseStanding, lesson_id: int) -> Place:
    """Where the lesson stands among the lessons of its course."""
    lessons = course.lessons
    at = next((i for i, item in enumerate(lessons) if item.lesson.id == lesson_id), None)
    if at is None:
        return Place(None, None, None)
    return Place(
        lessons[at],
        lessons[at - 1] if at else None,
        lessons[at + 1] if at + 1 < len(lessons) else None,
    )


def _blocks_to_read(lesson: LessonPage) -> list[Any]:
    """All blocks but the video, whose asset is at hand and need not be loaded again."""
    kinds = (stored["type"] for stored in lesson.body.raw_data)
    return [lesson.body[at] for at, kind in enumerate(kinds) if kind != "video"]


@functools.cache
def _statement_of_course_above() -> Statement:
    mark = "the path of a course"
    return Statement(CoursePage.objects.only(*ON_COURSE_PAGE, "max_rate").filter(path=mark), mark)


def course_above(lesson: LessonPage) -> CoursePage:
    """The course a lesson belongs to."""
    statement = _statement_of_course_above()
    (course,) = CoursePage.objects.raw(
        statement.sql, statement.parameters(lesson.path[:COURSE_PATH])
    )
    return course


def lesson_context(lesson: LessonPage, by: Any = None) -> dict[str, Any]:
    """What the lesson page shows; without `by`, as somebody sees it who has not begun."""
    course = course_above(lesson)
    outline = outlines([course])[course.pk]
    progress = progress_of(by, [*outline.lesson_ids, lesson.pk]) if by is not None else {}
    far = standing(outline, progress)
    own = progress.get(lesson.pk)
    context = {
        "lesson": lesson,
        "course": course,
        "outline": outline,
        "standing": far,
        "place": place_in(far, lesson.pk),
        "blocks": _blocks_to_read(lesson),
        "asset": lesson.asset,
        "progress": own,
    }
    if by is not None and lesson.asset is not None:
        now = clock.now()
        marks = marks_of(lesson.asset)
        stopped_at, _when = resume_points(by, [lesson.pk]).get(lesson.pk, (0, now))
        context["player"] = {
            **player_config(lesson, course, own, stopped_at),
            "playlist": signed_playlist(asset=lesson.asset, member=by, now=now),
            "poster": signed_poster(asset=lesson.asset, member=by, now=now),
            "captions": signed_captions(asset=lesson.asset, member=by, now=now),
            "watermark": watermark(asset=lesson.asset, member=by),
            "storyboard": signed_storyboard(asset=lesson.asset, member=by, now=now),
            "chapters": [{"start": chapter.start_ms, "title": chapter.title} for chapter in marks],
            "chaptersTrack": signed_chapters(asset=lesson.asset, member=by, now=now)
            if marks
            else "",
        }
    return context


@dataclass(frozen=True)
class Spoken:
    """What is said in a lecture in one language, line by line."""

    lang: str
    cues: tuple[Cue, ...]


def spoken_in(lesson: LessonPage, captions: list[dict[str, str]], wanted: str) -> Spoken | None:
    """The lecture's captions as its transcript: those in the language wanted, else the first."""
    known = [caption["lang"] for caption in captions]
    if not known:
        return None
    track = caption_track(lesson.asset_id, wanted if wanted in known else known[0])
    return Spoken(track.language, track.spoken) if track else None


def player_config(
    lesson: LessonPage, course: CoursePage, own: Any, stopped_at: int
) -> dict[str, Any]:
    """What the player is told. The page opens no session; the player does when it plays."""
    duration_ms = lesson.duration_ms or 0
    return {
        "lesson": lesson.pk,
        "startUrl": reverse("progress:start"),
        "beatUrl": "/beat/",
        "durationMs": duration_ms,
        "requiredMs": own.required_ms if own else 0,
        "resumeMs": stopped_at if stopped_at < duration_ms - FORGIVEN_MS else 0,
        "covered": [list(span) for span in own.covered] if own else [],
        "maxRate": float(course.max_rate),
        "rates": [float(rate) for rate in RATES if rate <= course.max_rate],
        "lockSeek": course.lock_seek,
        "completed": bool(own and own.completed_at),
        "beatSeconds": 15,
    }


def _readable_body(*, by: Any, lesson_id: int) -> Any:
    """The blocks `by` may read: the published ones, or the newest draft for its editors."""
    lesson = lesson_for(by=by, lesson_id=lesson_id)
    if lesson is not None:
        return lesson.body
    draft = LessonPage.objects.filter(pk=lesson_id).first()
    if draft is None or not draft.permissions_for_user(by).can_edit():
        return ()
    return draft.get_latest_revision_as_object().body


def lesson_document(*, by: Any, lesson_id: int, document_id: int) -> Any:
    """The document, if a lesson `by` may read has it among its blocks."""
    return _block_value(by, lesson_id, "document", document_id, get_document_model())


def lesson_image(*, by: Any, lesson_id: int, image_id: int) -> Any:
    """The picture, if a lesson `by` may read has it among its blocks."""
    return _block_value(by, lesson_id, "image", image_id, get_image_model())


def _block_value(by: Any, lesson_id: int, kind: str, key: int, model: Any) -> Any:
    for block in _readable_body(by=by, lesson_id=lesson_id):
        if block.block_type == kind and isinstance(block.value, model) and block.value.pk == key:
            return block.value
    return None


def course_cover(*, by: Any, slug: str, image_id: int) -> Any:
    """The cover picture of a course `by` may study or edits."""
    course = course_named(by=by, slug=slug)
    if course is None:
        course = managed_courses(by).filter(slug=slug).first()
        if course is None or not course.permissions_for_user(by).can_edit():
            return None
    return course.cover if course.cover_id == image_id else None
