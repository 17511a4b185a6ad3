"""Who stands where in a contest: persons by their rounds, teams by their people (pure).

All figures are rounded once, to a hundredth, halves up; places follow what is shown, so that
two who see the same score and the same time never stand on different places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from heapq import nlargest
from math import lcm
from typing import Any

FULL = 100
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Result:
    """One released attempt: points out of points, and the milliseconds it took."""

    points: Decimal
    out_of: Decimal
    used_ms: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.points) / Fraction(self.out_of) if self.out_of else Fraction(0)


@dataclass(frozen=True, slots=True)
class Round:
    """A round whose results are out, and its weight beside the others."""

    key: int
    weight: int


@dataclass(frozen=True, slots=True)
class Player:
    """One person of the contest's subtree: the team, and the best result of each round sat.

    Whom the year asks nothing (`is_asked` false) belongs to the team only by taking part.
    """

    key: int
    team: str
    results: Mapping[int, Result] = field(default_factory=dict)
    has_practised: bool = False
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A person who sat at least one round: score out of 100, time of all rounds, and the place."""

    key: int
    team: str
    score: Decimal
    used_ms: int
    place: int


@dataclass(frozen=True, slots=True)
class TeamRule:
    """How a team's score is made: the mean of its best `best_of`, and its rate of taking part."""

    best_of: int
    participation_percent: int


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team: how many it is asked for, how many took part, and what comes of it.

    Without a round that counts there is neither score nor place.
    """

    team: str
    asked: int
    took_part: int
    counted: int  # over how many the mean is taken: `best_of`, or all where there are fewer
    participation: Decimal  # in percent
    mean: Decimal | None = None
    score: Decimal | None = None
    place: int | None = None


def best(results: Sequence[Result]) -> Result | None:
    """The result that counts of several tries: the most points, then the shortest time."""
    if len(results) == 1:
        return results[0]
    return max(results, key=lambda one: (one.share, -one.used_ms), default=None)


def score_of(player: Player, rounds: Sequence[Round]) -> Decimal:
    """The weighted mean of the rounds out of 100; a round not sat earns nothing."""
    weights = sum(one.weight for one in rounds)
    sat = [
        (one.weight, player.results[one.key])
        for one in rounds
        if one.key in player.results and player.results[one.key].out_of
    ]
    if not sat:
        return NOTHING
    # Exact in whole numbers: thousands of people are reckoned for one page.
    outs = [_cents(result.out_of) for _weight, result in sat]
    common = lcm(*outs)
    earned = sum(
        weight * _cents(result.points) * (common // out)
        for (weight, result), out in zip(sat, outs, strict=True)
    )
    return _rounded(FULL * FULL * earned, weights * common)


def placed(players: Iterable[Player], rounds: Sequence[Round]) -> list[Placed]:
    """Everybody who sat a round, the best first: by score, then by time; equals share a place."""
    keys = {one.key for one in rounds}
    rows = []
    for player in players:
        sat = [result for key, result in player.results.items() if key in keys]
        if sat:
            used = sum(result.used_ms for result in sat)
            rows.append((-score_of(player, rounds), used, player))
    rows.sort(key=lambda row: (row[0], row[1], row[2].team, row[2].key))
    numbers = places([row[:2] for row in rows])
    return [
        Placed(player.key, player.team, -score, used, place)
        for (score, used, player), place in zip(rows, numbers, strict=True)
    ]


def teams(players: Iterable[Player], rounds: Sequence[Round], rule: TeamRule) -> list[TeamLine]:
    """The teams that have anybody, the best first; equals share a place, in the teams' own order.

    Without a round that counts they stand in their own order.
    """
    by_team: dict[str, list[Player]] = {}
    keys = {one.key for one in rounds}
    for player in players:
        if player.is_asked or _took_part(player, keys):
            by_team.setdefault(player.team, []).append(player)
    lines = [_line(team, of_team, rounds, keys, rule) for team, of_team in sorted(by_team.items())]
    if not rounds:
        return [line for line, _score in lines]
    lines.sort(key=lambda each: -each[1])
    numbers = places([-score for _line, score in lines])
    return [
        TeamLine(
            line.team, line.asked, line.took_part, line.counted, line.participation,
            line.mean, line.score, place,
        )
        for (line, _score), place in zip(lines, numbers, strict=True)
    ]  # fmt: skip


def places(keys: Sequence[Any]) -> list[int]:
    """The places of sorted keys: 1 and how many stand before; equals share theirs (1, 1, 3)."""
    numbers: list[int] = []
    for index, key in enumerate(keys):
        numbers.append(numbers[-1] if index and key == keys[index - 1] else index + 1)
    return numbers


def hundredths(value: Fraction) -> Decimal:
    """The figure to 0.01, halves up."""
    return _rounded(value.numerator * FULL, value.denominator)


def _rounded(hundredfold: int, of: int) -> Decimal:
    """`hundredfold` / `of` as so many hundredths, halves up."""
    return Decimal((2 * hundredfold + of) // (2 * of)).scaleb(-2)


def _cents(value: Decimal) -> int:
    """Points in hundredths; they have two places."""
    return int(value.scaleb(2))


def _took_part(player: Player, keys: set[int]) -> bool:
    return player.has_practised or not keys.isdisjoint(player.results)


def _line(
    team: str, players: Sequence[Player], rounds: Sequence[Round], keys: set[int], rule: TeamRule
) -> tuple[TeamLine, Decimal]:
    asked = len(players)
    took_part = sum(_took_part(player, keys) for player in players)
    counted = min(rule.best_of, asked)
    participation = hundredths(Fraction(FULL * took_part, asked))
    if not rounds:
        return TeamLine(team, asked, took_part, counted, participation), Decimal(0)
    scores = nlargest(counted, (score_of(player, rounds) for player in players))
    mean = hundredths(Fraction(sum(scores, NOTHING)) / counted)
    part = Fraction(rule.participation_percent, FULL)
    score = hundredths((1 - part) * Fraction(mean) + part * Fraction(participation))
    return TeamLine(team, asked, took_part, counted, participation, mean, score), score
