"""The bars of a result: one a line, a part for each option that may be shown; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from exams.tallies.counting import Shown

LENGTH = 1000.0


@dataclass(frozen=True)
class Part:
    """`tone` is the option's place; None is what is hidden together, "none" is no answer."""

    tone: str
    x: float
    width: float


def parts(shown: Shown, *, options: int) -> list[Part]:
    """From left to right; together as long as the bar, if there is anything."""
    whole = sum(cell or 0 for cell in shown.cells) + shown.hidden
    named: Sequence[tuple[str, int]] = [
        *((str(place), cell or 0) for place, cell in enumerate(shown.cells[:options])),
        ("hidden", shown.hidden),
        ("none", shown.cells[options] or 0),
    ]
    found = []
    x = 0.0
    for tone, count in named:
        if count:
            width = count / whole * LENGTH
            found.append(Part(tone, round(x, 1), round(width, 1)))
            x += width
    return found


def share(count: int | None, of: int) -> str:
    """A share in words of figures: 62.5%; nothing for what is hidden or of nothing."""
    return "" if count is None or of <= 0 else f"{round(count / of * 100, 1):g}%"
