"""How far members are with lessons, and the sittings that prove it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from courses.catalogue.models import LessonPage
from courses.progress.editions import Step, carried, way
from courses.progress.models import Edition, LessonProgress, WatchSession
from courses.progress.tickets import TICKET_SECONDS
from lms.core import clock
from lms.members.models import Member
from media_pipeline.editing import Mapping as Moments

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


def sessions_behind(
    member_id: int, lesson_id: int, editions: "Editions | None" = None
) -> list[WatchSession]:
    """All sittings of one member at one lesson, in order: what the progress is computed from.

    As of the content that is shown: rows of another edition carry what they are worth today, and
    are not to be saved.
    """
    found = WatchSession.objects.filter(member_id=member_id, lesson_id=lesson_id)
    sessions = list(found.order_by("opened_at", "pk"))
    return as_shown(sessions, editions or editions_of(lesson_id))


@dataclass(frozen=True)
class Editions:
    """The contents a lesson has had, and which of them is shown."""

    steps: tuple[Step, ...] = ()
    shown: int = 0

    def way_from(self, number: int) -> tuple[Moments, ...]:
        """From that edition to the one that is shown."""
        return () if number == self.shown else way(self.steps, number, self.shown)


def editions_of(lesson_id: int) -> Editions:
    """The contents a lesson has had."""
    rows = list(Edition.objects.filter(lesson_id=lesson_id).order_by("number"))
    shown = next((row for row in rows if row.is_shown), None)
    return Editions(
        steps=tuple(row.as_step() for row in rows),
        shown=shown.number if shown else 0,
    )


def as_shown(sessions: list[WatchSession], editions: Editions) -> list[WatchSession]:
    """Sittings of one lesson with what they are worth of the content that is shown."""
    for session in sessions:
        way_there = editions.way_from(session.edition)
        if way_there:
            watch = carried(session.as_watch(), way_there)
            session.covered, session.present = watch.covered, watch.present
    return sessions


def lessons_showing(asset_id: UUID) -> list[int]:
    """The lessons a recording is shown in."""
    return list(
        LessonPage.objects.filter(asset_id=asset_id).order_by("pk").values_list("pk", flat=True)
    )


def shown_edition(lesson_id: int) -> int:
    """The number of the content that a lesson shows."""
    shown = Edition.objects.filter(lesson_id=lesson_id, is_shown=True)
    return shown.values_list("number", flat=True).first() or 0


def still_shows(lesson_id: int, duration_ms: int, editions: Editions) -> bool:
    """Whether a lesson shows what was just computed with: a completion is for ever."""
    length = LessonPage.objects.filter(pk=lesson_id).values_list("duration_ms", flat=True)
    return length.first() == duration_ms and shown_edition(lesson_id) == editions.shown


def behind_edition(lesson_id: int, limit: int) -> list[int]:
    """Members whose progress at a lesson is about another content than the one shown."""
    rows = LessonProgress.objects.filter(lesson_id=lesson_id).exclude(
        edition=shown_edition(lesson_id)
    )
    return list(rows.order_by("pk").values_list("member_id", flat=True)[:limit])


def lessons_unsettled() -> list[int]:
    """Lessons that show another content since, and not everybody's progress has followed."""
    rows = Edition.objects.filter(is_settled=False)
    return list(rows.order_by("lesson").values_list("lesson", flat=True).distinct())


def completed_at_lesson(lesson_id: int) -> int:
    """How many members have completed a lesson."""
    rows = LessonProgress.objects.filter(lesson_id=lesson_id, completed_at__isnull=False)
    return rows.count()


def studying(lesson_id: int) -> list[int]:
    """Members who have watched some of a lesson and have not completed it."""
    rows = LessonProgress.objects.filter(
        lesson_id=lesson_id, completed_at__isnull=True, covered_ms__gt=0
    )
    return list(rows.order_by("pk").values_list("member_id", flat=True))


def sessions_of_members(lesson_id: int, member_ids: Iterable[int]) -> dict[int, list[WatchSession]]:
    """The sittings of some members at a lesson, in order, as of the content shown when made."""
    found: dict[int, list[WatchSession]] = {}
    rows = WatchSession.objects.filter(lesson_id=lesson_id, member_id__in=list(member_ids))
    for row in rows.order_by("opened_at", "pk"):
        found.setdefault(row.member_id, []).append(row)
    return found


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
