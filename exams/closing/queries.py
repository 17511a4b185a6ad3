"""Reading a year for its closing, and closings with what came after them."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum

from exams.closing.export import Head, Person, Sums, added_up, chains_digest
from exams.closing.models import ClosedYear, YearClosing
from exams.credit.models import StudyHourEntry
from exams.credit.policy import is_reached
from lms.members.models import Branch
from lms.members.queries import administered_branches, visible_branches

# One statement, so one moment: hours, what is asked, and where each chain ends. People are those
# who belong to the subtree on the year's last day, each with the whole year.
_YEAR = """
SELECT m.id, m.number, b.code, b.name, coalesce(y.target_hours, 0), coalesce(y.required_events, 0),
       coalesce(y.is_due, false), coalesce(e.counted, 0), coalesce(e.events, 0),
       coalesce(e.hours, '{}'::jsonb), coalesce(c.seq, 0), coalesce(c.hash, '')
FROM members_membership s
JOIN members_member m ON m.id = s.member_id
JOIN members_branch b ON b.id = s.branch_id
LEFT JOIN exams_memberyear y ON y.member_id = m.id AND y.year = %(year)s
LEFT JOIN LATERAL (
    SELECT sum(counted) AS counted, sum(events)::int AS events,
           jsonb_object_agg(category, hours) AS hours
    FROM (
        SELECT category, sum(hours)::text AS hours, sum(counted_hours) AS counted,
               sum(CASE WHEN category <> 'concentrated' THEN 0
                        WHEN source_kind = 'reversal' THEN -1 ELSE 1 END) AS events
        FROM exams_studyhourentry
        WHERE member_id = m.id AND earned_on >= %(first)s AND earned_on <= %(last)s
        GROUP BY category
    ) by_category
) e ON true
LEFT JOIN LATERAL (
    SELECT member_seq AS seq, hash FROM exams_studyhourentry
    WHERE member_id = m.id ORDER BY member_seq DESC LIMIT 1
) c ON true
WHERE b.path LIKE %(path)s || '%%'
  AND s.joined_on <= %(last)s AND (s.left_on IS NULL OR s.left_on > %(last)s)
ORDER BY b.path, m.number
"""


def last_day(year: int) -> dt.date:
    return dt.date(year, 12, 31)


def year_now(branch: Branch, year: int) -> list[tuple[int, Person]]:
    """Everybody of the subtree with the year as the ledger has it at this moment, by member id."""
    with connection.cursor() as cursor:
        cursor.execute(
            _YEAR,
            {
                "path": branch.path,
                "year": year,
                "first": dt.date(year, 1, 1),
                "last": last_day(year),
            },
        )
        return [(row[0], _person(*row[1:])) for row in cursor.fetchall()]


def _person(
    number: str, code: str, name: str, target: Decimal, required_events: int, is_due: bool,
    counted: Decimal, events: int, hours: str, seq: int, head_hash: str,
) -> Person:  # fmt: skip
    by_category = {category: Decimal(said) for category, said in json.loads(hours).items()}
    if not is_due:
        state = "not_due"
    elif is_reached(target, required_events, counted, events):
        state = "reached"
    else:
        state = "started" if sum(by_category.values()) > 0 else "not_started"
    return Person(
        number=number, branch_code=code, branch_name=name, hours=by_category, counted=counted,
        target=target, events=events, required_events=required_events, state=state, seq=seq,
        head_hash=head_hash,
    )  # fmt: skip


# --- Closings -------------------------------------------------------------------------------------


def visible_closings(by: Any) -> QuerySet[YearClosing]:
    """Of the nodes `by` looks after, the latest year and version first."""
    return (
        YearClosing.objects.filter(branch__in=visible_branches(by).order_by())
        .select_related("branch", "by", "previous")
        .order_by("-year", "branch__path", "-version")
    )


def closable_branches(by: Any) -> QuerySet[Branch]:
    """The nodes whose years `by` may close, in tree order."""
    return administered_branches(by)


def latest_closing(branch: Branch, year: int) -> YearClosing | None:
    return YearClosing.objects.filter(branch=branch, year=year).order_by("-version").first()


def closing_by_code(code: str) -> YearClosing | None:
    """For who holds a closing sheet."""
    return YearClosing.objects.filter(code=code).select_related("by", "previous").first()


def head_of(closing: YearClosing) -> Head:
    """What the exported file says of the closing itself."""
    at = closing.closed_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    before = f" 上一版{closing.previous.code}" if closing.previous else ""
    said = f"{closing.year}年度 第{closing.version}版 查验码{closing.code} {at}{before}"
    return Head(closing.branch_code, closing.branch_name, said)


def people_of(closing: YearClosing) -> list[Person]:
    """The members of a closing as they were written down, in the order of the file."""
    return [
        Person(
            number=row.number, branch_code=row.branch_code, branch_name=row.branch_name,
            hours={category: Decimal(said) for category, said in row.hours.items()},
            counted=row.counted_hours, target=row.target_hours, events=row.events,
            required_events=row.required_events, state=row.state, seq=row.seq,
            head_hash=row.head_hash,
        )
        for row in closing.years.order_by("place").iterator(chunk_size=2000)
    ]  # fmt: skip


def closed_years(closing: YearClosing) -> QuerySet[ClosedYear]:
    return closing.years.select_related("member").order_by("place")


@dataclass(frozen=True, slots=True)
class ClosedBranch:
    """One branch in a closing, added up, and the hash of where its members' chains ended."""

    name: str
    sums: Sums
    chains: str


