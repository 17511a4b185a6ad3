"""How long somebody was in a class, from the lines of all their devices; pure.

Two devices at the same time count once, one after another they are added: it is the time in which
at least one of them was there. A line that broke and came back soon has not been away. What the
teacher's own line was gone counts for whoever was there before it and came back after.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# A line that is back within this was only broken: phones change cells, processes are started anew.
BRIDGE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, up to `until`."""

    since: dt.datetime
    until: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        return max(dt.timedelta(0), self.until - self.since)


@dataclass(frozen=True, slots=True)
class Attendance:
    """What is said of one person: when they were there, how long in all, and of what."""

    spans: tuple[Span, ...]
    present: dt.timedelta
    held: dt.timedelta

    @property
    def percent(self) -> int:
        """Whole percent of the time the class was held, never more than a hundred."""
        if not self.held:
            return 0
        return min(100, int(100 * self.present / self.held))


def merged(spans: Iterable[Span], *, bridge: dt.timedelta = BRIDGE) -> tuple[Span, ...]:
    """The same time without overlaps, in order; gaps up to `bridge` are none."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.since, each.until)):
        if span.length == dt.timedelta(0):
            continue
        if found and span.since - found[-1].until <= bridge:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return tuple(found)


def within(spans: Iterable[Span], bounds: Span) -> list[Span]:
    """What of them lies in `bounds`."""
    cut = (Span(max(span.since, bounds.since), min(span.until, bounds.until)) for span in spans)
    return [span for span in cut if span.until > span.since]


def attended(
    lines: Iterable[Span],
    *,
    held: Span,
    outages: Sequence[Span] = (),
    bridge: dt.timedelta = BRIDGE,
) -> Attendance:
    """What the lines of one person come to in a class that was `held` then.

    `outages` are the times the teacher's own line was gone. Who was there when one began and is
    there again within `bridge` of its end has been there all the while.
    """
    spans = merged(lines, bridge=bridge)
    bridged = list(spans)
    for outage in outages:
        was_there = any(span.since <= outage.since <= span.until + bridge for span in spans)
        came_back = any(span.since <= outage.until + bridge and span.until > outage.until
                        for span in spans)  # fmt: skip
        if was_there and came_back:
            bridged.append(outage)
    inside = merged(within(merged(bridged, bridge=bridge), held), bridge=bridge)
    present = sum((span.length for span in inside), dt.timedelta(0))
    return Attendance(inside, present, held.length)
