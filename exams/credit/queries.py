"""Reading the ledger."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Cast

from courses.progress.models import LessonProgress
from exams.credit.chain import FACTS
from exams.credit.models import LedgerHead, SourceKind, StudyHourEntry
from lms.members.models import Member


def entries_of(member: Member, year: int) -> QuerySet[StudyHourEntry]:
    """The member's entries of a calendar year, the latest first."""
    return (
        StudyHourEntry.objects.filter(member_id=member.pk, earned_on__year=year)
        .select_related("branch")
        .order_by("-earned_on", "-member_seq")
    )


def hours_by_category(members: Any, year: int) -> dict[str, Decimal]:
    """The hours of a calendar year by category, of one member or of all of a queryset of ids."""
    rows = (
        StudyHourEntry.objects.filter(member__in=members, earned_on__year=year)
        .values("category")
        .annotate(total=Sum("hours"))
        .order_by("category")
    )
    return {row["category"]: row["total"] for row in rows}


def entry_for(member_id: int, source_kind: str, source_id: str) -> StudyHourEntry | None:
    """What was posted to this member for this source, if anything was."""
    return StudyHourEntry.objects.filter(
        member_id=member_id, source_kind=source_kind, source_id=source_id
    ).first()


def uncredited(completed: QuerySet[LessonProgress]) -> QuerySet[LessonProgress]:
    """Those completed lessons whose hours are not in the ledger yet."""
    posted = StudyHourEntry.objects.filter(
        member_id=OuterRef("member_id"),
        source_kind=SourceKind.LESSON,
        source_id=Cast(OuterRef("lesson_id"), CharField()),
    )
    return completed.filter(~Exists(posted), lesson__study_hours__gt=0)


def chain_links() -> Iterator[tuple[dict[str, Any], int | None, str | None]]:
    """All entries by member and position, each with the position and hash of the member's head.

    One statement, so one moment; read in pieces inside a transaction, so memory does not grow
    with the ledger.
    """
    names = ("id", "hash", "previous_hash", *FACTS)
    rows = (
        StudyHourEntry.objects.order_by("member_id", "member_seq")
        .values_list("member__ledger_head__seq", "member__ledger_head__hash", *names)
        .iterator(chunk_size=2000)
    )
    for head_seq, head_hash, *values in rows:
        yield dict(zip(names, values, strict=True)), head_seq, head_hash


def heads_without_entries() -> QuerySet[LedgerHead]:
    """Members whose head says there are entries while none is left."""
    left = StudyHourEntry.objects.filter(member_id=OuterRef("member_id"))
    return LedgerHead.objects.filter(~Exists(left), seq__gt=0).order_by("member_id")


def member_names(member_ids: list[int]) -> dict[int, str]:
    """Number and name of each member, for a report."""
    rows = Member.objects.filter(pk__in=member_ids).values_list("pk", "number", "name")
    return {pk: f"{number} {name}" for pk, number, name in rows}
