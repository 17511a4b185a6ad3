"""How much of what a class studied together somebody was at; pure."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """At least so many times, or so many percent of what was held; of both whatever is more."""

    times: int = 0
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Attendance:
    """What was held within a member's dates, and how much of it the member was at."""

    held: int
    attended: int

    def missing(self, asked: Asked) -> int:
        """How many times more it takes, of what has been held so far; never negative."""
        share = -(-self.held * asked.percent // 100)
        return max(0, max(asked.times, share) - self.attended)

    def is_met(self, asked: Asked, *, is_over: bool) -> bool:
        """A share is known when nothing more will be held, and of nothing there is no share."""
        if asked.percent and (not is_over or not self.held):
            return False
        return not self.missing(asked)


def attendance(
    held: Sequence[tuple[int, dt.date]], attended: Collection[int], *, first: dt.date, last: dt.date
) -> Attendance:
    """`held` are gatherings with their days; those from `first` to `last`, both included, count."""
    within = [gathering for gathering, day in held if first <= day <= last]
    return Attendance(len(within), sum(gathering in attended for gathering in within))
