"""What archives, boards and exports read.

There is one definition of a person's year (`years.YearOfStudy` of what `years_of` reads from the
ledger); every page and file shows that.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from exams.credit.models import MemberYear, StudyHourEntry
from exams.credit.queries import entries_of
from exams.credit.targets import asked_of_members
from lms.members.models import Branch, Member
from lms.members.queries import members_of, named, standing_on, visible_branches
from lms.reports.figures import Figures, added_up, figures_by_child
from lms.reports.filters import Show
from lms.reports.forecast import day_of_year
from lms.reports.years import YearOfStudy, reckoning_day


def years_of(member_ids: Iterable[int], year: int) -> dict[int, YearOfStudy]:
    """The year of each of these members, in two statements.

    Who has no row of the year yet is asked what the rules of the day ask, in some more.
    """
    ids = list(member_ids)
    kept = {
        row["member_id"]: row
        for row in MemberYear.objects.filter(member_id__in=ids, year=year).values(*_KEPT)
    }
    return _years(ids, year, kept)


_KEPT = ("member_id", "counted_hours", "target_hours", "events", "required_events", "is_due")


# The ids in one array, as in `identities_on`: files ask for thousands of people at a time.
_BY_CATEGORY = """
SELECT member_id, category, sum(hours) FROM exams_hourtotal
WHERE member_id = ANY (%s) AND year = %s GROUP BY member_id, category
"""


def _years(
    ids: Sequence[int], year: int, kept: Mapping[int, Mapping[str, Any]]
) -> dict[int, YearOfStudy]:
    hours: dict[int, dict[str, Decimal]] = {member_id: {} for member_id in ids}
    with connection.cursor() as cursor:
        cursor.execute(_BY_CATEGORY, [list(ids), year])
        for member_id, category, total in cursor.fetchall():
            hours[member_id][category] = total
    unopened = [member_id for member_id in ids if member_id not in kept]
    asked = asked_of_members(unopened, year) if unopened else {}
    years = {}
    for member_id in ids:
        if balance := kept.get(member_id):
            years[member_id] = YearOfStudy(
                hours[member_id],
                counted=balance["counted_hours"],
                target=balance["target_hours"],
                events=balance["events"],
                required_events=balance["required_events"],
                is_due=balance["is_due"],
            )
        else:
            year_asks = asked[member_id]
            years[member_id] = YearOfStudy(
                hours[member_id],
                target=year_asks.hours,
                required_events=year_asks.events,
                is_due=year_asks.is_due,
            )
    return years


def year_of(member: Member, year: int) -> YearOfStudy:
    """The year of one member."""
    return years_of([member.pk], year)[member.pk]


def entries_of_year(member: Member, year: int) -> QuerySet[StudyHourEntry]:
    """The entries behind a member's year, the latest first, without their evidence.

    Each with `merged_from`, the number of the record from which a merge has brought it.
    """
    return (
        entries_of(member, year)
        .select_related("branch", "reversed_by")
        .annotate(merged_from=KT("evidence__merge__lost__number"))
        .defer("evidence", "reversed_by__evidence")
    )


def entry_of(member: Member, entry_id: int) -> StudyHourEntry | None:
    """One entry of this member with all that explains it."""
    return (
        StudyHourEntry.objects.filter(member=member, pk=entry_id)
        .select_related("branch", "by", "reverses", "reversed_by")
        .first()
    )


# --- Boards -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BranchRow:
    """One line of a board: a subtree directly below, or what belongs to the branch itself."""

    branch: Branch
    figures: Figures
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a branch with all below it, and of its parts; the parts add up to it."""

    branch: Branch
    above: Sequence[Branch]
    rows: Sequence[BranchRow]
    figures: Figures
    year: int
    day: dt.date


def highest_branch(by: Any) -> Branch | None:
    """Where `by` begins to look: the branch nearest the root."""
    return visible_branches(by).order_by("depth", "path").first()


