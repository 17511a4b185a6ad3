"""What the home page shows."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue.queries import visible_courses
from courses.catalogue.reading import ON_CARDS, CourseItem, course_items
from courses.catalogue.standing import LessonStanding
from courses.portal.figures import year_figures
from courses.portal.models import HomePage
from courses.progress.queries import resume_points
from lms.core import clock
from lms.members.models import Member

COURSES_ON_HOME = 6
CARDS_A_ROW = 3


def greeting(member: Member) -> str:
    """How the home page greets at this hour of the school's day."""
    hour = timezone.localtime(clock.now()).hour
    if hour < 5:
        return _("%(name)s同志，夜深了") % {"name": member.name}
    if hour < 11:
        return _("%(name)s同志，上午好") % {"name": member.name}
    if hour < 14:
        return _("%(name)s同志，中午好") % {"name": member.name}
    if hour < 18:
        return _("%(name)s同志，下午好") % {"name": member.name}
    return _("%(name)s同志，晚上好") % {"name": member.name}


def welcome_context() -> dict[str, Any]:
    """What somebody sees who is not signed in: nothing of what is inside."""
    return {"home": HomePage.objects.first()}


@dataclass(frozen=True)
class GoOn:
    """The lesson to go on with, and where in it."""

    item: CourseItem
    lesson: LessonStanding
    position_ms: int


def home_context(member: Member) -> dict[str, Any]:
    """Greeting, hours of the year, where to go on, and the newest courses."""
    newest_first = visible_courses(member).order_by("-first_published_at", "path")
    courses = list(newest_first.only(*ON_CARDS))
    items = course_items(courses=courses, by=member)
    stops = resume_points(member)
    begun = [item for item in items if item.standing.is_begun and not item.standing.is_completed]
    new = [item for item in items if not item.standing.is_begun]
    return {
        "greeting": greeting(member),
        "year": year_figures(member),
        "go_on": _go_on(begun, stops) or _begin(new),
        "shown": [item.card for item in [*begun, *new][:COURSES_ON_HOME]],
        "few": min(len(begun) + len(new), COURSES_ON_HOME) < CARDS_A_ROW,
        "has_begun": bool(begun),
        "finished": [] if begun or new else [item.card for item in items[:COURSES_ON_HOME]],
        "few_finished": len(items) < CARDS_A_ROW,
        "is_empty": not items,
    }


def _go_on(begun: list[CourseItem], stops: dict[int, tuple[int, dt.datetime]]) -> GoOn | None:
    """The unfinished lesson watched last, else the next one of the course begun last."""
    watched = [
        (stops[far.lesson.id], item, far)
        for item in begun
        for far in item.standing.watchable
        if far.lesson.id in stops
    ]
    if not watched:
        return next((_at_start(item) for item in begun), None)
    (position_ms, _when), item, far = max(watched, key=lambda stop: stop[0][1])
    if not far.is_completed:
        return GoOn(item, far, position_ms)
    return _at_start(item)


def _begin(new: list[CourseItem]) -> GoOn | None:
    return next((_at_start(item) for item in new if item.standing.next_lesson), None)


def _at_start(item: CourseItem) -> GoOn | None:
    lesson = item.standing.next_lesson
    return GoOn(item, lesson, 0) if lesson else None
