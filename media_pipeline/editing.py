"""What is kept of a recording, and where each moment lies afterwards: pure decisions.

All times are whole milliseconds. `Kept` are the stretches of a recording that stay, in order; a
`Mapping` says where stretches of what was shown before lie in what is shown now. Both are lists
of pieces and nothing else, so they are kept as JSON and undone by turning them round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

Span = tuple[int, int]
Kept = tuple[Span, ...]
"""Half-open stretches `(start, end)`, sorted, disjoint and not touching; none: all of it."""

# A lecture of four hours has a break after each hour and a slip now and then.
MOST_STRETCHES = 60
# What is left must be a lecture, and each stretch of it something one can see.
LEAST_KEPT_MS = 1_000
LEAST_STRETCH_MS = 200
# Of a caption, at least this share must be left, or it belongs to what was cut.
LEAST_SHARE_OF_CUE = 0.5


class Flaw(Enum):
    """Why an edit is none."""

    NOTHING_CUT = auto()
    NOTHING_LEFT = auto()
    OUTSIDE = auto()
    BACKWARDS = auto()
    TOO_MANY = auto()


class EditFlawError(Exception):
    """The cuts cannot be made; `flaw` says why, `at_ms` where."""

    def __init__(self, flaw: Flaw, at_ms: int = 0) -> None:
        super().__init__(flaw.name)
        self.flaw = flaw
        self.at_ms = at_ms


@dataclass(frozen=True, slots=True)
class Moved:
    """What lay in `[start, end)` lies from `at` on."""

    start: int
    end: int
    at: int

    @property
    def offset(self) -> int:
        return self.at - self.start


Mapping = tuple[Moved, ...]
"""In the order of both sides, on each of them disjoint."""


def kept_after(cuts: Iterable[Span], length_ms: int) -> Kept:
    """What is left of `[0, length_ms)` without the `cuts`, which may overlap.

    Slivers that nobody could see go with the cut beside them. Raises EditFlawError.
    """
    kept: list[Span] = []
    at = 0
    for start, end in sorted(_sound(cut, length_ms) for cut in cuts):
        if start - at >= LEAST_STRETCH_MS:
            kept.append((at, start))
        at = max(at, end)
    if length_ms - at >= LEAST_STRETCH_MS:
        kept.append((at, length_ms))
    if length_of(kept) < LEAST_KEPT_MS:
        raise EditFlawError(Flaw.NOTHING_LEFT)
    if kept == [(0, length_ms)]:
        raise EditFlawError(Flaw.NOTHING_CUT)
    if len(kept) > MOST_STRETCHES:
        raise EditFlawError(Flaw.TOO_MANY)
    return tuple(kept)


def _sound(cut: Span, length_ms: int) -> Span:
    start, end = cut
    if start < 0 or start > length_ms:
        raise EditFlawError(Flaw.OUTSIDE, max(0, start))
    if end <= start:
        raise EditFlawError(Flaw.BACKWARDS, start)
    return start, min(end, length_ms)


def length_of(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def frames_of(kept: Kept, rate: Fraction) -> tuple[Span, ...]:
    """The pictures `[first, end)` each stretch has at `rate` a second."""
    frames = ((round(start * rate / 1000), round(end * rate / 1000)) for start, end in kept)
    return tuple((first, end) for first, end in frames if first < end)


def on_pictures(kept: Kept, rate: Fraction | None) -> Kept:
    """The same stretches with their ends where pictures change, so that sums stay true."""
    if rate is None:
        return kept
    return tuple(
        (round(first * 1000 / rate), round(end * 1000 / rate))
        for first, end in frames_of(kept, rate)
    )


def of_source(shown: Kept, kept: Kept) -> Kept:
    """The stretches of the file of an edit (`kept`) of what is an edit already (`shown`)."""
    if not shown:
        return kept
    return _joined(
        span
        for start, end in kept
        for span in map_spans(inverse(mapping_of(shown)), [(start, end)], join=False)
    )


def _joined(spans: Iterable[Span]) -> Kept:
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


# --- Where things lie afterwards ----------------------------------------------------------------


def mapping_of(kept: Kept) -> Mapping:
    """Where the kept stretches lie once the others are gone."""
    moved: list[Moved] = []
    at = 0
    for start, end in kept:
        moved.append(Moved(start, end, at))
        at += end - start
    return tuple(moved)


def same(before_ms: int, after_ms: int, *, from_ms: int = 0, at_ms: int = 0) -> Mapping:
    """Another recording of the same: what was at `from_ms` is at `at_ms`, and so on to the end."""
    length = min(before_ms - from_ms, after_ms - at_ms)
    return (Moved(from_ms, from_ms + length, at_ms),) if length > 0 else ()


def inverse(mapping: Mapping) -> Mapping:
    """The way back."""
    return tuple(Moved(m.at, m.end + m.offset, m.start) for m in mapping)


def within(mapping: Mapping, length_ms: int) -> Mapping:
    """The mapping without what would lie beyond the end of a result of that length."""
    cut = (Moved(m.start, min(m.end, length_ms - m.offset), m.at) for m in mapping)
    return tuple(m for m in cut if m.start < m.end)


def map_ms(mapping: Mapping, ms: int) -> int | None:
    """Where a moment lies afterwards; None if it is gone."""
    return next((ms + m.offset for m in mapping if m.start <= ms < m.end), None)


def nearest_ms(mapping: Mapping, ms: int) -> int:
    """Where to go on from a moment: where it lies, or where it was cut out."""
    at = 0
    for m in mapping:
        if ms < m.start:
            return m.at
        if ms < m.end:
            return ms + m.offset
        at = m.end + m.offset
    return at


def map_spans(mapping: Mapping, spans: Iterable[Span], *, join: bool = True) -> tuple[Span, ...]:
    """What is left of stretches, in order: `join`ed where they meet."""
    found = sorted(
        (max(start, m.start) + m.offset, min(end, m.end) + m.offset)
        for start, end in spans
        for m in mapping
        if max(start, m.start) < min(end, m.end)
    )
    return _joined(found) if join else tuple(found)


def map_cue(mapping: Mapping, start_ms: int, end_ms: int) -> Span | None:
    """When a caption is shown afterwards; None if most of it was cut out."""
    left = map_spans(mapping, [(start_ms, end_ms)])
    if not left or length_of(left) < LEAST_SHARE_OF_CUE * (end_ms - start_ms):
        return None
    return left[0][0], left[-1][1]


# --- As JSON ------------------------------------------------------------------------------------


def as_lists(mapping: Mapping) -> list[list[int]]:
    return [[m.start, m.end, m.at] for m in mapping]


def as_mapping(lists: Iterable[Sequence[int]]) -> Mapping:
    return tuple(Moved(start, end, at) for start, end, at in lists)


def as_kept(lists: Iterable[Sequence[int]]) -> Kept:
    return tuple((start, end) for start, end in lists)
