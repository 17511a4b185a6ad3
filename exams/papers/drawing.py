"""Which questions of a paper one attempt gets and in which order, and which form of it; pure."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """One item an attempt may get: of the items of its cell, `take` are drawn.

    `take` is the same for all items of a cell; more than there are takes them all.
    """

    id: int
    cell: int
    take: int
    position: int
    section: str


def draw(pool: Sequence[DrawnFrom], *, seed: int, shuffles: bool) -> list[int]:
    """The ids of what is drawn, in the order of the sitting; the same seed draws the same.

    Sections stand in the order of the paper and stay whole. Within one, items stand in the order
    of the paper or, where it `shuffles`, in one of their own.
    """
    listed = sorted(pool, key=lambda item: (item.position, item.id))
    chance = random.Random(seed)  # noqa: S311 (a draw that can be repeated, no secret)
    drawn: list[DrawnFrom] = []
    for cell in sorted({item.cell for item in listed}):
        offered = [item for item in listed if item.cell == cell]
        take = offered[0].take
        drawn += chance.sample(offered, min(take, len(offered)))
    sections = list(dict.fromkeys(item.section for item in listed))
    ordered: list[int] = []
    for section in sections:
        inside = sorted(
            (item for item in drawn if item.section == section),
            key=lambda item: (item.position, item.id),
        )
        if shuffles:
            chance.shuffle(inside)
        ordered += [item.id for item in inside]
    return ordered


def form_for(forms: Iterable[str], *, turn: int) -> str:
    """The form of the paper for a seat or an attempt: neighbours in number get different ones."""
    listed = sorted(set(forms)) or [""]
    return listed[turn % len(listed)]
