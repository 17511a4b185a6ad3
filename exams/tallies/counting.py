"""From sheets to figures: returned, valid, and how often each option was chosen; pure.

Whoever chooses more persons than there are seats has cast an invalid vote (as the rules of inner
party elections say: 所选人数多于应选人数的为无效票). A line on which nothing, or more than one
option, is marked has no answer; that does not make the sheet invalid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FEW = 5

# By line (from 0): the options marked.
Sheet = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Line:
    """One candidate or statement: how often each option was chosen, on how many sheets none."""

    counts: tuple[int, ...]
    without: int


@dataclass(frozen=True)
class Count:
    """The result of one tally."""

    valid: int
    invalid: int
    lines: tuple[Line, ...]

    @property
    def returned(self) -> int:
        return self.valid + self.invalid

    def as_json(self) -> dict[str, Any]:
        return {
            "valid": self.valid,
            "invalid": self.invalid,
            "lines": [[list(line.counts), line.without] for line in self.lines],
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Count":
        lines = tuple(Line(tuple(counts), without) for counts, without in said["lines"])
        return cls(said["valid"], said["invalid"], lines)


def count_sheets(
    sheets: Iterable[Sheet], *, lines: int, options: int, seats: int | None = None
) -> Count:
    """Count whole sheets; option 0 is the one that elects."""
    counts = [[0] * options for _line in range(lines)]
    valid = invalid = 0
    for sheet in sheets:
        chosen = {line: marked[0] for line, marked in sheet.items() if len(marked) == 1}
        if seats is not None and sum(option == 0 for option in chosen.values()) > seats:
            invalid += 1
            continue
        valid += 1
        for line, option in chosen.items():
            counts[line][option] += 1
    return Count(valid, invalid, tuple(Line(tuple(row), valid - sum(row)) for row in counts))


def count_by_hand(*, valid: int, invalid: int, counts: Sequence[Sequence[int]]) -> Count:
    """Figures counted by people; raises ValueError with the line (from 0) that has too many."""
    for place, row in enumerate(counts):
        if sum(row) > valid:
            raise ValueError(place)
    return Count(valid, invalid, tuple(Line(tuple(row), valid - sum(row)) for row in counts))


@dataclass(frozen=True)
class Shown:
    """A line as it may be shown: `cells` (the options, then no answer) with None for hidden ones,
    `hidden` their sum.
    """

    cells: tuple[int | None, ...]
    hidden: int


def shown(line: Line) -> Shown:
    """Everything: for votes, which are counted in the open."""
    return Shown((*line.counts, line.without), 0)


def shown_anonymously(line: Line) -> Shown:
    """No cell under five, and none that could be worked out from the others and the sum.

    What is hidden is hidden together: two cells or more, five sheets or more, or the whole line.
    """
    cells = (*line.counts, line.without)
    hidden = {place for place, count in enumerate(cells) if count < FEW}
    if not hidden:
        return Shown(cells, 0)
    by_size = sorted(set(range(len(cells))) - hidden, key=lambda place: (cells[place], place))
    while by_size and (len(hidden) < 2 or sum(cells[place] for place in hidden) < FEW):
        hidden.add(by_size.pop(0))
    return Shown(
        tuple(None if place in hidden else count for place, count in enumerate(cells)),
        sum(cells[place] for place in hidden),
    )
