"""Which courses and lessons there are for whom; every page and every other package asks here."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left
from wagtail.models import Page

from courses.catalogue.models import (
    CHAPTER_DEPTH,
    CHAPTER_PATH,
    COURSE_PATH,
    LESSON_DEPTH,
    ChapterPage,
    CourseIndexPage,
    CoursePage,
    LessonPage,
)
from lms.core.statements import Statement
from lms.members.models import Role
from lms.members.queries import outermost, path_and_above, standing_today
from media_pipeline.models import Asset, AssetState
from media_pipeline.queries import visible_assets

TEACHING_ROLES = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def _taught(roles: Iterable[tuple[str, str]]) -> Q:
    """The audience is a branch where one of these teaching roles is held, or lies below it."""
    taught = Q()
    for path in outermost(path for role, path in roles if role in TEACHING_ROLES):
        taught |= Q(audience__path__startswith=path)
    return taught


def managed_courses(by: Any) -> QuerySet[CoursePage]:
    """Courses, drafts included, whose audience `by` teaches; those for everyone are everyone's.

    Says nothing of whether `by` teaches at all: that is the back office's own door.
    """
    if by.is_superuser:
        return CoursePage.objects.all()
    _branch, roles = standing_today(by)
    return CoursePage.objects.filter(Q(audience__isnull=True) | _taught(roles))


def courses_last_edited(by: Any) -> QuerySet[CoursePage]:
    """The managed courses, drafts included, what was edited last first; `audience` at hand."""
    return (
        managed_courses(by)
        .select_related("audience")
        .order_by(F("latest_revision_created_at").desc(nulls_last=True), "path")
    )


def course_index() -> CourseIndexPage | None:
    """The page all courses are made under."""
    return CourseIndexPage.objects.order_by("path").first()


def hidden_course_paths(by: Any) -> frozenset[str]:
    """Where the courses are whose audience `by` does not teach; asked once a request."""
    if by.is_superuser:
        return frozenset()
    known: frozenset[str] | None = getattr(by, "_hidden_course_paths", None)
    if known is None:
        managed = managed_courses(by).values("pk")
        paths = CoursePage.objects.exclude(pk__in=managed).values_list("path", flat=True)
        known = by._hidden_course_paths = frozenset(paths)
    return known


def usable_lectures(by: Any) -> QuerySet[Asset]:
    """The lectures `by` may put on a page, also those still being made; failed ones are of no use.

    A lesson with one that is not READY can be drafted, and waits for it to be published.
    """
    return visible_assets(by).exclude(state=AssetState.FAILED)


@dataclass(frozen=True)
class Reach:
    """All that decides which published courses somebody may study."""

    is_unlimited: bool
    branch: str | None = None
    roles: tuple[tuple[str, str], ...] = ()


def reach_of(by: Any) -> Reach:
    """The reach of somebody signed in."""
    if by.is_superuser:
        return Reach(is_unlimited=True)
    branch, roles = standing_today(by)
    return Reach(is_unlimited=False, branch=branch, roles=tuple(roles))


def visible_courses(by: Any) -> QuerySet[CoursePage]:
    """Published courses `by` may study, in catalogue order."""
    return courses_within(reach_of(by)) if by.is_authenticated else CoursePage.objects.none()


def courses_within(reach: Reach) -> QuerySet[CoursePage]:
    """Published courses within somebody's reach, in catalogue order."""
    live = CoursePage.objects.live().order_by("path")
    if reach.is_unlimited:
        return live
    branch, roles = reach.branch, reach.roles
    belongs = Q(audience__path__in=path_and_above(branch)) if branch else Q()
    return live.filter(Q(audience__isnull=True) | belongs | _taught(roles))


def lessons_in_tree() -> QuerySet[LessonPage]:
    """Lessons with `course_path` and `chapter_path`, the places of the pages above them."""
    return LessonPage.objects.annotate(
        course_path=Left("path", COURSE_PATH), chapter_path=Left("path", CHAPTER_PATH)
    )


def visible_lessons(by: Any) -> QuerySet[LessonPage]:
    """Published lessons of published chapters of the courses `by` may study, in order."""
    return (
        lessons_in_tree()
        .filter(live=True)
        .filter(
            course_path__in=visible_courses(by).order_by().values("path"),
            chapter_path__in=ChapterPage.objects.live().values("path"),
        )
        .order_by("path")
    )


@dataclass(frozen=True)
class LessonTerms:
    """Under what terms a lesson is watched and what it is worth."""

    lesson_id: int
    title: str
    course_id: int
    course_title: str
    course_slug: str
    asset_id: UUID | None
    duration_ms: int
    study_hours: Decimal
    max_rate: Decimal
    lock_seek: bool
    completion_share: Decimal
    presence_check: bool


