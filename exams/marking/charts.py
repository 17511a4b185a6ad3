"""Bars from the server: how totals are spread (pure drawing, no figures of its own)."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMN, GAP, TALLEST = 36, 4, 100
BINS = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: where it stands, how high, what it counts."""

    x: int
    y: float
    height: float
    width: int
    middle: int
    label: str
    count: int

    @property
    def short(self) -> str:
        """Where the column begins; beside its neighbours that says all."""
        return self.label.partition("–")[0]


def histogram(shares: Sequence[float]) -> list[Bar]:
    """Totals as parts of the whole, in ten columns of ten percent; the last has 100 % in it."""
    counts = [0] * BINS
    for share in shares:
        counts[min(int(share * BINS + 1e-9), BINS - 1)] += 1
    labels = [f"{start}–{start + 10}" for start in range(0, 100, 10)]
    return columns(list(zip(labels, counts, strict=True)))


def columns(named: Sequence[tuple[str, int]]) -> list[Bar]:
    """One column a count, the highest `TALLEST` high; a sliver of 2 where there is anything."""
    highest = max((count for _label, count in named), default=0) or 1
    bars = []
    for place, (label, count) in enumerate(named):
        height = max(2.0, round(count / highest * TALLEST, 1)) if count else 0.0
        bars.append(
            Bar(
                x=place * COLUMN + GAP // 2,
                y=round(TALLEST - height + 14, 1),
                height=height,
                width=COLUMN - GAP,
                middle=place * COLUMN + COLUMN // 2,
                label=label,
                count=count,
            )
        )
    return bars
