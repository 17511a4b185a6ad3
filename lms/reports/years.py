"""A member's year of study: what counts, what is missing, which day decides (pure)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from exams.credit.policy import ANNUAL_TARGET, counts_towards_target, missing_hours

FIRST_YEAR = 2020
NOTHING = Decimal(0)


class YearState(StrEnum):
    """How far a member is in a year, in the plain words of the board."""

    REACHED = "reached"
    STARTED = "started"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class YearOfStudy:
    """The hours of one member in one year. This is the one definition: the member's archive,
    the secretary's board and the export all show these figures."""

    by_category: Mapping[str, Decimal] = field(default_factory=dict)
    target: Decimal = ANNUAL_TARGET

    @property
    def counted(self) -> Decimal:
        """What fills the annual target."""
        return sum(
            (hours for name, hours in self.by_category.items() if counts_towards_target(name)),
            NOTHING,
        )

    @property
    def all_hours(self) -> Decimal:
        """Everything in the ledger, counted towards the target or not."""
        return sum(self.by_category.values(), NOTHING)

    @property
    def missing(self) -> Decimal:
        return missing_hours(self.counted, self.target)

    @property
    def state(self) -> YearState:
        return state_of(self.counted, self.all_hours, self.target)


def state_of(counted: Decimal, all_hours: Decimal, target: Decimal = ANNUAL_TARGET) -> YearState:
    """Study that does not fill the target is study begun all the same."""
    if counted >= target:
        return YearState.REACHED
    return YearState.STARTED if all_hours > 0 else YearState.NOT_STARTED


def reckoning_day(year: int, today: dt.date) -> dt.date:
    """The day whose memberships decide who is on a year's board: today, or the year's last."""
    return min(today, dt.date(year, 12, 31))


def chosen_year(asked: str, today: dt.date) -> int:
    """The year asked for in an address; this year when it is none the school could have."""
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year
