"""Hours for a passed exam: given once, and taken back by nobody but two people.

A result that a corrected key has turned from passed to failed leaves the hours where they are: no
event lowers hours but a reversal two people have signed. What happens by itself is the proposal,
in the name of who corrected the key; a second person approves or refuses it. The other way round,
hours that were reversed and are earned after all are proposed as an addition.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.corrections.services import end_overtaken, propose_addition, propose_reversal
from exams.credit.models import SourceKind, StudyCategory, StudyHourEntry
from exams.credit.services import post_entry
from exams.marking import credit_queries as queries
from lms.core import clock
from lms.core.errors import DomainError
from lms.core.tasks import enqueue
from lms.members.models import Member


def credit_attempt(*, attempt_id: UUID) -> StudyHourEntry | None:
    """Post the hours of a released, passed attempt; None if there is nothing to post.

    Once an exam and member: a second attempt that is passed as well finds the entry there.
    """
    attempt = Attempt.objects.select_related("exam", "member").filter(pk=attempt_id).first()
    if attempt is None or attempt.state != AttemptState.RELEASED or not attempt.is_passed:
        return None
    exam = attempt.exam
    if not exam.study_hours or attempt.finished_at is None:
        return None
    return post_entry(
        member=attempt.member,
        category=StudyCategory.EXAM,
        hours=exam.study_hours,
        earned_on=clock.local_date(attempt.finished_at),
        source_kind=SourceKind.EXAM,
        source_id=str(exam.pk),
        source_title=exam.title,
        evidence=attempt_evidence(attempt),
    )


def send_uncredited(*, since: dt.datetime | None = None, limit: int = 1000) -> int:
    """Queue what a lost message left behind, one task each; how many there were."""
    ids = queries.uncredited(since, limit)
    for attempt_id in ids:
        enqueue("exams.credit_attempt", attempt_id=str(attempt_id))
    return len(ids)


def attempt_evidence(attempt: Attempt) -> dict[str, Any]:
    """All that explains the entry without asking another table."""
    exam = attempt.exam
    return {
        "exam": exam.pk,
        "attempt": str(attempt.pk),
        "number": attempt.number,
        "started_at": _instant(attempt.started_at),
        "finished_at": _instant(attempt.finished_at),
        "released_at": _instant(attempt.released_at),
        "points": f"{attempt.points:.2f}",
        "out_of": f"{attempt.out_of:.2f}",
        "pass_percent": exam.pass_percent,
        "published_hours": f"{exam.study_hours:.2f}",
        "receipt": attempt.receipt,
    }


def propose_what_follows(*, exam: Exam, members: list[int], by: Member, reason: str) -> list[int]:
    """Proposals for hours that no longer fit the results of these members.

    Proposals of an earlier turn that were still open are ended: what they rested on is gone.

    Returns the members for whom it could not be proposed in `by`'s name (the own hours, hours of
    a branch `by` does not look after, a fraction nobody adds by hand): they are shown to people.
    """
    said = _said(exam, reason)
    for correction in queries.overtaken_proposals(exam, members):
        end_overtaken(correction=correction, answer=said)
    left = []
    for standing in queries.hours_against_results(exam, members):
        try:
            with transaction.atomic():
                _propose(exam, standing, by, said)
        except DomainError:
            left.append(standing.member.pk)
    return left


def _said(exam: Exam, reason: str) -> str:
    said = _("“%(exam)s”更正后重新计分：%(reason)s") % {"exam": exam.title, "reason": reason}
    return said[:400]


def _propose(exam: Exam, standing: queries.Standing, by: Member, said: str) -> None:
    if standing.has_passed:
        propose_addition(
            member=standing.member,
            by=by,
            category=StudyCategory.EXAM,
            hours=exam.study_hours,
            earned_on=standing.entry.earned_on,
            title=exam.title,
            reason=said,
            follows=exam,
        )
    else:
        propose_reversal(entry=standing.entry, by=by, reason=said, follows=exam)


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None
