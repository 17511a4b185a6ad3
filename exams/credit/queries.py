"""Reading the ledger."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from courses.progress.models import LessonProgress
from exams.credit.chain import ALL_FACTS
from exams.credit.models import (
    LedgerHead,
    MemberYear,
    SourceKind,
    StudyCategory,
    StudyHourEntry,
)
from exams.credit.policy import Spent
from lms.core import clock
from lms.members.models import Member, Membership
from lms.members.queries import standing_on


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


def spent_by(member_id: int, *, day: dt.date, content_id: str, programme_id: str) -> Spent:
    """What the member has been granted so far on the day and in its year, in one statement."""
    nothing = Decimal(0)
    sums = StudyHourEntry.objects.filter(member_id=member_id, earned_on__year=day.year).aggregate(
        online_on_the_day=Sum(
            "hours", filter=Q(earned_on=day, category=StudyCategory.ONLINE), default=nothing
        ),
        in_programme=Sum(
            "hours", filter=Q(programme_id=programme_id) & ~Q(programme_id=""), default=nothing
        ),
        for_content=Sum(
            "hours", filter=Q(content_id=content_id) & ~Q(content_id=""), default=nothing
        ),
        online_counted=Sum(
            "counted_hours", filter=Q(category=StudyCategory.ONLINE), default=nothing
        ),
    )
    return Spent(**sums)


def people_without_year(year: int, day: dt.date) -> Iterator[int]:
    """Who belongs to a branch on `day` and has no row of `year`."""
    known = MemberYear.objects.filter(member_id=OuterRef("member_id"), year=year)
    return (
        Membership.objects.filter(standing_on(day))
        .filter(~Exists(known))
        .order_by("member_id")
        .values_list("member_id", flat=True)
        .iterator(chunk_size=5000)
    )


def uncredited(completed: QuerySet[LessonProgress]) -> QuerySet[LessonProgress]:
    """Those completed lessons whose hours are not in the ledger yet."""
    posted = StudyHourEntry.objects.filter(
        member_id=OuterRef("member_id"),
        source_kind=SourceKind.LESSON,
        source_id=Cast(OuterRef("lesson_id"), CharField()),
    )
    return completed.filter(~Exists(posted), lesson__study_hours__gt=0)


def chain_links(
    within: str = "",
) -> Iterator[tuple[dict[str, Any], int | None, str | None]]:
    """All entries by member and position, each with the position and hash of the member's head.

    `within` is the path of a branch: then only of who belongs there or below today.

    One statement, so one moment; read in pieces inside a transaction, so memory does not grow
    with the ledger.
    """
    names = ("id", "hash", "previous_hash", *ALL_FACTS)
    entries = StudyHourEntry.objects.order_by("member_id", "member_seq")
    if within:
        entries = entries.filter(member__in=_belonging(within))
    rows = entries.values_list(
        "member__ledger_head__seq", "member__ledger_head__hash", *names
    ).iterator(chunk_size=2000)
    for head_seq, head_hash, *values in rows:
        yield dict(zip(names, values, strict=True)), head_seq, head_hash


def heads_without_entries(within: str = "") -> QuerySet[LedgerHead]:
    """Members whose head says there are entries while none is left."""
    left = StudyHourEntry.objects.filter(member_id=OuterRef("member_id"))
    heads = LedgerHead.objects.filter(~Exists(left), seq__gt=0).order_by("member_id")
    return heads.filter(member__in=_belonging(within)) if within else heads


def _belonging(within: str) -> QuerySet[Membership, int]:
    """Who belongs today to the branch at this path or below it."""
    return Membership.objects.filter(
        standing_on(clock.today()), branch__path__startswith=within
    ).values_list("member_id", flat=True)


def heads_by_branch(within: str = "") -> list[tuple[str, str, int, str]]:
    """(branch code, member number, position, hash) of every chain, by the branch of today.

    Read from the entries themselves; who belongs nowhere has no code and comes last.
    """
    standing = Membership.objects.filter(
        standing_on(clock.today()), member_id=OuterRef("member_id")
    )
    ends = (
        StudyHourEntry.objects.order_by("member_id", "-member_seq")
        .distinct("member_id")
        .annotate(
            path=Coalesce(Subquery(standing.values("branch__path")[:1]), Value("~")),
            code=Coalesce(Subquery(standing.values("branch__code")[:1]), Value("")),
        )
        .values_list("path", "code", "member__number", "member_seq", "hash")
    )
    return [tuple(row[1:]) for row in sorted(ends) if row[0].startswith(within)]


def not_in_chains(heads: Mapping[tuple[str, int], str]) -> list[tuple[str, int]]:
    """Which of these (number, position): hash the chains of today do not have, in order."""
    missing = dict(heads)
    rows = StudyHourEntry.objects.filter(
        member__number__in={number for number, _seq in heads},
        member_seq__in={seq for _number, seq in heads},
    ).values_list("member__number", "member_seq", "hash")
    for number, seq, found in rows.iterator(chunk_size=2000):
        if missing.get((number, seq)) == found:
            del missing[number, seq]
    return sorted(missing)


def lesson_entries() -> Iterator[tuple[int, str, int, Decimal, dict[str, Any]]]:
    """(id, member number, position, hours, evidence) of every lesson's entry, in order."""
    return (
        StudyHourEntry.objects.filter(source_kind=SourceKind.LESSON)
        .order_by("pk")
        .values_list("pk", "member__number", "member_seq", "hours", "evidence")
        .iterator(chunk_size=2000)
    )


def member_names(member_ids: list[int]) -> dict[int, str]:
    """Number and name of each member, for a report."""
    rows = Member.objects.filter(pk__in=member_ids).values_list("pk", "number", "name")
    return {pk: f"{number} {name}" for pk, number, name in rows}