def lesson_terms(lesson_id: int, *, by: Any = None) -> LessonTerms | None:
    """The terms of one lesson in one statement; None if `by` (when given) may not study it."""
    lessons = lessons_in_tree() if by is None else visible_lessons(by)
    course = CoursePage.objects.filter(path=OuterRef("course_path"))
    row = (
        lessons.filter(pk=lesson_id)
        .annotate(
            course_id=Subquery(course.values("pk")),
            course_title=Subquery(course.values("title")),
            course_slug=Subquery(course.values("slug")),
            max_rate=Subquery(course.values("max_rate")),
            lock_seek=Subquery(course.values("lock_seek")),
            completion_share=Subquery(course.values("completion_share")),
            presence_check=Subquery(course.values("presence_check")),
        )
        .values(
            "title",
            "course_id",
            "course_title",
            "course_slug",
            "asset_id",
            "duration_ms",
            "study_hours",
            "max_rate",
            "lock_seek",
            "completion_share",
            "presence_check",
        )
        .first()
    )
    if row is None:
        return None
    row["duration_ms"] = row["duration_ms"] or 0
    row["study_hours"] = row["study_hours"] or Decimal(0)
    return LessonTerms(lesson_id=lesson_id, **row)


@dataclass(frozen=True)
class CheckQuestion:
    """A question about a lesson; `right` is the place of the right option, counted from nought."""

    text: str
    options: tuple[str, ...]
    right: int


def check_questions(lesson_id: int) -> list[CheckQuestion]:
    """What may be asked while the lesson plays, in the editor's order."""
    lesson = LessonPage.objects.only("check_questions").filter(pk=lesson_id).first()
    blocks = lesson.check_questions if lesson else ()
    return [
        CheckQuestion(block.value["text"], tuple(block.value["options"]), block.value["right"] - 1)
        for block in blocks
    ]


@dataclass(frozen=True)
class OutlineLesson:
    """One lesson's line in the outline of its course."""

    id: int
    title: str
    duration_ms: int
    study_hours: Decimal
    has_video: bool


@dataclass(frozen=True)
class OutlineChapter:
    """One chapter with its published lessons, in order."""

    id: int
    title: str
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class Outline:
    """What a course consists of, as published."""

    chapters: tuple[OutlineChapter, ...] = field(default=())

    @property
    def lessons(self) -> list[OutlineLesson]:
        return [lesson for chapter in self.chapters for lesson in chapter.lessons]

    @property
    def lesson_ids(self) -> list[int]:
        return [lesson.id for lesson in self.lessons]

    @property
    def study_hours(self) -> Decimal:
        return sum((lesson.study_hours for lesson in self.lessons), Decimal(0))

    @property
    def duration_ms(self) -> int:
        return sum(lesson.duration_ms for lesson in self.lessons)


@functools.lru_cache(maxsize=64)
def _pages_below(count: int) -> Statement:
    """The published chapters and lessons of so many courses; their paths are to be given."""
    marks = [f"the path of course {place} " for place in range(count)]
    below = Q()
    for mark in marks:
        below |= Q(path__startswith=mark)
    pages = Page.objects.live().filter(below, depth__in=(CHAPTER_DEPTH, LESSON_DEPTH))
    columns = ("id", "title", "path", "depth")
    of_lessons = ("lessonpage__duration_ms", "lessonpage__study_hours", "lessonpage__asset_id")
    return Statement(pages.order_by("path").values_list(*columns, *of_lessons), *marks)


def outlines(courses: list[CoursePage]) -> dict[int, Outline]:
    """The outline of each course by its id, all of them in one statement."""
    if not courses:
        return {}
    rows = _pages_below(len(courses)).rows(*(course.path for course in courses))
    chapters: dict[str, tuple[int, str, list[OutlineLesson]]] = {}
    for page_id, title, path, depth, duration_ms, hours, asset_id in rows:
        if depth == CHAPTER_DEPTH:
            chapters[path] = (page_id, title, [])
        elif path[:CHAPTER_PATH] in chapters:  # lessons of an unpublished chapter stay away
            chapters[path[:CHAPTER_PATH]][2].append(
                OutlineLesson(
                    page_id, title, duration_ms or 0, hours or Decimal(0), asset_id is not None
                )
            )
    found: dict[str, list[OutlineChapter]] = {}
    for path, (chapter_id, title, lessons) in chapters.items():
        if lessons:
            found.setdefault(path[:COURSE_PATH], []).append(
                OutlineChapter(chapter_id, title, tuple(lessons))
            )
    return {course.pk: Outline(tuple(found.get(course.path, ()))) for course in courses}
