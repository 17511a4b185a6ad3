"""Template tags of course and lesson pages: `{% load courses %}`."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses.catalogue.beside import shown
from courses.catalogue.models import CoursePage
from courses.catalogue.queries import Outline
from courses.catalogue.standing import CourseStanding, LessonStanding
from lms.core.design.kept import drawn

register = template.Library()

# Rendered outlines kept in each process, some kilobytes each.
KEPT_OUTLINES = 1024


@lru_cache(maxsize=KEPT_OUTLINES)
def _outline(standing: CourseStanding, current: int | None, language: str | None) -> SafeString:
    # Everything the template shows is in the arguments, so the same arguments draw the same list:
    # nothing has to be thrown away when a course or a member's progress changes.
    context = {"standing": standing, "current": current}
    return render_to_string("catalogue/parts/outline.html", context)


@register.simple_tag
def outline(standing: CourseStanding, current: int | None = None) -> SafeString:
    """Chapters and lessons as one member stands to them; `current` is the lesson being shown."""
    return _outline(standing, current, get_language())


@register.simple_tag
def outline_row(far: LessonStanding, current: int | None) -> SafeString:
    """One lesson of the outline; the same for all who have seen the same share of it."""
    return drawn(
        "catalogue/parts/outline_row.html",
        lesson=far.lesson,
        number=far.number,
        percent=far.percent,
        is_begun=far.is_begun,
        is_completed=far.is_completed,
        is_current=far.lesson.id == current,
    )


@register.simple_tag
def course_action(standing: CourseStanding) -> SafeString:
    """Where to go on in a course; the course page has it twice, for phones and for PCs."""
    following = standing.next_lesson
    return drawn(
        "catalogue/parts/course_action.html",
        is_begun=standing.is_begun,
        is_completed=standing.is_completed,
        percent=standing.percent,
        lesson_id=following.lesson.id if following else None,
        lesson_title=following.lesson.title if following else "",
    )


@register.simple_tag
def course_facts(course: CoursePage, outline: Outline) -> SafeString:
    """Who teaches the course, how much it is, and on what terms."""
    return drawn(
        "catalogue/parts/course_facts.html",
        teacher_name=course.teacher_name,
        teacher_title=course.teacher_title,
        lessons=len(outline.lessons),
        duration_ms=outline.duration_ms,
        study_hours=outline.study_hours,
        lock_seek=course.lock_seek,
    )


@register.simple_tag(takes_context=True)
def beside(context: template.Context, at: str = "end", **page: int) -> SafeString:
    """What other packages show on a course's (`course_id=`) or a lesson's (`lesson_id=`) page."""
    user: Any = context.get("user")
    if not getattr(user, "is_authenticated", False):
        return SafeString("")
    drawn_now = (render_to_string(name, values) for name, values in shown(user, at, **page))
    return SafeString("".join(drawn_now))
