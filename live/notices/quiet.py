"""When a notice counts as new: outside quiet hours, or with the round-up of day or week; pure."""

import datetime as dt
from dataclasses import dataclass

ROUND_UP_HOUR = 8
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From a minute of the day until another, perhaps over midnight; the same twice: never."""

    from_minute: int
    until_minute: int

    def holds(self, moment: dt.datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


USUAL = Quiet(22 * 60, 7 * 60)


def due_at(
    moment: dt.datetime, quiet: Quiet, *, is_daily: bool = False, is_weekly: bool = False
) -> dt.datetime:
    """`moment` is aware and in the school's time zone; the answer never comes before it.

    What is told once a week comes on Monday at the hour of the round-up.
    """
    if is_daily or is_weekly:
        due = moment.replace(hour=ROUND_UP_HOUR, minute=0, second=0, microsecond=0)
        if is_weekly:
            due += dt.timedelta(days=-due.weekday() % 7)
        each = dt.timedelta(days=7 if is_weekly else 1)
        moment = due if due >= moment else due + each
    if not quiet.holds(moment):
        return moment
    end = moment.replace(
        hour=quiet.until_minute // 60, minute=quiet.until_minute % 60, second=0, microsecond=0
    )
    return end if end > moment else end + dt.timedelta(days=1)
