"""Points and places: sums over what was asked and not voided; pure.

More points first; between equal points more right answers, then less time for them. Who is equal
in all of it shares the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from exams.finals.course import Result, State


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a board; `id` is a side or a player."""

    place: int
    id: int
    label: str
    points: Decimal
    rights: int
    spent: int

    @property
    def counts(self) -> tuple[Decimal, int, int]:
        return self.points, self.rights, self.spent


def of_sides(state: State) -> list[Standing]:
    """Every side, the best first."""
    sums = {side.id: _Sum(side.label) for side in state.sides.values()}
    for side, result in _counted(state):
        if side in sums:
            sums[side].add(result)
    return _placed(sums)


def of_persons(state: State) -> list[Standing]:
    """Every player by what they themselves answered; for each one's own eyes, and those listed."""
    sums = {player.id: _Sum(player.label) for player in state.players.values()}
    for _side, result in _counted(state):
        if result.player in sums:
            sums[result.player].add(result)
    return _placed(sums)


@dataclass(slots=True)
class _Sum:
    label: str
    points: Decimal = Decimal(0)
    rights: int = 0
    spent: int = 0

    def add(self, result: Result) -> None:
        self.points += result.points
        if result.is_right:
            self.rights += 1
            self.spent += result.spent


def _counted(state: State) -> Iterator[tuple[int, Result]]:
    for turn in state.turns:
        if not turn.void_reason:
            yield from turn.results.items()


def _placed(sums: dict[int, _Sum]) -> list[Standing]:
    def order(each: tuple[int, _Sum]) -> tuple[Decimal, int, int, int]:
        id_, own = each
        return -own.points, -own.rights, own.spent, id_

    found: list[Standing] = []
    for number, (id_, own) in enumerate(sorted(sums.items(), key=order), start=1):
        row = Standing(number, id_, own.label, own.points, own.rights, own.spent)
        if found and found[-1].counts == row.counts:
            row = replace(row, place=found[-1].place)
        found.append(row)
    return found
