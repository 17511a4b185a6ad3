"""Whose turn it is, which question comes first, who may be drawn, who is gone; pure."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# A line that is back within this was only broken; then the stage is free for the next one.
STAGE_WAITS = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as far as its place is concerned: `number` grows with the time of asking."""

    number: int
    is_open: bool
    votes: int


def in_order(questions: Iterable[Wanted]) -> list[Wanted]:
    """What is not answered yet first; of these what more people want, then what was asked first."""
    return sorted(questions, key=lambda one: (not one.is_open, -one.votes, one.number))


def ahead_of(queue: Sequence[int], member_id: int) -> int | None:
    """How many come before this member; None for who is not in the queue."""
    return queue.index(member_id) if member_id in queue else None


def drawn(
    present: Iterable[int], called: Iterable[int], pick: Callable[[Sequence[int]], int]
) -> int | None:
    """One of those present who were not called yet; None if there is none. Everybody alike."""
    left = sorted(set(present) - set(called))
    return pick(left) if left else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of somebody's: `left_at` is None while it stands or where nobody noticed its end."""

    seen_at: dt.datetime
    left_at: dt.datetime | None


def is_gone(lines: Iterable[Line], now: dt.datetime, *, stands_for: dt.timedelta) -> bool:
    """No line stands, and none has for `STAGE_WAITS`; `stands_for` is how long one needs no sign
    of life.
    """
    lasts: list[dt.datetime] = []
    for line in lines:
        if line.left_at is None and now - line.seen_at < stands_for:
            return False
        lasts.append(line.left_at or line.seen_at)
    return not lasts or now - max(lasts) >= STAGE_WAITS
