"""Points and places: sums over what was asked and not voided; pure.

More points first; between equal points the side whose right answers took less time. Who is equal
in both shares the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exams.finals.course import Result, State


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a board; `id` is a side or a player."""

    place: int
    id: int
    label: str
    points: Decimal
    spent: int


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
    spent: int = 0

    def add(self, result: Result) -> None:
        self.points += result.points
        self.spent += result.spent if result.is_right else 0


def _counted(state: State) -> Iterator[tuple[int, Result]]:
    for turn in state.turns:
        if not turn.void_reason:
            yield from turn.results.items()


def _placed(sums: dict[int, _Sum]) -> list[Standing]:
    ordered = sorted(sums.items(), key=lambda each: (-each[1].points, each[1].spent, each[0]))
    found: list[Standing] = []
    for number, (id_, own) in enumerate(ordered, start=1):
        last = found[-1] if found else None
        same = last is not None and (last.points, last.spent) == (own.points, own.spent)
        place = last.place if same and last is not None else number
        found.append(Standing(place, id_, own.label, own.points, own.spent))
    return found
