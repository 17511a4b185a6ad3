"""What a paper is to be made of, and whether a bank can make it; pure.

A blueprint is a list of cells: so many questions of one kind, on one topic, of one difficulty.
Cells may overlap ("any topic" and "党章"), and a question is used once. Filling them is therefore
a matching: a question moves to another cell if that lets a third one be filled, so that what
cannot be filled here cannot be filled at all.
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """`count` questions for `points` each. A topic or difficulty of None leaves it open.

    A random paper keeps `pool` questions here, of which each attempt gets `count`; 0 keeps no
    more than it gives.
    """

    kind: str
    count: int
    points: Decimal
    section: str = ""
    topic: int | None = None
    difficulty: int | None = None
    pool: int = 0

    @property
    def size(self) -> int:
        return max(self.count, self.pool)

    def fits(self, question: "Candidate") -> bool:
        return (
            question.kind == self.kind
            and self.topic in (None, question.topic)
            and self.difficulty in (None, question.difficulty)
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One question of the bank, as far as a blueprint looks at it."""

    id: int
    kind: str
    topic: int | None
    difficulty: int


@dataclass(frozen=True, slots=True)
class Lack:
    """A cell that cannot be filled: `found` questions of the `fitting` are left for it."""

    cell: int
    needed: int
    found: int
    fitting: int


@dataclass(frozen=True, slots=True)
class Filled:
    """The questions of each cell, and the cells that lack some; whole if none does."""

    cells: tuple[tuple[int, ...], ...]
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Blueprint:
    cells: tuple[Cell, ...] = ()

    @property
    def count(self) -> int:
        """How many questions one attempt gets."""
        return sum(cell.count for cell in self.cells)

    @property
    def points(self) -> Decimal:
        return sum((cell.count * cell.points for cell in self.cells), Decimal(0))


def fitting(blueprint: Blueprint, bank: Iterable[Candidate]) -> list[int]:
    """How many questions of the bank fit each cell, whatever the other cells take."""
    questions = list(bank)
    return [sum(cell.fits(question) for question in questions) for cell in blueprint.cells]


def fill(blueprint: Blueprint, bank: Iterable[Candidate], *, seed: int) -> Filled:
    """Questions for all cells, drawn by the seed; the same bank and seed draw the same.

    Cells with little to choose from come first, so that what is lacking is told of the cell that
    has the least claim to it: the wide one that others live on as well.
    """
    questions = sorted(bank, key=lambda question: question.id)
    random.Random(seed).shuffle(questions)  # noqa: S311 (a draw that can be repeated, no secret)
    offers = [
        [question.id for question in questions if cell.fits(question)] for cell in blueprint.cells
    ]
    matching = _Matching(offers)
    lacks = []
    for number in sorted(range(len(offers)), key=lambda number: (len(offers[number]), number)):
        needed = blueprint.cells[number].size
        found = sum(matching.takes_one_more(number) for _ in range(needed))
        if found < needed:
            lacks.append(Lack(number, needed, found, len(offers[number])))
    chosen = matching.chosen(len(offers))
    return Filled(chosen, tuple(sorted(lacks, key=lambda lack: lack.cell)))


@dataclass
class _Matching:
    """Who holds which question. `offers` has what each cell could take, in the order to try."""

    offers: Sequence[Sequence[int]]
    holder: dict[int, int] = field(default_factory=dict)

    def takes_one_more(self, cell: int) -> bool:
        """Give the cell one question more without taking any from another cell's number."""
        return self._augment(cell, {cell})

    def _augment(self, cell: int, asked: set[int]) -> bool:
        for question in self.offers[cell]:
            if question not in self.holder:
                self.holder[question] = cell
                return True
        for question in self.offers[cell]:
            other = self.holder[question]
            if other not in asked:
                asked.add(other)
                if self._augment(other, asked):
                    self.holder[question] = cell
                    return True
        return False

    def chosen(self, cells: int) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(q for q in self.offers[cell] if self.holder.get(q) == cell)
            for cell in range(cells)
        )


def cell_for(blueprint: Blueprint, held: Mapping[int, int], question: Candidate) -> int | None:
    """The first cell the question fits that holds less than it should; None if there is none."""
    for number, cell in enumerate(blueprint.cells):
        if cell.fits(question) and held.get(number, 0) < cell.size:
            return number
    return None


def another_order(items: Sequence[Any], sections: Sequence[str], *, seed: int) -> list[Any]:
    """Form B of `items`: the same ones section by section, in another order where there is one."""
    chance = random.Random(seed)  # noqa: S311 (as above)
    ordered: list[Any] = []
    for section in dict.fromkeys(sections):
        inside = [item for item, there in zip(items, sections, strict=True) if there == section]
        mixed = list(inside)
        chance.shuffle(mixed)
        if mixed == inside:
            mixed = mixed[1:] + mixed[:1]
        ordered += mixed
    return ordered


# --- As JSON --------------------------------------------------------------------------------------


def as_json(blueprint: Blueprint) -> dict[str, Any]:
    """How a blueprint is kept."""
    return {
        "cells": [
            {
                "kind": cell.kind,
                "topic": cell.topic,
                "difficulty": cell.difficulty,
                "count": cell.count,
                "pool": cell.pool,
                "points": str(cell.points),
                "section": cell.section,
            }
            for cell in blueprint.cells
        ]
    }


def from_json(kept: Mapping[str, Any]) -> Blueprint:
    """The blueprint that was kept; nothing kept is one without cells."""
    return Blueprint(
        tuple(
            Cell(
                kind=cell["kind"],
                count=cell["count"],
                points=Decimal(cell["points"]),
                section=cell["section"],
                topic=cell["topic"],
                difficulty=cell["difficulty"],
                pool=cell["pool"],
            )
            for cell in kept.get("cells", ())
        )
    )


# --- What a paper comes to ------------------------------------------------------------------------


def worth(items: Collection[tuple[int, Decimal]], takes: Mapping[int, int]) -> Decimal:
    """The points of one attempt: `items` are (cell, points); a cell not in `takes` gives all.

    The items of a cell that is drawn from carry the same points.
    """
    total = Decimal(0)
    by_cell: dict[int, list[Decimal]] = {}
    for cell, points in items:
        by_cell.setdefault(cell, []).append(points)
    for cell, points_there in by_cell.items():
        total += sum(points_there[: takes.get(cell, len(points_there))], Decimal(0))
    return total
