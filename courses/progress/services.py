"""Opening a sitting, settling what it verified, and completing a lesson exactly once."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalogue.queries import LessonTerms, lesson_terms
from courses.progress import queries
from courses.progress.checking import next_check
from courses.progress.errors import NothingToWatchError
from courses.progress.intervals import (
    FORGIVEN_MS,
    Completion,
    Policy,
    Standing,
    budget_ms,
    standing,
)
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.queries import Editions
from courses.progress.signals import lesson_completed
from courses.progress.tickets import TICKET_SECONDS, Ticket, issue_ticket
from lms.core import clock
from lms.members.models import Member


@dataclass(frozen=True)
class Sitting:
    """A session just opened: what the player needs to go on."""

    session: WatchSession
    token: str
    progress: LessonProgress | None
    resume_ms: int


def start_session(*, by: Member, terms: LessonTerms, browser: str = "") -> Sitting:
    """Open a sitting of `by` at the lesson; every other sitting of the member ends at this moment.

    One open session a member: their stretches of time never overlap, so the time verified over
    all lessons together never exceeds the time that passed.
    """
    if not terms.duration_ms:
        raise NothingToWatchError(_("这一讲没有视频，不需要计时，直接阅读内容即可。"))
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=by.pk)
        opened_at = close_sessions(member_id=by.pk)
        editions = queries.editions_of(terms.lesson_id)
        progress = settle_lesson(member_id=by.pk, terms=terms, editions=editions)
        behind = queries.sessions_behind(by.pk, terms.lesson_id, editions)
        earlier = [row.as_watch() for row in behind]
        is_checked = terms.presence_check and not (progress and progress.is_completed)
        due_ms, answer_by_ms = next_check(by.pk) if is_checked else (None, None)
        session = WatchSession.objects.create(
            id=uuid4(),
            member_id=by.pk,
            lesson_id=terms.lesson_id,
            opened_at=opened_at,
            browser=browser,
            edition=editions.shown,
            duration_ms=terms.duration_ms,
            allowed_percent=int(terms.max_rate * 100),
            earlier_covered=progress.covered if progress else (),
            earlier_budget_ms=budget_ms(earlier),
            check_due_ms=due_ms,
            answer_by_ms=answer_by_ms,
        )
    resume_ms, _when = queries.resume_points(by, [terms.lesson_id]).get(
        terms.lesson_id, (0, opened_at)
    )
    if resume_ms >= terms.duration_ms - FORGIVEN_MS:
        resume_ms = 0  # watched to the end: from the beginning again
    token = issue_ticket(
        Ticket(
            session=session.pk.hex,
            member_id=by.pk,
            lesson_id=terms.lesson_id,
            policy=Policy(session.duration_ms, session.allowed_percent),
            expires=int(opened_at.timestamp()) + TICKET_SECONDS,
        )
    )
    return Sitting(session, token, progress, resume_ms)


def close_sessions(*, member_id: int) -> dt.datetime:
    """End whatever the member has open; returns the moment, not before anything counted so far.

    Whole milliseconds; if this server's clock stands behind the one that took the last beat, the
    sitting ends with that beat, so that the next one cannot count the same time again.
    """
    moment = clock.now()
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    with transaction.atomic():
        still_open = WatchSession.objects.select_for_update().filter(
            member_id=member_id, closed_at__isnull=True
        )
        for session in still_open:
            moment = max(moment, session.opened_at, session.last_beat_at or moment)
            WatchSession.objects.filter(pk=session.pk).update(closed_at=moment)
    return moment


def close_forgotten_sessions() -> int:
    """End the sittings whose ticket has run out at the moment it did; how many there were."""
    count = 0
    for session in queries.forgotten():
        end = session.opened_at + dt.timedelta(seconds=TICKET_SECONDS)
        count += WatchSession.objects.filter(pk=session.pk, closed_at__isnull=True).update(
            closed_at=max(end, session.last_beat_at or end)
        )
    return count


def settle_session(*, session: WatchSession) -> LessonProgress | None:
    """Bring the member's progress at the session's lesson up to date."""
    terms = lesson_terms(session.lesson_id)
    if terms is None:
        return None
    return settle_lesson(member_id=session.member_id, terms=terms)


def settle_lesson(
    *, member_id: int, terms: LessonTerms, editions: Editions | None = None
) -> LessonProgress | None:
    """Compute the member's progress at the lesson anew from all sittings; None if there are none.

    May run at any time, any number of times, at once with beats and with itself. Nothing earned
    goes down, and a completion stays even if the course asks for more later.
    """
    if not terms.duration_ms:
        return None
    completion = Completion(terms.duration_ms, terms.completion_share)
    with transaction.atomic():
        now = clock.now()
        progress = _locked_progress(member_id, terms, completion, now)
        if progress is None:
            return None
        editions = editions or queries.editions_of(terms.lesson_id)
        sessions = queries.sessions_behind(member_id, terms.lesson_id, editions)
        verified = standing([session.as_watch() for session in sessions], completion)
        take_over(progress, verified, completion, editions.shown, now)
        progress.save(update_fields=SETTLED)
        if verified.is_complete and queries.still_shows(
            terms.lesson_id, terms.duration_ms, editions
        ):
            complete(progress, now)
    # Outside: whoever holds a progress row must not wait for a session's, which beats hold.
    for session in sessions:
        if session.beats > session.settled_beats:
            rows = WatchSession.objects.filter(pk=session.pk, settled_beats__lt=session.beats)
            rows.update(settled_beats=session.beats)
    return progress


SETTLED = [
    *("covered", "covered_ms", "wall_ms", "required_ms", "duration_ms", "edition", "settled_at")
]


def take_over(
    progress: LessonProgress,
    verified: Standing,
    completion: Completion,
    edition: int,
    now: dt.datetime,
) -> None:
    """Write what was verified of this content into the row: of the same content nothing less."""
    is_same = progress.edition == edition
    progress.covered = verified.covered
    progress.covered_ms = max(progress.covered_ms * is_same, verified.covered_ms)
    progress.wall_ms = max(progress.wall_ms * is_same, verified.wall_ms)
    progress.required_ms = completion.required_ms
    progress.duration_ms = completion.duration_ms
    progress.edition = edition
    progress.settled_at = now


def _locked_progress(
    member_id: int, terms: LessonTerms, completion: Completion, now: dt.datetime
) -> LessonProgress | None:
    """The one row of this member and lesson, locked; made with the first sitting."""
    rows = LessonProgress.objects.select_for_update(no_key=True)
    progress = rows.filter(member_id=member_id, lesson_id=terms.lesson_id).first()
    if progress is None:
        sat = WatchSession.objects.filter(member_id=member_id, lesson_id=terms.lesson_id)
        if not sat.filter(beats__gt=0).exists():
            return None
        new = LessonProgress(
            member_id=member_id,
            lesson_id=terms.lesson_id,
            required_ms=completion.required_ms,
            duration_ms=terms.duration_ms,
            edition=queries.shown_edition(terms.lesson_id),
            settled_at=now,
        )
        LessonProgress.objects.bulk_create([new], ignore_conflicts=True)
        progress = rows.get(member_id=member_id, lesson_id=terms.lesson_id)
    return progress


def complete(progress: LessonProgress, now: dt.datetime) -> None:
    """Mark the lesson completed if this is the first time, and say so after the commit."""
    first = LessonProgress.objects.filter(pk=progress.pk, completed_at__isnull=True)
    if first.update(completed_at=now):
        progress.completed_at = now
        # A listener's failure is logged and made up for by its own sweep; the progress stands.
        transaction.on_commit(lambda: _announce(progress.pk), robust=True)


def _announce(progress_id: int) -> None:
    lesson_completed.send(sender=LessonProgress, progress_id=progress_id)


def settle_waiting(*, limit: int = 1000) -> int:
    """Settle every lesson with beats not yet counted; how many members' lessons there were."""
    waiting = queries.unsettled().values_list("member_id", "lesson_id").distinct()[:limit]
    terms: dict[int, LessonTerms | None] = {}
    count = 0
    for member_id, lesson_id in waiting:
        if lesson_id not in terms:
            terms[lesson_id] = lesson_terms(lesson_id)
        of_lesson: Any = terms[lesson_id]
        if of_lesson is not None:
            settle_lesson(member_id=member_id, terms=of_lesson)
            count += 1
    return count
