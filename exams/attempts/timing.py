"""When an attempt ends: window, allowed time, allowances, reopening. Pure.

The deadline is a moment of the server's clock, fixed when the first question is served. Nothing a
browser says moves it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

# What was sent in time may still be on its way at the end; nobody writes in this time.
GRACE = dt.timedelta(seconds=10)
# Another attempt given after the window has closed is begun within so long.
LATE_START = dt.timedelta(days=7)

_NO_PERCENT_MORE = 100
_EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """When an exam may be begun, and how long it may take."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    allowed_seconds: int


@dataclass(frozen=True, slots=True)
class Granted:
    """One allowance: more seconds, a share of the time in percent, more attempts."""

    extra_seconds: int = 0
    time_percent: int = _NO_PERCENT_MORE
    extra_attempts: int = 0
    at: dt.datetime = _EVER


@dataclass(frozen=True, slots=True)
class Allowed:
    """All allowances of one member in one exam together."""

    extra_seconds: int = 0
    time_percent: int = _NO_PERCENT_MORE
    extra_attempts: int = 0
    # The latest moment another attempt was given; none was: None.
    attempt_given_at: dt.datetime | None = None

    @property
    def gives_time(self) -> bool:
        return self.extra_seconds > 0 or self.time_percent > _NO_PERCENT_MORE


NOTHING = Allowed()


def together(granted: Iterable[Granted]) -> Allowed:
    """What holds: the sum of what was added, and the highest multiplier."""
    rows = list(granted)
    return Allowed(
        extra_seconds=sum(row.extra_seconds for row in rows),
        time_percent=max((row.time_percent for row in rows), default=_NO_PERCENT_MORE),
        extra_attempts=sum(row.extra_attempts for row in rows),
        attempt_given_at=max((row.at for row in rows if row.extra_attempts), default=None),
    )


def seconds_for(allowed_seconds: int, allowed: Allowed) -> int:
    """How long this member may take: multiplied first, added afterwards; a part second is given."""
    multiplied = -(-allowed_seconds * allowed.time_percent // 100)
    return multiplied + allowed.extra_seconds


def end(window: Window, started_at: dt.datetime, allowed: Allowed) -> dt.datetime:
    """When an attempt begun at `started_at` ends.

    The window ends it for everybody alike; for who was given time, or an attempt after the window,
    the later of window and allowed time is what counts, so that the window takes nothing back.
    """
    full = started_at + dt.timedelta(seconds=seconds_for(window.allowed_seconds, allowed))
    if allowed.gives_time or started_at >= window.closes_at:
        return full
    return min(full, window.closes_at)


def may_start_until(window: Window, allowed: Allowed) -> dt.datetime:
    """The moment from which nobody begins any more."""
    given = allowed.attempt_given_at
    return window.closes_at if given is None else max(window.closes_at, given + LATE_START)


def moved(
    deadline: dt.datetime,
    window: Window,
    started_at: dt.datetime,
    before: Allowed,
    after: Allowed,
) -> dt.datetime:
    """The deadline of a running attempt after an allowance more: later by what that one adds.

    By the difference, and not anew, so that what a reopening gave is kept.
    """
    added = end(window, started_at, after) - end(window, started_at, before)
    return deadline + max(added, dt.timedelta(0))


def extended(
    deadline: dt.datetime, before: Window, after: Window, started_at: dt.datetime, allowed: Allowed
) -> dt.datetime:
    """The deadline of a running attempt when its exam's window closes later than before.

    Later by what the window alone took of it, so that nothing that was given is lost.
    """
    added = end(after, started_at, allowed) - end(before, started_at, allowed)
    return deadline + max(added, dt.timedelta(0))


def is_over(now: dt.datetime, deadline: dt.datetime) -> bool:
    """Nothing sent at `now` counts any more, not even what was on its way."""
    return now > deadline + GRACE


def left_at(finished_at: dt.datetime, deadline: dt.datetime) -> dt.timedelta:
    """What was left of the time when the attempt was finished: this is what a reopening gives."""
    return max(deadline - finished_at, dt.timedelta(0))
