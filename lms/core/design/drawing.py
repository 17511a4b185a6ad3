"""Geometry of the drawings the server makes: rings, bars, strips (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import pi

RING_RADIUS = 52
RING_LENGTH = 2 * pi * RING_RADIUS
RING_MOST_OPEN = 0.98


def share(value: float, of: float) -> float:
    """`value` as a share of `of`, within 0 to 1; nothing to reach counts as reached."""
    if of <= 0:
        return 1.0
    return min(1.0, max(0.0, float(value) / float(of)))


def plain(number: float) -> str:
    """A figure as people write it: 24.5, 32, 7 (no idle zeros)."""
    return f"{round(float(number), 2):g}"


def ring_dash(filled: float) -> str:
    """The stroke of a ring filled to this share: short of everything it stays visibly open."""
    drawn = filled if filled >= 1 else min(filled, RING_MOST_OPEN)
    return f"{drawn * RING_LENGTH:.1f} {RING_LENGTH:.1f}"


@dataclass(frozen=True)
class Part:
    """One filled stretch of a strip, in thousandths of its width."""

    x: float
    width: float


def strip_parts(covered: Iterable[Sequence[float]], length: float) -> list[Part]:
    """The covered `[from, to)` stretches of something `length` long; slivers stay visible."""
    if length <= 0:
        return []
    parts = []
    for start, end in covered:
        left = share(start, length) * 1000
        right = share(end, length) * 1000
        if right > left:
            parts.append(Part(round(left, 1), round(max(2.0, right - left), 1)))
    return parts


def heat_level(value: float, top: float) -> int:
    """0 for nothing, then 1 to 4 by quarters of `top`."""
    if value <= 0 or top <= 0:
        return 0
    return min(4, 1 + int(value / top * 4 - 1e-9))


def title_lines(title: str, widest: int = 8) -> list[str]:
    """A title for a cover: one line, or two of about the same length; longer ones are cut."""
    title = title.strip()
    if len(title) <= widest:
        return [title]
    title = title[: 2 * widest]
    half = (len(title) + 1) // 2
    return [title[:half], title[half:]]
