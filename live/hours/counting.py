"""What a class is worth and what somebody's part in it comes to; pure.

The class is held from its beginning to its end, less what came at the very end without a teacher:
nobody is asked to sit before an empty screen. Breaks and the teacher's own outages inside it count
for whoever was there before and is there again.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from live.classroom.attendance import BRIDGE, Attendance, Span, attended, merged, within

NO_TIME = dt.timedelta(0)
# A class that ends a little early has been held as planned: a tenth, not more than this.
SHORT_MINUTES = 5
# Who scans the code at the door of a meeting room has been queueing for so long at the most.
AT_THE_DOOR = dt.timedelta(minutes=10)


class Bridged(StrEnum):
    """Why a time without a line counts all the same."""

    SHORT = "short"  # back within the bridge
    OUTAGE = "outage"  # the teacher's own line was gone
    PAUSE = "pause"  # the teacher had paused


@dataclass(frozen=True, slots=True)
class Frame:
    """When a class was held, and what of that nobody was taught in."""

    held: Span
    outages: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()

    @property
    def gaps(self) -> tuple[Span, ...]:
        return (*self.outages, *self.pauses)

    @property
    def taught(self) -> dt.timedelta:
        """Its length without the breaks."""
        return self.held.length - _total(merged(self.pauses, bridge=NO_TIME))


@dataclass(frozen=True, slots=True)
class Piece:
    """A time that was filled in, and why."""

    span: Span
    why: Bridged


@dataclass(frozen=True, slots=True)
class Stay:
    """One person's part in a class: when they were there, and which of it was filled in."""

    attendance: Attendance
    bridged: tuple[Piece, ...]

    def reaches(self, percent: int) -> bool:
        """Whether it is as much of the class as is asked."""
        return self.attendance.held > NO_TIME and self.attendance.percent >= percent


def frame(
    began: dt.datetime,
    ended: dt.datetime,
    *,
    outages: Sequence[Span] = (),
    pauses: Sequence[Span] = (),
) -> Frame:
    """The class between these; a gap that lasts to the end is no part of it any more."""
    gaps = merged([*outages, *pauses], bridge=NO_TIME)
    until = gaps[-1].since if gaps and gaps[-1].until >= ended else ended
    held = Span(began, max(began, until))
    return Frame(held, tuple(within(outages, held)), tuple(within(pauses, held)))


def credited_minutes(held: Frame, planned: int) -> int:
    """What hours are given for: whole minutes taught, never more than were planned."""
    minutes = int(held.taught.total_seconds() // 60)
    if minutes >= planned - min(SHORT_MINUTES, planned // 10):
        return planned
    return max(0, minutes)


def stay(lines: Iterable[Span], held: Frame) -> Stay:
    """What the lines of one person come to, on own devices and in meeting rooms together."""
    own = list(lines)
    found = attended(own, held=held.held, outages=held.gaps)
    raw = merged(within(own, held.held), bridge=NO_TIME)
    pieces = tuple(
        Piece(rest, _why(rest, held)) for span in found.spans for rest in without(span, raw)
    )
    return Stay(found, pieces)


def in_room(signed: Span, screen: Iterable[Span]) -> list[Span]:
    """When somebody signed in at a meeting room saw the class: while its screen had a line."""
    shown = merged(screen, bridge=BRIDGE)
    return [cut for line in shown for cut in within([signed], line)]


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What of `span` none of `taken` (in order, apart from each other) covers."""
    rest, since = [], span.since
    for each in taken:
        if each.until <= since or each.since >= span.until:
            continue
        if each.since > since:
            rest.append(Span(since, each.since))
        since = max(since, each.until)
    if since < span.until:
        rest.append(Span(since, span.until))
    return rest


def per_minute(stays: Iterable[Stay], held: Frame) -> list[int]:
    """How many were there in the middle of each minute begun."""
    began = held.held.since
    count = -(-int(held.held.length.total_seconds()) // 60)
    changes = [0] * (count + 1)
    for each in stays:
        for span in each.attendance.spans:
            first = _minute(span.since - began, count)
            after = _minute(span.until - began, count)
            changes[first] += 1
            changes[after] -= 1
    there, found = 0, []
    for change in changes[:count]:
        there += change
        found.append(there)
    return found


def _minute(offset: dt.timedelta, count: int) -> int:
    """The first minute whose middle lies at or after the offset."""
    return min(count, max(0, -(-int(offset.total_seconds() - 30) // 60)))


def _why(piece: Span, held: Frame) -> Bridged:
    for spans, why in ((held.pauses, Bridged.PAUSE), (held.outages, Bridged.OUTAGE)):
        if within(spans, piece):
            return why
    return Bridged.SHORT


def _total(spans: Iterable[Span]) -> dt.timedelta:
    return sum((span.length for span in spans), NO_TIME)
