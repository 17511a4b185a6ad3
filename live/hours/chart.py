"""Drawing how many were in a class minute by minute; pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, TOP = 720, 150, 130, 14
# What a time of day needs to stand whole before the right edge.
WORDS = 40
# So many rows a table may have before several minutes become one.
MOST_ROWS = 60
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the axis: where, and what is written there."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A time without a teacher."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """A time of day and how many were there."""

    at: dt.datetime
    count: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The curve as an SVG path, filled down to the foot, and the same as a table."""

    path: str
    most: int
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    rows: tuple[Row, ...]


def chart_of(
    counts: Sequence[int],
    *,
    began: dt.datetime,
    gaps: Sequence[tuple[dt.datetime, dt.datetime]] = (),
) -> Chart | None:
    """`counts` a minute from `began` (in the time zone that is to be read); None for no minute."""
    if not counts:
        return None
    most = max(1, *counts)
    wide = WIDTH / len(counts)
    points = [f"M0 {FOOT}"]
    for minute, count in enumerate(counts):
        y = FOOT - (FOOT - TOP) * count / most
        points.append(f"L{minute * wide:.1f} {y:.1f}H{(minute + 1) * wide:.1f}")
    points.append(f"V{FOOT}Z")
    every = next((step for step in _STEPS if len(counts) / step <= 8), 60)
    marks = tuple(
        Mark(round(minute * wide, 1), f"{began + dt.timedelta(minutes=minute):%H:%M}")
        for minute in range(0, len(counts), every)
        if minute == 0 or minute * wide <= WIDTH - WORDS
    )
    of_row = next((step for step in _STEPS if len(counts) / step <= MOST_ROWS), 60)
    rows = tuple(
        Row(began + dt.timedelta(minutes=minute), counts[minute])
        for minute in range(0, len(counts), of_row)
    )
    return Chart("".join(points), max(counts), marks, tuple(_bands(gaps, began, wide)), rows)


def _bands(
    gaps: Sequence[tuple[dt.datetime, dt.datetime]], began: dt.datetime, wide: float
) -> list[Band]:
    return [
        Band(
            round((since - began).total_seconds() / 60 * wide, 1),
            round(max(1.0, (until - since).total_seconds() / 60 * wide), 1),
        )
        for since, until in gaps
    ]
