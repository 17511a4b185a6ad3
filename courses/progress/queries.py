"""How far members are with lessons, and the sittings that prove it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from courses.progress.models import LessonProgress, WatchSession
from courses.progress.tickets import TICKET_SECONDS
from lms.core import clock
from lms.members.models import Member

# What every page with an outline asks: written out, because putting it together costs more.
PROGRESS = "SELECT * FROM courses_lessonprogress WHERE member_id = %s AND lesson_id = ANY(%s)"


def progress_of(member: Member, lesson_ids: Iterable[int]) -> dict[int, LessonProgress]:
    """The member's progress by lesson; lessons never begun are absent."""
    rows = LessonProgress.objects.raw(PROGRESS, [member.pk, list(lesson_ids)])
    return {row.lesson_id: row for row in rows}


def resume_points(
    member: Member, lesson_ids: Iterable[int] | None = None
) -> dict[int, tuple[int, dt.datetime]]:
    """Where the member stopped, `(position_ms, when)` by lesson, the latest sitting of each."""
    sittings = WatchSession.objects.filter(member_id=member.pk, last_beat_at__isnull=False)
    if lesson_ids is not None:
        sittings = sittings.filter(lesson_id__in=list(lesson_ids))
    latest = sittings.order_by("lesson_id", "-opened_at").distinct("lesson_id")
    rows = latest.values_list("lesson_id", "position_ms", "last_beat_at")
    return {lesson_id: (position_ms, when) for lesson_id, position_ms, when in rows if when}


def sessions_of(by: Any) -> QuerySet[WatchSession]:
    """The sittings `by` may report to: the own ones."""
    return WatchSession.objects.filter(member_id=by.pk)


def sessions_behind(member_id: int, lesson_id: int) -> list[WatchSession]:
    """All sittings of one member at one lesson, in order: what the progress is computed from."""
    return list(
        WatchSession.objects.filter(member_id=member_id, lesson_id=lesson_id).order_by(
            "opened_at", "pk"
        )
    )


def unsettled() -> QuerySet[WatchSession]:
    """Sittings with beats that the progress does not know of yet.

    Nothing is added to a session once its ticket has run out, so older ones need no look; the
    second half of the span makes up for a sweep that stood still.
    """
    since = clock.now() - dt.timedelta(seconds=2 * TICKET_SECONDS)
    return WatchSession.objects.filter(opened_at__gte=since, beats__gt=F("settled_beats"))


def forgotten() -> QuerySet[WatchSession]:
    """Open sittings whose ticket has run out: nothing more can come."""
    until = clock.now() - dt.timedelta(seconds=TICKET_SECONDS)
    return WatchSession.objects.filter(closed_at__isnull=True, opened_at__lt=until)


def completed_since(moment: dt.datetime | None) -> QuerySet[LessonProgress]:
    """Lessons completed since `moment`, or ever."""
    completed = LessonProgress.objects.filter(completed_at__isnull=False)
    return completed if moment is None else completed.filter(completed_at__gte=moment)


def session_with_lesson(session_id: UUID, by: Any) -> WatchSession | None:
    """One of `by`'s own sittings with its lesson and recording."""
    return sessions_of(by).filter(pk=session_id).select_related("lesson__asset").first()


def sittings_opened(start: dt.datetime, end: dt.datetime) -> Iterator[tuple[Any, ...]]:
    """Sittings begun from `start` until before `end` that brought something, in any order.

    `(member, lesson, browser, opened_at, last_beat_at, present, covered)` of each.
    """
    rows = WatchSession.objects.filter(
        opened_at__gte=start, opened_at__lt=end, last_beat_at__isnull=False
    )
    return rows.values_list(
        "member_id", "lesson_id", "browser", "opened_at", "last_beat_at", "present", "covered"
    ).iterator(chunk_size=5000)


def last_checked(member_id: int) -> WatchSession | None:
    """The member's latest sitting of those that have presence checks."""
    checked = WatchSession.objects.filter(member_id=member_id, check_due_ms__isnull=False)
    return checked.order_by("-opened_at", "-pk").first()


def checks_answered(member_id: int, lesson_id: int) -> int:
    """How many presence checks the member has answered at the lesson."""
    sittings = WatchSession.objects.filter(member_id=member_id, lesson_id=lesson_id)
    total: int = sittings.aggregate(total=Coalesce(Sum("checks_answered"), 0))["total"]
    return total
