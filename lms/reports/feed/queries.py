"""What other systems read: entries in their order, and the same years as everybody else."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Prefetch, QuerySet

from exams.credit.models import LedgerHead, StudyHourEntry
from lms.members.models import Branch, Member
from lms.members.queries import branch_on, branches_under, members_of
from lms.reports import queries
from lms.reports.feed.models import EntryPlace
from lms.reports.years import FIRST_YEAR, YearOfStudy, reckoning_day

# The namespace of idempotency keys; never changed, or every entry would be taken for a new one.
_KEYS = uuid.UUID("5b0a1f0e-6c1b-4f4e-9d57-3a8f0d2e6c41")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to where entries have their places; both None while there are none."""

    position: int
    placed_at: dt.datetime | None


def horizon() -> Horizon:
    found = EntryPlace.objects.aggregate(position=Max("position"), placed_at=Max("placed_at"))
    return Horizon(found["position"] or 0, found["placed_at"])


def placed(path: str | None, *, after: int, until: int) -> QuerySet[EntryPlace]:
    """The places above `after` up to `until`, in order, of entries on which a branch at or below
    `path` is written (of all entries without a path).
    """
    places = EntryPlace.objects.filter(position__gt=after, position__lte=until)
    if path is not None:
        branches = branches_under([path]).order_by().values_list("pk", flat=True)
        places = places.filter(branch__in=list(branches))
    return places.order_by("position")


def with_entries(places: QuerySet[EntryPlace], *evidence: str) -> QuerySet[EntryPlace]:
    """Each with its entry, found by its key; without `evidence` (names of columns)."""
    entries = StudyHourEntry.objects.select_related("member", "branch", "reverses")
    return places.prefetch_related(Prefetch("entry", entries.defer(*evidence)))


def entries_under(
    path: str,
    *,
    after: int,
    until: int,
    most: int,
    year: int | None = None,
    since: dt.datetime | None = None,
) -> list[EntryPlace]:
    """The next `most` places of a subtree, their entries without evidence."""
    places = placed(path, after=after, until=until)
    if year is not None:
        places = places.filter(year=year)
    if since is not None:
        places = places.filter(placed_at__gte=since)
    return list(with_entries(places, "evidence", "reverses__evidence")[:most])


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as other systems are given it, with keys that never change.

    They are made of the entry's hash, which the database keeps from changing and which covers
    the member and the place in the member's chain: no two entries have the same.
    """

    place: EntryPlace

    @property
    def entry(self) -> StudyHourEntry:
        return self.place.entry

    @property
    def idempotency_key(self) -> uuid.UUID:
        return uuid.uuid5(_KEYS, self.entry.hash)

    @property
    def reverses(self) -> uuid.UUID | None:
        reversed_entry = self.entry.reverses
        return uuid.uuid5(_KEYS, reversed_entry.hash) if reversed_entry else None


def branch_under(path: str, code: str) -> Branch | None:
    """The branch of that code, if it lies at or below `path`."""
    if "\0" in code:  # which PostgreSQL takes for no text
        return None
    return branches_under([path]).filter(code=code).first()


@dataclass(frozen=True, slots=True)
class MemberYearRow:
    """A member's year as the board shows it, and the branch whose board that is."""

    member: Member
    branch_code: str
    year: int
    study: YearOfStudy


def member_year(branch: Branch, number: str, year: int, today: dt.date) -> MemberYearRow | None:
    """The year of the member with that number, if the board of `branch` shows it."""
    if "\0" in number or not FIRST_YEAR <= year <= today.year:
        return None
    member = Member.objects.filter(number=number).first()
    if member is None:
        return None
    shown = queries.member_on_board(branch, member.pk, year, today)
    if shown is None:
        return None
    day = reckoning_day(year, today)
    standing = branch_on(shown, day)
    return MemberYearRow(
        shown, standing.code if standing else "", year, queries.year_of(shown, year)
    )


def branch_year(path: str, code: str, year: int, today: dt.date) -> queries.Board | None:
    """The board of the branch of that code, if it lies at or below `path`."""
    branch = branch_under(path, code)
    if branch is None or not FIRST_YEAR <= year <= today.year:
        return None
    return queries.board_of(branch, year, today, visible=branches_under([path]))


def heads_under(branch: Branch, *, after: int, most: int, today: dt.date) -> Sequence[LedgerHead]:
    """Where the chains of those who belong to the subtree today end, by member."""
    members = members_of(branch, today).order_by().values("pk")
    return list(
        LedgerHead.objects.filter(member__in=members, pk__gt=after)
        .select_related("member")
        .order_by("pk")[:most]
    )
