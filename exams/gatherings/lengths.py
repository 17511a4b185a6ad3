"""How long a gathering was and what that is worth; pure."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

# A gathering somebody forgot to close is no day of study: half a day at the most.
MOST_MINUTES = 240


class Length(StrEnum):
    """How the length of study is written down."""

    MINUTES = "minutes"
    HALF_DAY = "half_day"
    DAY = "day"


class Conversion(Protocol):
    """What the school's rules say of time spent together."""

    @property
    def day_hours(self) -> Decimal: ...

    @property
    def half_day_hours(self) -> Decimal: ...

    def hours_for_minutes(self, minutes: int) -> Decimal: ...


def minutes_on_screen(
    opened_at: dt.datetime, closed_at: dt.datetime, lesson_ms: int | None = None
) -> int:
    """Whole minutes between opening and closing, not more than the lesson shown lasts."""
    minutes = int((closed_at - opened_at).total_seconds() // 60)
    if lesson_ms:
        minutes = min(minutes, -(-lesson_ms // 60_000))
    return max(0, min(minutes, MOST_MINUTES))


def hours_for(length: str, minutes: int, rules: Conversion) -> Decimal:
    """The 学时 of so much study in one room, by the school's rules."""
    if length == Length.DAY:
        return rules.day_hours
    if length == Length.HALF_DAY:
        return rules.half_day_hours
    return rules.hours_for_minutes(minutes)
