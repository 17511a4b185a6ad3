"""A member's year of study: what counts, what is missing, which day decides (pure)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from exams.credit.policy import is_reached, missing_hours

FIRST_YEAR = 2020
NOTHING = Decimal(0)


class YearState(StrEnum):
    """How far a member is in a year, in the plain words of the board."""

    REACHED = "reached"
    STARTED = "started"
    NOT_STARTED = "not_started"
    NOT_DUE = "not_due"  # exempt, or of an identity of which nothing is asked


@dataclass(frozen=True, slots=True)
class YearOfStudy:
    """One member's calendar year: what was studied, what of it counts, and what is asked."""

    by_category: Mapping[str, Decimal] = field(default_factory=dict)
    counted: Decimal = NOTHING
    target: Decimal = NOTHING
    events: int = 0
    required_events: int = 0
    is_due: bool = True

    @property
    def all_hours(self) -> Decimal:
        """Everything in the ledger, counted towards the target or not."""
        return sum(self.by_category.values(), NOTHING)

    @property
    def missing(self) -> Decimal:
        return missing_hours(self.counted, self.target) if self.is_due else NOTHING

    @property
    def missing_events(self) -> int:
        return max(0, self.required_events - self.events) if self.is_due else 0

    @property
    def state(self) -> YearState:
        if not self.is_due:
            return YearState.NOT_DUE
        if is_reached(self.target, self.required_events, self.counted, self.events):
            return YearState.REACHED
        # Study that does not fill the target is study begun all the same.
        return YearState.STARTED if self.all_hours > 0 else YearState.NOT_STARTED


def reckoning_day(year: int, today: dt.date) -> dt.date:
    """The day whose memberships decide who is on a year's board: today, or the year's last."""
    return min(today, dt.date(year, 12, 31))


def chosen_year(asked: str, today: dt.date) -> int:
    """The year asked for in an address; this year when it is none the school could have."""
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year