def branches_of(closing: YearClosing) -> list[ClosedBranch]:
    """The branches of a closing in the order of the file."""
    return [
        ClosedBranch(name, added_up(own), chains_digest(own))
        for (_code, name), members in groupby(
            people_of(closing), key=lambda person: (person.branch_code, person.branch_name)
        )
        for own in [list(members)]
    ]


def next_of(closing: YearClosing) -> YearClosing | None:
    """The version that followed, if one did."""
    return YearClosing.objects.filter(previous=closing).first()


def addenda_of(closing: YearClosing) -> QuerySet[StudyHourEntry]:
    """Entries of the closed year that came after its closing, in the order they came.

    Each with `was_counted`, what the closing says of the member.
    """
    row = ClosedYear.objects.filter(closing=closing, member_id=OuterRef("member_id"))
    return (
        StudyHourEntry.objects.filter(
            Exists(row.filter(seq__lt=OuterRef("member_seq"))), earned_on__year=closing.year
        )
        .select_related("member", "branch", "by", "reverses")
        .annotate(was_counted=Subquery(row.values("counted_hours")[:1]))
        .order_by("created_at", "pk")
    )


def sum_of_addenda(closing: YearClosing) -> Decimal:
    """By how much what counts has changed since the closing."""
    total = addenda_of(closing).order_by().aggregate(total=Sum("counted_hours"))["total"]
    return total or Decimal(0)


def counted_since(closing: YearClosing, member_ids: list[int]) -> dict[int, Decimal]:
    """For these members, what their addenda come to."""
    rows = (
        addenda_of(closing)
        .filter(member_id__in=member_ids)
        .order_by("member_id")
        .values("member_id")
        .annotate(total=Sum("counted_hours"))
    )
    return {row["member_id"]: row["total"] for row in rows}


# --- For the check --------------------------------------------------------------------------------


def all_closings() -> QuerySet[YearClosing]:
    return YearClosing.objects.select_related("previous").order_by("pk")


def heads_not_in_ledger(closing: YearClosing) -> Iterator[ClosedYear]:
    """Rows whose chain, as closed, is no beginning of today's chain of that member."""
    same = StudyHourEntry.objects.filter(
        member_id=OuterRef("member_id"), member_seq=OuterRef("seq"), hash=OuterRef("head_hash")
    )
    return closing.years.filter(~Exists(same), seq__gt=0).order_by("place").iterator()
