"""Where a moment of the class is in what is watched afterwards; pure.

While a class was on the air its picture came in stretches: each began at a moment of the server's
clock and lies somewhere in the replay. Between them nothing was sent (a pause, a cut line), so what
happened then belongs to the moment at which the picture went on.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from live.classroom.segments import Part
from media_pipeline.editing import Mapping


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the replay: from `start_ms` on for `length_ms` it shows what came from `at_ms`
    (the server's clock, since 1970) on."""

    at_ms: float
    start_ms: float
    length_ms: float


@dataclass(frozen=True, slots=True)
class Line:
    """All stretches of a replay, in its order and in the order of time."""

    stretches: tuple[Stretch, ...]

    @property
    def length_ms(self) -> int:
        if not self.stretches:
            return 0
        last = self.stretches[-1]
        return round(last.start_ms + last.length_ms)

    def place(self, at: dt.datetime | float) -> int:
        """Milliseconds into the replay at which the picture of that moment is seen.

        What happened before the first picture is at its beginning, what came after the last one at
        its end. Never goes back where time goes on.
        """
        moment = at.timestamp() * 1000 if isinstance(at, dt.datetime) else at
        found = bisect_right(self.stretches, moment, key=lambda each: each.at_ms) - 1
        if found < 0:
            return 0
        stretch = self.stretches[found]
        return round(stretch.start_ms + min(moment - stretch.at_ms, stretch.length_ms))


def served(parts: Sequence[Part]) -> Line:
    """The replay that is the segments as they were served, one part behind the other."""
    return _line(
        (segment.at, segment.seconds * 1000) for part in parts for segment in part.segments
    )


def lecture(parts: Sequence[Part], length_ms: int) -> Line:
    """The lecture made of what the recorders sent: the same takes behind each other.

    Its length may differ a little from that of the segments (the last sound of a take, rounding):
    what differs is spread over the whole.
    """
    line = served(parts)
    if line.length_ms == 0 or length_ms <= 0:
        return line
    factor = length_ms / line.length_ms
    return Line(
        tuple(
            Stretch(each.at_ms, each.start_ms * factor, each.length_ms * factor)
            for each in line.stretches
        )
    )


def moved(line: Line, mapping: Mapping) -> Line:
    """The same moments in what was made of it: what was cut out is where its cut is."""
    found = []
    for stretch in line.stretches:
        for piece in mapping:
            start = max(stretch.start_ms, piece.start)
            end = min(stretch.start_ms + stretch.length_ms, piece.end)
            if start < end:
                at = stretch.at_ms + start - stretch.start_ms
                found.append(Stretch(at, start + piece.offset, end - start))
    return Line(tuple(found))


def _line(segments: Iterable[tuple[dt.datetime, float]]) -> Line:
    found: list[Stretch] = []
    start = 0.0
    for at, length in segments:
        # After a cut what was kept comes all at once, and a clock may be set back: of two the
        # later in the stream is never the earlier in time.
        moment = max(at.timestamp() * 1000, found[-1].at_ms if found else 0.0)
        found.append(Stretch(moment, start, length))
        start += length
    return Line(tuple(found))


# --- Chapters -------------------------------------------------------------------------------------

LEAST_MS = 8_000
MOST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Turn:
    """A page that was shown from this moment on; `name` is what it is called."""

    at_ms: int
    slide_id: int
    name: str


def chapters(turns: Iterable[Turn], *, length_ms: int, most: int = 100) -> list[tuple[int, str]]:
    """Chapters (milliseconds, title) from the pages that were shown, in order.

    Pages that were only leafed through (shorter than LEAST_MS) are none, and the same page again
    goes on. Where there are too many the shortest are left out. One alone divides nothing.
    """
    ordered = sorted(
        (each for each in turns if each.at_ms < length_ms), key=lambda each: each.at_ms
    )
    kept: list[Turn] = []
    for place, turn in enumerate(ordered):
        end = ordered[place + 1].at_ms if place + 1 < len(ordered) else length_ms
        is_long = end - turn.at_ms >= LEAST_MS
        if is_long and not (kept and kept[-1].slide_id == turn.slide_id):
            kept.append(turn)
    while len(kept) > most:
        ends = [each.at_ms for each in kept[1:]] + [length_ms]
        lengths = [end - each.at_ms for each, end in zip(kept, ends, strict=True)]
        del kept[lengths.index(min(lengths))]
    if len(kept) < 2:
        return []
    return [(each.at_ms if number else 0, each.name) for number, each in enumerate(kept)]
