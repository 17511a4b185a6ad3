"""Watching for tests: sittings written down by the statement that the beat route runs."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import LessonTerms, lesson_terms
from courses.progress import services
from courses.progress.intervals import Beat, Policy, refusal
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.recording import RECORD, Message, parameters
from lms.core import clock
from lms.members.models import Member

STEP_MS = 15_000


def terms_of(lesson: LessonPage) -> LessonTerms:
    terms = lesson_terms(lesson.pk)
    assert terms is not None
    return terms


def sitting(
    member: Member,
    lesson: LessonPage,
    *,
    opened_at: dt.datetime | None = None,
    closed_at: dt.datetime | None = None,
    duration_ms: int | None = None,
    allowed_percent: int = 150,
    **fields: Any,
) -> WatchSession:
    """One session's row, open unless said otherwise, without beats."""
    opened = opened_at or clock.now()
    return WatchSession.objects.create(
        member=member,
        lesson=lesson,
        opened_at=opened.replace(microsecond=opened.microsecond // 1000 * 1000),
        closed_at=closed_at,
        duration_ms=duration_ms or lesson.duration_ms or 0,
        allowed_percent=allowed_percent,
        **fields,
    )


def message(session: WatchSession, beats: Iterable[Beat], at_ms: int) -> Message:
    """What the beat route would hand to the recorder."""
    policy = Policy(session.duration_ms, session.allowed_percent)
    made = Message(session.pk.hex, at_ms)
    for beat in beats:
        if refusal(beat, policy) is None and beat.seq not in made.seqs:
            made.add(beat, policy)
        elif refusal(beat, policy) is not None:
            made.refused += 1
    return made


def record(messages: list[Message]) -> list[tuple[int, bool, int, bool, bool]]:
    """Write messages as one statement: `(number, is open, covered_ms, is asked, is held)`."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD, parameters(messages))
        return sorted(cursor.fetchall())


def watch(session: WatchSession, from_ms: int, to_ms: int, *, rate: float = 1.0) -> None:
    """Play a stretch as an honest player does: a beat each 15 s of play, in real time."""
    began_ms = round(session.opened_at.timestamp() * 1000)
    if session.last_beat_at is not None:
        began_ms = round(session.last_beat_at.timestamp() * 1000)
    step = round(STEP_MS * rate)
    for number, start in enumerate(range(from_ms, to_ms, step), start=session.beats + 1):
        end = min(start + step, to_ms)
        at_ms = began_ms + round((end - from_ms) / rate)
        record([message(session, [Beat(number, start, end, rate)], at_ms)])
    session.refresh_from_db()


def completed(
    member: Member, lesson: LessonPage, *, at: dt.datetime | None = None
) -> LessonProgress:
    """The lesson watched from beginning to end by `at` (now), settled: completed and announced."""
    end = at or clock.now()
    duration = dt.timedelta(milliseconds=lesson.duration_ms or 0)
    services.close_sessions(member_id=member.pk)
    session = sitting(member, lesson, opened_at=end - duration, closed_at=end)
    watch(session, 0, lesson.duration_ms or 0)
    progress = services.settle_lesson(member_id=member.pk, terms=terms_of(lesson))
    assert progress is not None
    return progress