def board_of(branch: Branch, year: int, today: dt.date, *, visible: QuerySet[Branch]) -> Board:
    """The board of `branch`, one of the branches `visible` to the reader, for `year`."""
    day = reckoning_day(year, today)
    by_path = figures_by_child(branch.path, year, day)
    step = Branch.steplen
    ancestors = [branch.path[:end] for end in range(step, len(branch.path), step)]
    around = list(
        visible.filter(
            Q(path__in=ancestors) | Q(path__startswith=branch.path, depth=branch.depth + 1)
        )
    )
    children = [other for other in around if other.depth > branch.depth]
    rows = [
        BranchRow(child, by_path.get(child.path, Figures()), is_own=False) for child in children
    ]
    own = by_path.get(branch.path, Figures())
    if children and (own.members or own.credited):
        rows.insert(0, BranchRow(branch, own, is_own=True))
    return Board(
        branch=branch,
        above=[other for other in around if other.depth < branch.depth],
        rows=rows,
        figures=added_up(by_path.values()),
        year=year,
        day=day,
    )


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member on a board or in an export."""

    member_id: int
    name: str
    number: str
    branch: str
    year: YearOfStudy
    last_earned_on: dt.date | None


class BehindFirst(Sequence[MemberRow]):
    """The members of a board, who is behind most first; read a page at a time.

    Who has no row of the year has nothing yet and comes first; the others follow in the order of
    an index, those of whom nothing is asked with those who have reached what is. The number of
    either kind is known from the board's figures, so that no page has to count or sort a hundred
    thousand people; those `called` something are counted, once.
    """

    def __init__(self, board: Board, *, show: Show = Show.ALL, called: str = "") -> None:
        self.board = board
        self.year = board.year
        day = board.day
        within = {"branch__path__startswith": board.branch.path}
        self._unopened = (
            members_of(board.branch, day)
            .filter(~Exists(MemberYear.objects.filter(member=OuterRef("pk"), year=board.year)))
            .order_by("pk")
            .annotate(branch_name=F("memberships__branch__name"))
            .values_list("pk", "name", "number", "branch_name")
        )
        self._opened = (
            MemberYear.objects.filter(
                standing_on(day, prefix="member__memberships__"),
                year=board.year,
                **{f"member__memberships__{key}": value for key, value in within.items()},
            )
            .order_by("-missing_hours", "member_id")
            .values_list(
                "member_id", "member__name", "member__number",
                "member__memberships__branch__name", "last_earned_on", *_KEPT,
            )
        )  # fmt: skip
        if show:
            self._opened = self._opened.filter(is_due=True, is_reached=False)
        if show == Show.UNLIKELY:
            # `forecast.forecast`, said to the database.
            passed, days = day_of_year(day)
            self._opened = self._opened.alias(
                expected=F("counted_hours") * days, needed=F("target_hours") * passed
            ).filter(expected__lt=F("needed"))
        figures = board.figures
        self._first = figures.members - figures.opened
        if called:
            people = named(members_of(board.branch, day), called)
            self._unopened = named(self._unopened, called)
            self._opened = named(self._opened, called, name="member__name")
            self._first = self._unopened.count() if self._first else 0
            self._second = self._opened.count() if show else people.count() - self._first
        else:
            done = figures.reached + figures.not_due
            self._second = figures.opened - (done if show == Show.BEHIND else 0)
            if show == Show.UNLIKELY:
                self._second = self._opened.count()

    def __len__(self) -> int:
        return self._first + self._second

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(len(self))
        people: list[tuple[Any, ...]] = []
        if start < self._first:
            unopened = _between(self._unopened, start, min(stop, self._first), self._first)
            people += [(*row, None) for row in unopened]
        if stop > self._first:
            start, stop = max(0, start - self._first), stop - self._first
            people += _between(self._opened, start, stop, self._second)
        return self._with_years(people)

    def in_chunks(self, size: int = 2000) -> Iterator[list[MemberRow]]:
        """All rows in order, without holding them all; for the export."""
        chunk: list[tuple[Any, ...]] = []
        for segment, tail in ((self._unopened, (None,)), (self._opened, ())):
            for row in segment.iterator(chunk_size=size):
                chunk.append((*row, *tail))
                if len(chunk) == size:
                    yield self._with_years(chunk)
                    chunk = []
        if chunk:
            yield self._with_years(chunk)

    def _with_years(self, people: Sequence[tuple[Any, ...]]) -> list[MemberRow]:
        kept = {
            person[0]: dict(zip(_KEPT, person[5:], strict=True)) for person in people if person[5:]
        }
        years = _years([person[0] for person in people], self.year, kept)
        return [
            MemberRow(
                member_id=member_id, name=name, number=number, branch=branch,
                year=years[member_id], last_earned_on=last,
            )
            for member_id, name, number, branch, last, *_kept in people
        ]  # fmt: skip


def _between(rows: QuerySet[Any, Any], start: int, stop: int, count: int) -> list[Any]:
    """Rows `start` to `stop` of `count`, read from the end they are nearer to."""
    if start <= count - stop:
        return list(rows[start:stop])
    return list(rows.reverse()[count - stop : count - start])[::-1]


def member_on_board(branch: Branch, member_id: int, year: int, today: dt.date) -> Member | None:
    """A member whose `year` the board of `branch` shows.

    Whoever belongs to the subtree today brings along all years; whoever has left is there for
    the years on whose last day they belonged.
    """
    return (
        Member.objects.filter(pk=member_id)
        .filter(
            Exists(members_of(branch, today).filter(pk=OuterRef("pk")))
            | Exists(members_of(branch, reckoning_day(year, today)).filter(pk=OuterRef("pk")))
        )
        .first()
    )


def member_with_entry(
    branch: Branch, member_id: int, entry_id: int, today: dt.date
) -> Member | None:
    """The member, if this entry of theirs lies in a year the board of `branch` shows."""
    earned_on = (
        StudyHourEntry.objects.filter(pk=entry_id, member_id=member_id)
        .values_list("earned_on", flat=True)
        .first()
    )
    return member_on_board(branch, member_id, earned_on.year, today) if earned_on else None
