"""Results beside the ledger: what is not posted yet, and what no longer fits."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.corrections.models import Correction, CorrectionKind, CorrectionState
from exams.credit.models import SourceKind, StudyCategory, StudyHourEntry
from lms.members.models import Member


def uncredited(since: dt.datetime | None, limit: int) -> list[UUID]:
    """Released, passed attempts of exams worth hours for which the ledger has no entry."""
    posted = StudyHourEntry.objects.filter(
        member=OuterRef("member"),
        source_kind=SourceKind.EXAM,
        source_id=Cast(OuterRef("exam"), CharField()),
    )
    found = Attempt.objects.filter(
        ~Exists(posted), state=AttemptState.RELEASED, is_passed=True, exam__study_hours__gt=0
    )
    if since is not None:
        found = found.filter(released_at__gte=since)
    return list(found.order_by("released_at").values_list("pk", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Standing:
    """A member whose hours for an exam and whose results there say different things."""

    member: Member
    entry: StudyHourEntry
    has_passed: bool


def hours_against_results(exam: Exam, members: Iterable[int]) -> list[Standing]:
    """Hours standing without a passed attempt, or reversed while one is passed; not those for
    which the correction is proposed or made already."""
    wanted = list(members)
    passed = set(
        Attempt.objects.filter(
            exam=exam, member__in=wanted, state=AttemptState.RELEASED, is_passed=True
        ).values_list("member_id", flat=True)
    )
    reversal = StudyHourEntry.objects.filter(reverses=OuterRef("pk"))
    waiting = Correction.objects.filter(entry=OuterRef("pk"), state=CorrectionState.PROPOSED)
    again = Correction.objects.filter(
        member=OuterRef("member"),
        entry__isnull=True,
        category=StudyCategory.EXAM,
        title=exam.title,
        earned_on=OuterRef("earned_on"),
        state__in=(CorrectionState.PROPOSED, CorrectionState.APPROVED),
    )
    entries = (
        StudyHourEntry.objects.filter(
            member__in=wanted, source_kind=SourceKind.EXAM, source_id=str(exam.pk)
        )
        .annotate(is_reversed=Exists(reversal), is_waiting=Exists(waiting), is_added=Exists(again))
        .select_related("member")
        .order_by("member_id")
    )
    found = []
    for entry in entries:
        has_passed = entry.member_id in passed
        is_settled = entry.is_added if has_passed else entry.is_waiting
        if has_passed == entry.is_reversed and not is_settled:
            found.append(Standing(entry.member, entry, has_passed))
    return found


def overtaken_proposals(exam: Exam, members: Iterable[int]) -> list[Correction]:
    """Open proposals that followed from results of this exam which are the other way round now."""
    wanted = list(members)
    passed = Attempt.objects.filter(
        exam=exam, member=OuterRef("member"), state=AttemptState.RELEASED, is_passed=True
    )
    return list(
        Correction.objects.filter(follows=exam, member__in=wanted, state=CorrectionState.PROPOSED)
        .annotate(has_passed=Exists(passed))
        .filter(
            Q(kind=CorrectionKind.REVERSAL, has_passed=True)
            | Q(kind=CorrectionKind.ADDITION, has_passed=False)
        )
        .select_related("by", "appeal")
        .order_by("pk")
    )


def all_hours_against_results(exam: Exam) -> list[Standing]:
    """The same, of everybody who has sat the exam."""
    sat = Attempt.objects.filter(exam=exam).values_list("member_id", flat=True).distinct()
    return hours_against_results(exam, sat)
