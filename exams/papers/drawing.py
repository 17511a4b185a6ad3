"""Which items of a sealed paper one attempt gets, and in which order. Pure."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """One item that may be drawn: `take` of those that share its cell are."""

    id: int
    cell: int
    take: int
    position: int
    section: str


def draw(pool: Sequence[DrawnFrom], *, seed: int, shuffles: bool) -> list[int]:
    """The ids of the drawn items in the order they are asked; the same seed, the same paper."""
    chance = random.Random(seed)  # noqa: S311  (no secret: the seed is kept beside the result)
    cells: dict[int, list[DrawnFrom]] = defaultdict(list)
    for item in sorted(pool, key=lambda item: item.position):
        cells[item.cell].append(item)
    drawn = [
        item
        for _cell, items in sorted(cells.items())
        for item in chance.sample(items, min(items[0].take, len(items)))
    ]
    drawn.sort(key=lambda item: item.position)
    if shuffles:  # within a section: its heading stands above all of them
        order = {section: place for place, section in enumerate({i.section: 0 for i in drawn})}
        chance.shuffle(drawn)
        drawn.sort(key=lambda item: order[item.section])
    return [item.id for item in drawn]
