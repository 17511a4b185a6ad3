"""Posting hours to the ledger: exactly once a source, chained, never changed afterwards."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from courses.catalogue.queries import lesson_terms
from courses.progress import intervals
from courses.progress.models import LessonProgress
from courses.progress.queries import completed_since, sessions_behind
from exams.credit import queries
from exams.credit.chain import entry_hash
from exams.credit.models import LedgerHead, SourceKind, StudyCategory, StudyHourEntry
from exams.credit.policy import RULE_VERSION
from exams.credit.totals import add_to_year
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.models import Member
from lms.members.queries import branch_on


def post_entry(
    *,
    member: Member,
    category: str,
    hours: Decimal,
    earned_on: dt.date,
    source_kind: str,
    source_id: str,
    source_title: str,
    evidence: dict[str, Any],
    by: Member | None = None,
    reverses: StudyHourEntry | None = None,
    rule_version: str = RULE_VERSION,
) -> StudyHourEntry:
    """Add one entry to the end of the member's chain; the one already there if there is one.

    The branch is the one the member belonged to on `earned_on`. Entries of one member wait for
    each other at the head of the chain, so a second posting for the same source finds the first.
    `evidence` is JSON without numbers that have a point.
    """
    with transaction.atomic():
        LedgerHead.objects.bulk_create([LedgerHead(member_id=member.pk)], ignore_conflicts=True)
        head = LedgerHead.objects.select_for_update(no_key=True).get(pk=member.pk)
        posted = queries.entry_for(member.pk, source_kind, source_id)
        if posted is not None:
            return posted
        branch = reverses.branch if reverses else branch_on(member, earned_on)
        entry = StudyHourEntry(
            member_id=member.pk,
            branch=branch,
            category=category,
            hours=hours,
            earned_on=earned_on,
            source_kind=source_kind,
            source_id=source_id,
            source_title=source_title,
            rule_version=rule_version,
            evidence=evidence,
            reverses=reverses,
            by=by,
            created_at=clock.now(),
            member_seq=head.seq + 1,
            previous_hash=head.hash,
        )
        entry.hash = entry_hash(entry.previous_hash, vars(entry))
        entry.save(force_insert=True)
        LedgerHead.objects.filter(pk=head.pk).update(seq=entry.member_seq, hash=entry.hash)
        add_to_year(
            member_id=member.pk,
            category=category,
            hours=hours,
            earned_on=earned_on,
            is_study=reverses is None,
        )
    return entry


def credit_lesson(*, progress_id: int) -> StudyHourEntry | None:
    """Post the published hours of a completed lesson; None if there is nothing to post.

    Called any number of times, by the signal and by the sweep; the ledger holds one entry.
    """
    progress = (
        LessonProgress.objects.select_related("member", "lesson")
        .filter(pk=progress_id, completed_at__isnull=False)
        .first()
    )
    if progress is None or progress.completed_at is None or not progress.lesson.study_hours:
        return None
    return post_entry(
        member=progress.member,
        category=StudyCategory.ONLINE,
        hours=progress.lesson.study_hours,
        earned_on=clock.local_date(progress.completed_at),
        source_kind=SourceKind.LESSON,
        source_id=str(progress.lesson_id),
        source_title=progress.lesson.title,
        evidence=lesson_evidence(progress),
    )


def send_uncredited(*, since: dt.datetime | None = None, limit: int = 1000) -> int:
    """Queue what a lost signal left behind, one task each; how many there were."""
    waiting = queries.uncredited(completed_since(since)).order_by("completed_at")
    ids = list(waiting.values_list("pk", flat=True)[:limit])
    for progress_id in ids:
        enqueue("exams.credit_lesson", progress_id=progress_id)
    return len(ids)


def lesson_evidence(progress: LessonProgress) -> dict[str, Any]:
    """All that explains the entry without asking another table: sittings, sums and rules."""
    terms = lesson_terms(progress.lesson_id)
    sittings = sessions_behind(progress.member_id, progress.lesson_id)
    return {
        "lesson": progress.lesson_id,
        "course": terms.course_title if terms else "",
        "duration_ms": progress.duration_ms,
        "required_ms": progress.required_ms,
        "covered": [list(span) for span in progress.covered],
        "covered_ms": progress.covered_ms,
        "wall_ms": progress.wall_ms,
        "completed_at": _instant(progress.completed_at),
        "policy": {
            "share": str(terms.completion_share) if terms else "",
            "forgiven_ms": intervals.FORGIVEN_MS,
            "lease_ms": intervals.OFFLINE_LEASE_MS,
            "longest_beat_ms": intervals.MAX_BEAT_MS,
        },
        "sessions": [
            {
                "id": str(sitting.pk),
                "opened_at": _instant(sitting.opened_at),
                "closed_at": _instant(sitting.closed_at),
                "last_beat_at": _instant(sitting.last_beat_at),
                "covered": [list(span) for span in sitting.covered],
                "present": [list(span) for span in sitting.present],
                "allowed_percent": sitting.allowed_percent,
                "highest_percent": sitting.highest_percent,
                "beats": sitting.beats,
                "hidden_beats": sitting.hidden_beats,
                "refused_beats": sitting.refused_beats,
            }
            for sitting in sittings
            if sitting.beats
        ],
    }


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None
