"""When things happened in the demo school: days of its year, always in the past (pure)."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
# In January the year that shows something is the one that has just ended.
FIRST_MONTH_SHOWN = 2
WEDNESDAY, SATURDAY = 2, 5


@dataclass(frozen=True, slots=True)
class DemoYear:
    """The stretch of one calendar year in which the demo school has studied.

    Days are named by their share of that stretch, so that a school opened in any month has
    events from beginning to end of it.
    """

    start: dt.date
    end: dt.date

    def day(self, share: float) -> dt.date:
        """The day at `share` (0 to 1) of the stretch."""
        return self.start + dt.timedelta(days=int(share * (self.end - self.start).days))

    def workday(self, share: float) -> dt.date:
        """That day, or the Friday before it."""
        day = self.day(share)
        return day - dt.timedelta(days=max(0, day.weekday() - SATURDAY + 1))

    def midweek(self, share: float) -> dt.date:
        """The Wednesday of that day's week, as far as it lies in the stretch."""
        day = self.day(share)
        return min(self.end, max(self.start, day + dt.timedelta(WEDNESDAY - day.weekday())))

    @property
    def transfer_day(self) -> dt.date:
        """The first of July; the middle of the stretch where July has not come yet."""
        july = dt.date(self.start.year, 7, 1)
        return july if july < self.end else self.day(0.5)


def demo_year(today: dt.date) -> DemoYear:
    """The year shown by a demo school that is built `today`; it ends yesterday at the latest."""
    year = today.year if today.month >= FIRST_MONTH_SHOWN else today.year - 1
    yesterday = today - dt.timedelta(days=1)
    return DemoYear(dt.date(year, 1, 1), min(yesterday, dt.date(year, 12, 31)))


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A time of that day in the school's time zone."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZONE)
