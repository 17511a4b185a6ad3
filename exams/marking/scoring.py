"""How points come about: from shares, from markers, under a ruling on a key; and who passes (pure).

The one rule of rounding: each question's points are rounded once, to 0.01, halves up; a total is
the sum of what was rounded and is never rounded again. So a total is always the sum of the figures
beside the questions, and whoever adds them up by hand gets the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

HUNDREDTH = Decimal("0.01")
NOTHING = Decimal(0)
# Two markers who differ by no more than this part of the points agree.
TOLERANCE = Fraction(1, 10)


def rounded(value: Fraction) -> Decimal:
    """To 0.01, halves up; exact until here."""
    cents = (value * 100 + Fraction(1, 2)).__floor__()
    return Decimal(cents).scaleb(-2)


def points_for(share: Fraction, of: Decimal) -> Decimal:
    """The points a share of a question's points is worth."""
    return rounded(share * Fraction(of))


def is_passed(points: Decimal, out_of: Decimal, percent: int) -> bool:
    """Exactly at the line is passed; the line itself is not rounded."""
    return out_of > 0 and points * 100 >= out_of * percent


def agreed(first: Decimal, second: Decimal, of: Decimal) -> Decimal | None:
    """What two markers' points come to: their mean, or None if a third has to say."""
    if abs(Fraction(first) - Fraction(second)) > TOLERANCE * Fraction(of):
        return None
    return rounded((Fraction(first) + Fraction(second)) / 2)


def rubric_points(lines: Sequence[Decimal], given: Sequence[Decimal]) -> Decimal | None:
    """The sum of what each line of a rubric was given; None if it does not fit the rubric."""
    if len(lines) != len(given):
        return None
    if any(not NOTHING <= points <= most for points, most in zip(given, lines, strict=True)):
        return None
    return sum(given, NOTHING).quantize(HUNDREDTH, ROUND_HALF_UP)


# --- Rulings on a key -----------------------------------------------------------------------------


class Ruling(StrEnum):
    """What is decided about a question whose key was wrong."""

    ACCEPT = "accept"
    EVERYBODY = "everybody"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Decided:
    """The ruling that holds for one question of one exam; `keys` are those accepted."""

    ruling: Ruling
    keys: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """One question of one attempt: what it earned (None: people have to say) and counts for."""

    points: Decimal | None
    of: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """An attempt added up; `points` is None while a question waits."""

    points: Decimal | None
    out_of: Decimal

    def is_passed(self, percent: int) -> bool | None:
        return None if self.points is None else is_passed(self.points, self.out_of, percent)


def scored(points: Decimal | None, of: Decimal, decided: Decided | None) -> Scored:
    """What was earned, under the ruling: all of it to everybody, or out of the exam altogether."""
    if decided is None or decided.ruling is Ruling.ACCEPT:
        return Scored(points, of)
    if decided.ruling is Ruling.EVERYBODY:
        return Scored(of, of)
    return Scored(NOTHING, NOTHING)


def best_share(shares: Iterable[Fraction | None]) -> Fraction | None:
    """Of several accepted keys the one that is best for the answer counts."""
    known = [share for share in shares if share is not None]
    return max(known, default=None)


def total(questions: Iterable[Scored]) -> Total:
    """The sum of an attempt's questions."""
    points: Decimal | None = NOTHING
    out_of = NOTHING
    for question in questions:
        out_of += question.of
        points = None if points is None or question.points is None else points + question.points
    return Total(points, out_of)
