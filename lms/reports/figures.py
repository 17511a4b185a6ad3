"""The figures of a branch's subtree on a day, for a board.

Two things are added up. *People*: who belongs to the branch on the day, each with the personal
total of the whole year, wherever the hours were earned; those of whom nothing is asked are in no
denominator. *Credited hours*: the entries on which the branch itself is written. A transferred
member's earlier hours so stay with the branch they were earned in, and the member brings the
personal total along.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from exams.credit.policy import Category
from lms.members.models import Branch
from lms.reports.statements import BY_CHILD


@dataclass(frozen=True, slots=True)
class Figures:
    """What a board says of a set of branches."""

    members: int = 0
    due: int = 0
    opened: int = 0
    reached: int = 0
    started: int = 0
    counted_hours: Decimal = Decimal(0)
    credited: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def not_started(self) -> int:
        return self.due - self.reached - self.started

    @property
    def behind(self) -> int:
        return self.due - self.reached

    @property
    def not_due(self) -> int:
        return self.members - self.due

    @property
    def average(self) -> Decimal:
        return self.counted_hours / self.due if self.due else Decimal(0)

    @property
    def reached_percent(self) -> int:
        """Rounded down: 100 is said only when everybody has."""
        return self.reached * 100 // self.due if self.due else 0

    @property
    def credited_hours(self) -> Decimal:
        return sum(self.credited.values(), Decimal(0))


def added_up(parts: Iterable[Figures]) -> Figures:
    """The figures of all parts together."""
    credited: dict[str, Decimal] = {}
    listed = list(parts)
    for part in listed:
        for category, hours in part.credited.items():
            credited[category] = credited.get(category, Decimal(0)) + hours
    return Figures(
        members=sum(part.members for part in listed),
        due=sum(part.due for part in listed),
        opened=sum(part.opened for part in listed),
        reached=sum(part.reached for part in listed),
        started=sum(part.started for part in listed),
        counted_hours=sum((part.counted_hours for part in listed), Decimal(0)),
        credited=credited,
    )


def figures_by_child(path: str, year: int, day: dt.date) -> dict[str, Figures]:
    """Figures by path: of the branch at `path` itself and of each subtree directly below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            BY_CHILD,
            {
                "path": path,
                "child_length": len(path) + Branch.steplen,
                "child_depth": len(path) // Branch.steplen + 1,
                "year": year,
                "day": day,
            },
        )
        return {row[0]: _figures(row) for row in sorted(cursor.fetchall())}


def _figures(row: tuple[Any, ...]) -> Figures:
    _path, members, due, opened, reached, started, counted_hours, *credited = row
    return Figures(
        members,
        due,
        opened,
        reached,
        started,
        counted_hours,
        {
            category.value: hours
            for category, hours in zip(Category, credited, strict=True)
            if hours is not None
        },
    )
