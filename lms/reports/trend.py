"""A branch's hours month by month, this year beside the last: the sums, and how they are drawn."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from exams.credit.models import HourTotal
from lms.core.design.drawing import plain
from lms.members.queries import branches_under

MONTHS = 12
NOTHING = Decimal(0)

# The drawing: twelve columns, in each the bar of the last year and that of this one.
COLUMN, BAR, TALLEST = 30, 11, 100


@dataclass(frozen=True, slots=True)
class Month:
    """One month of both years; nothing yet where the month has not begun."""

    number: int
    last: Decimal
    this: Decimal | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Hours of all categories, by the branch each was earned in, in two years."""

    year: int
    months: Sequence[Month]
    complete: int  # months of this year that are over: only they are compared

    @property
    def has_hours(self) -> bool:
        return any(month.last or month.this for month in self.months)

    @property
    def this_so_far(self) -> Decimal:
        return sum((month.this or NOTHING for month in self.months[: self.complete]), NOTHING)

    @property
    def last_so_far(self) -> Decimal:
        return sum((month.last for month in self.months[: self.complete]), NOTHING)


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of one year in the drawing, standing on its foot."""

    x: int
    y: float
    height: float
    is_last: bool
    year: int
    month: int
    hours: str


def trend_of(path: str, year: int, today: dt.date) -> Trend:
    """The trend of the branch at `path` with all below it, in one statement."""
    grouped = (
        HourTotal.objects.filter(
            branch_id__in=branches_under([path]).order_by().values("pk"),
            year__in=(year - 1, year),
        )
        .values_list("year", "month")
        .annotate(hours=Sum("hours"))
        .order_by("year", "month")
    )
    return trend(grouped, year, today)


def trend(sums: Iterable[tuple[int, int, Decimal]], year: int, today: dt.date) -> Trend:
    """The trend out of (year, month, hours); what is not named is nothing."""
    hours = {(of_year, month): found for of_year, month, found in sums}
    begun = today.month if year == today.year else MONTHS
    return Trend(
        year=year,
        months=[
            Month(
                number=month,
                last=hours.get((year - 1, month), NOTHING),
                this=hours.get((year, month), NOTHING) if month <= begun else None,
            )
            for month in range(1, MONTHS + 1)
        ],
        complete=begun - 1 if year == today.year else MONTHS,
    )


def bars(shown: Trend) -> list[Bar]:
    """The bars of all months, the highest `TALLEST` high; corrections can leave less than none."""
    highest = max(max(month.last, month.this or NOTHING) for month in shown.months)
    return [
        _bar(month.number, shown.year - is_last, hours, highest, is_last=is_last)
        for month in shown.months
        for is_last, hours in ((True, month.last), (False, month.this))
        if hours is not None and hours > 0
    ]


def _bar(month: int, year: int, hours: Decimal, highest: Decimal, *, is_last: bool) -> Bar:
    height = max(2.0, round(float(hours / highest) * TALLEST, 1))  # a sliver stays visible
    x = (month - 1) * COLUMN + (COLUMN - 2 * BAR) // 2 + (0 if is_last else BAR)
    return Bar(x, round(TALLEST - height, 1), height, is_last, year, month, plain(float(hours)))
