"""Points and places: sums over what was asked and not voided; pure.

More points first; between equal points the side whose right answers took less time. Who is equal
in both shares the place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from exams.finals.course import State


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
    sums = {side: [Decimal(0), 0] for side in state.sides}
    for turn in state.turns:
        if turn.void_reason:
            continue
        for side, result in turn.results.items():
            if side in sums:
                sums[side][0] += result.points
                sums[side][1] += result.spent if result.is_right else 0
    return _placed(
        (side, state.sides[side].label, Decimal(points), int(spent))
        for side, (points, spent) in sums.items()
    )


def of_persons(state: State) -> list[Standing]:
    """Every player by what they themselves answered; for each one's own eyes, and those listed."""
    sums = {player: [Decimal(0), 0] for player in state.players}
    for turn in state.turns:
        if turn.void_reason:
            continue
        for result in turn.results.values():
            if result.player in sums:
                sums[result.player][0] += result.points
                sums[result.player][1] += result.spent if result.is_right else 0
    return _placed(
        (player, state.players[player].label, Decimal(points), int(spent))
        for player, (points, spent) in sums.items()
    )


def _placed(rows: Iterable[tuple[int, str, Decimal, int]]) -> list[Standing]:
    ordered = sorted(rows, key=lambda row: (-row[2], row[3], row[0]))
    found: list[Standing] = []
    for number, (id_, label, points, spent) in enumerate(ordered, start=1):
        last = found[-1] if found else None
        same = last is not None and (last.points, last.spent) == (points, spent)
        place = last.place if same and last is not None else number
        found.append(Standing(place, id_, label, points, spent))
    return found
