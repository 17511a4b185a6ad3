"""How fast runs go and when they will be done: pure, from what the rows say."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

# Below this there is too little done to say anything by.
LEAST_SECONDS = 5.0
# What a stopped run would need is said as this.
LONGEST = dt.timedelta(days=365)


@dataclass(frozen=True)
class Going:
    """A run at work: how much of `weight` is done (0 to 100), and since when."""

    weight: float
    percent: int
    started_at: dt.datetime

    def rate(self, now: dt.datetime) -> float | None:
        """Weight a second; None as long as nothing can be said."""
        seconds = (now - self.started_at).total_seconds()
        if seconds < LEAST_SECONDS or self.percent <= 0:
            return None
        return self.weight * self.percent / 100 / seconds

    def left(self, now: dt.datetime) -> dt.timedelta | None:
        """Until it is done at this pace."""
        rate = self.rate(now)
        if rate is None:
            return None
        return _length(self.weight * (100 - self.percent) / 100, rate)


def speed(seconds: float, percent: int, elapsed: dt.timedelta) -> float | None:
    """Seconds of lecture made in a second of time; None as long as nothing can be said."""
    if elapsed.total_seconds() < LEAST_SECONDS or percent <= 0:
        return None
    return seconds * percent / 100 / elapsed.total_seconds()


def all_left(
    going: Iterable[Going], waiting: Iterable[float], now: dt.datetime
) -> dt.timedelta | None:
    """Until everything is done, at the pace of what is going; None if nothing says one."""
    runs = list(going)
    rates = [rate for run in runs if (rate := run.rate(now)) is not None]
    if not rates:
        return None
    open_weight = sum(run.weight * (100 - run.percent) / 100 for run in runs) + sum(waiting)
    return _length(open_weight, sum(rates))


def _length(weight: float, rate: float) -> dt.timedelta:
    return dt.timedelta(seconds=min(weight / rate, LONGEST.total_seconds()))
