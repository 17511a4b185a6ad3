"""Posting hours to the ledger: exactly once a source, chained, never changed afterwards."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from courses.catalogue.queries import LessonTerms, lesson_terms
from courses.progress import intervals
from courses.progress.models import LessonProgress
from courses.progress.queries import completed_since, sessions_behind
from exams.credit import queries
from exams.credit.chain import FORMAT, entry_hash
from exams.credit.models import LedgerHead, SourceKind, StudyCategory, StudyHourEntry
from exams.credit.origins import origin_of
from exams.credit.policy import Grant, grant
from exams.credit.targets import open_member_year
from exams.credit.totals import add_entry
from exams.rules.queries import rules_for
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
    content_id: str = "",
    programme_id: str = "",
    granted: Grant | None = None,
    rule_version: str = "",
) -> StudyHourEntry:
    """Add one entry to the end of the member's chain; the one already there if there is one.

    `hours` is what the source is worth; under the caps of the rules in force the entry may say
    less, and its evidence then says why under "limits". A reversal takes back what its entry gave,
    as to its content and programme as well. What was granted before, on another record of the same
    person, comes as `granted` with the version of the rules it was granted by and its evidence.
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
        open_member_year(member_id=member.pk, year=earned_on.year)
        branch = reverses.branch if reverses else branch_on(member, earned_on)
        rules = rules_for(branch.path if branch else None, earned_on.year)
        if reverses:
            granted = Grant(-reverses.hours, -reverses.counted_hours)
            content_id, programme_id = reverses.content_id, reverses.programme_id
            rule_version = reverses.rule_version
        elif granted is None:
            spent = queries.spent_by(
                member.pk, day=earned_on, content_id=content_id, programme_id=programme_id
            )
            granted = grant(rules, category=category, worth=hours, spent=spent)
            evidence = evidence | _limits(hours, granted)
        entry = StudyHourEntry(
            member_id=member.pk,
            branch=branch,
            category=category,
            hours=granted.hours,
            counted_hours=granted.counted,
            earned_on=earned_on,
            source_kind=source_kind,
            source_id=source_id,
            source_title=source_title,
            content_id=content_id,
            programme_id=programme_id,
            rule_version=rule_version or rules.version,
            evidence=evidence,
            reverses=reverses,
            by=by,
            created_at=clock.now(),
            member_seq=head.seq + 1,
            format=FORMAT,
            previous_hash=head.hash,
        )
        entry.hash = entry_hash(entry.previous_hash, vars(entry))
        entry.save(force_insert=True)
        LedgerHead.objects.filter(pk=head.pk).update(seq=entry.member_seq, hash=entry.hash)
        add_entry(entry)
    return entry


def _limits(worth: Decimal, granted: Grant) -> dict[str, Any]:
    """What the entry's evidence says of the caps; nothing where none was reached."""
    if not granted.limits:
        return {}
    return {"worth": f"{worth:.2f}", "limits": [limit.value for limit in granted.limits]}


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
    terms = lesson_terms(progress.lesson_id)
    origin = origin_of(terms.asset_id if terms else None)
    return post_entry(
        member=progress.member,
        category=StudyCategory.ONLINE,
        hours=progress.lesson.study_hours,
        earned_on=clock.local_date(progress.completed_at),
        source_kind=SourceKind.LESSON,
        source_id=str(progress.lesson_id),
        source_title=f"{progress.lesson.title}{origin.mark if origin else ''}"[:255],
        evidence=lesson_evidence(progress, terms) | (origin.facts if origin else {}),
        # The recording, wherever it hangs; a lesson in a course is a part of its programme.
        content_id=f"asset:{terms.asset_id.hex}" if terms and terms.asset_id else "",
        programme_id=f"course:{terms.course_id}" if terms else "",
    )


def send_uncredited(*, since: dt.datetime | None = None, limit: int = 1000) -> int:
    """Queue what a lost signal left behind, one task each; how many there were."""
    waiting = queries.uncredited(completed_since(since)).order_by("completed_at")
    ids = list(waiting.values_list("pk", flat=True)[:limit])
    for progress_id in ids:
        enqueue("exams.credit_lesson", progress_id=progress_id)
    return len(ids)


def lesson_evidence(progress: LessonProgress, terms: LessonTerms | None) -> dict[str, Any]:
    """All that explains the entry without asking another table: sittings, sums and rules."""
    sittings = sessions_behind(progress.member_id, progress.lesson_id)
    return {
        "lesson": progress.lesson_id,
        "course": terms.course_title if terms else "",
        "published_hours": f"{progress.lesson.study_hours or 0:.2f}",
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
                "checks_asked": sitting.checks_asked,
                "checks_answered": sitting.checks_answered,
            }
            for sitting in sittings
            if sitting.beats
        ],
    }


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None
