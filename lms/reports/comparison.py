"""The parts of a node beside each other: figures, last year's hours, and what explains them.

Branches stand in the order of the tree; they are put in any other order only where the node has
switched ranking on and named its ground (`exams.rules.switches`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from exams.rules.models import ReliefState, Switch
from exams.rules.switches import is_on
from lms.members.models import Branch
from lms.reports.figures import Figures
from lms.reports.queries import Board, BranchRow

MONTHS = 12
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Apart:
    """People of a subtree who explain its figures, as counts."""

    exempt: int = 0
    came: int = 0  # from a branch outside the subtree, in this year
    went: int = 0
    guests: int = 0  # studied with a branch outside the subtree, in this year


@dataclass(frozen=True, slots=True)
class Compared:
    """One part of the node. `so_far` and `before` are hours of the months that are over."""

    row: BranchRow
    so_far: Decimal = NOTHING
    before: Decimal = NOTHING
    apart: Apart = field(default_factory=Apart)

    @property
    def figures(self) -> Figures:
        return self.row.figures

    @property
    def change(self) -> Decimal:
        return self.so_far - self.before


# What the parts may be put in order by, most first; each part's place in the tree decides ties.
ORDERS: dict[str, Callable[[Compared], Any]] = {
    "due": lambda part: part.figures.due,
    "reached": lambda part: part.figures.reached,
    "rate": lambda part: _rate(part.figures),
    "average": lambda part: part.figures.average,
    "change": lambda part: part.change,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The parts of a board; `months` is how many of the year are over and compared."""

    board: Board
    parts: Sequence[Compared]
    months: int
    may_sort: bool
    order: str  # one of ORDERS; empty: as in the tree

    @property
    def most_hours(self) -> Decimal:
        """What the longest bar of hours stands for."""
        return max((max(part.so_far, part.before) for part in self.parts), default=NOTHING)


def comparison_of(board: Board, today: dt.date, *, order: str = "") -> Comparison:
    """The comparison of a board's parts, in three statements more."""
    path, year = board.branch.path, board.year
    months = today.month - 1 if year == today.year else MONTHS
    hours, apart = _hours(path, year, months), _apart(path, year, board.day)
    parts = [
        Compared(
            row,
            so_far=hours.get((row.branch.path, year), NOTHING),
            before=hours.get((row.branch.path, year - 1), NOTHING),
            apart=apart.get(row.branch.path, Apart()),
        )
        for row in board.rows
    ]
    may_sort = is_on(path, Switch.RANKING)
    chosen = order if may_sort and order in ORDERS else ""
    if chosen:
        parts.sort(key=ORDERS[chosen], reverse=True)  # stable: equals stay as in the tree
    return Comparison(board, parts, months, may_sort, chosen)


def _rate(figures: Figures) -> Decimal:
    return Decimal(figures.reached) / figures.due if figures.due else NOTHING


# --- What is read ---------------------------------------------------------------------------------

# A part is named by the first `child_length` letters of a path: the node itself, or a child.
_HOURS = """
SELECT left(b.path, %(child_length)s), t.year, sum(t.hours)
FROM exams_hourtotal t JOIN members_branch b ON b.id = t.branch_id
WHERE b.path LIKE %(path)s || '%%' AND t.year IN (%(year)s, %(year)s - 1)
  AND t.month <= %(months)s
GROUP BY 1, 2
"""

# Who came and who went between two parts, or between a part and the world outside; moves inside a
# part are none. Who belongs for the first time has joined and not come from elsewhere.
_APART = """
WITH spans AS (
    SELECT m.member_id, m.joined_on, m.left_on, left(b.path, %(child_length)s) AS part
    FROM members_membership m JOIN members_branch b ON b.id = m.branch_id
    WHERE b.path LIKE %(path)s || '%%'
)
SELECT part, 'came', count(DISTINCT member_id)::int FROM spans s
WHERE joined_on BETWEEN %(first)s AND %(day)s
  AND EXISTS (SELECT FROM members_membership o
              WHERE o.member_id = s.member_id AND o.joined_on < s.joined_on)
  AND NOT EXISTS (SELECT FROM spans o WHERE o.member_id = s.member_id AND o.part = s.part
                  AND o.left_on = s.joined_on)
GROUP BY 1
UNION ALL
SELECT part, 'went', count(DISTINCT member_id)::int FROM spans s
WHERE left_on BETWEEN %(first)s AND %(day)s
  AND NOT EXISTS (SELECT FROM spans o WHERE o.member_id = s.member_id AND o.part = s.part
                  AND o.joined_on = s.left_on)
GROUP BY 1
UNION ALL
SELECT part, 'exempt', count(DISTINCT s.member_id)::int
FROM spans s JOIN exams_targetrelief r ON r.member_id = s.member_id
WHERE s.joined_on <= %(day)s AND (s.left_on IS NULL OR s.left_on > %(day)s)
  AND r.year = %(year)s AND r.state = %(approved)s AND r.hours IS NULL
GROUP BY 1
UNION ALL
SELECT left(home.path, %(child_length)s), 'guests', count(DISTINCT p.member_id)::int
FROM exams_presence p
JOIN members_branch home ON home.id = p.home_branch_id
JOIN exams_gathering g ON g.id = p.gathering_id
JOIN members_branch host ON host.id = g.branch_id
WHERE home.path LIKE %(path)s || '%%' AND p.confirmed_at IS NOT NULL
  AND extract(year FROM coalesce(g.opened_at, g.starts_at) AT TIME ZONE %(zone)s) = %(year)s
  AND home.path NOT LIKE host.path || '%%'
  AND left(host.path, %(child_length)s) <> left(home.path, %(child_length)s)
GROUP BY 1
"""


def _hours(path: str, year: int, months: int) -> dict[tuple[str, int], Decimal]:
    rows = _read(_HOURS, path, year=year, months=months)
    return {(part, of_year): hours for part, of_year, hours in rows}


def _apart(path: str, year: int, day: dt.date) -> dict[str, Apart]:
    counts: dict[str, dict[str, int]] = {}
    for part, what, count in _read(
        _APART, path, year=year, first=dt.date(year, 1, 1), day=day,
        approved=ReliefState.APPROVED.value, zone=timezone.get_default_timezone_name(),
    ):  # fmt: skip
        counts.setdefault(part, {})[what] = count
    return {part: Apart(**found) for part, found in counts.items()}


def _read(statement: str, path: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"path": path, "child_length": len(path) + Branch.steplen, **values}
        )
        return list(cursor.fetchall())
