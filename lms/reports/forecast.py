"""What a year's hours come to at its end if study goes on as it has so far (pure)."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

# Before this day of the year one long evening would pass for a pace.
FIRST_DAY = 31
MONTHS = 12
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Forecast:
    """Hours by 31 December at the present pace, and what it takes to reach what is asked.

    Rounded to tenths against the reader: it never promises more, or asks for less, than is true.
    """

    expected: Decimal
    short: Decimal  # what would still be missing at the end; nothing: it will do
    monthly: Decimal  # hours a month, from today on, to reach it all the same

    @property
    def will_reach(self) -> bool:
        return self.short <= 0


def forecast(hours: Decimal, asked: Decimal, today: dt.date) -> Forecast | None:
    """The forecast for the year of `today`; None as long as the year is too young for one."""
    day, days = day_of_year(today)
    if day < FIRST_DAY:
        return None
    missing = max(Decimal(0), asked - hours)
    # Of the last month all is left to do in it.
    months_left = max(Decimal(1), Decimal((days - day + 1) * MONTHS) / days)
    return Forecast(
        expected=expected_hours(hours, today),
        short=max(Decimal(0), _up(asked - hours * days / day)),
        monthly=_up(missing / months_left),
    )


def expected_hours(hours: Decimal, today: dt.date) -> Decimal:
    """What `hours` by the evening of `today` come to by the end of the year."""
    day, days = day_of_year(today)
    return (hours * days / day).quantize(TENTH, ROUND_FLOOR)


def day_of_year(today: dt.date) -> tuple[int, int]:
    """(the how many-th day today is, how many days the year has)"""
    return today.timetuple().tm_yday, dt.date(today.year, 12, 31).timetuple().tm_yday


def has_pace(today: dt.date) -> bool:
    """The year is old enough to be told where it leads."""
    return day_of_year(today)[0] >= FIRST_DAY


def _up(hours: Decimal) -> Decimal:
    return hours.quantize(TENTH, ROUND_CEILING)
