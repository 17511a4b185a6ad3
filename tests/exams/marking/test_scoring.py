"""Points, rounding, passing, agreement and rulings: examples and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.marking import scoring
from exams.marking.scoring import Decided, Ruling, Scored, Total

POINTS = st.integers(1, 10_000).map(lambda cents: Decimal(cents).scaleb(-2))
SHARES = st.fractions(0, 1, max_denominator=1000)


@pytest.mark.parametrize(
    ("share", "of", "points"),
    [
        (Fraction(1, 3), "5", "1.67"),
        (Fraction(2, 3), "5", "3.33"),
        (Fraction(1, 8), "1", "0.13"),  # 0.125: halves go up
        (Fraction(1, 2), "0.01", "0.01"),
        (Fraction(0), "5", "0.00"),
        (Fraction(1), "2.5", "2.50"),
    ],
)
def test_points_are_rounded_once_to_a_hundredth(share: Fraction, of: str, points: str) -> None:
    assert scoring.points_for(share, Decimal(of)) == Decimal(points)


@given(SHARES, POINTS)
def test_points_are_within_half_a_hundredth_and_never_more_than_the_question(
    share: Fraction, of: Decimal
) -> None:
    points = scoring.points_for(share, of)
    assert 0 <= points <= of
    assert abs(Fraction(points) - share * Fraction(of)) <= Fraction(1, 200)


@given(SHARES, SHARES, POINTS)
def test_who_has_more_of_a_question_never_gets_less(
    one: Fraction, other: Fraction, of: Decimal
) -> None:
    low, high = sorted((one, other))
    assert scoring.points_for(low, of) <= scoring.points_for(high, of)


def test_the_line_itself_is_passed() -> None:
    assert scoring.is_passed(Decimal("60"), Decimal(100), 60)
    assert not scoring.is_passed(Decimal("59.99"), Decimal(100), 60)
    assert scoring.is_passed(Decimal("20.01"), Decimal("33.34"), 60) is True
    assert not scoring.is_passed(Decimal(0), Decimal(0), 60)


@given(POINTS, POINTS)
def test_agreement_does_not_depend_on_who_came_first(one: Decimal, other: Decimal) -> None:
    of = max(one, other)
    found = scoring.agreed(one, other, of)
    assert found == scoring.agreed(other, one, of)
    if found is not None:
        assert min(one, other) <= found <= max(one, other)


def test_two_markers_agree_up_to_a_tenth_of_the_points() -> None:
    assert scoring.agreed(Decimal(7), Decimal(8), Decimal(10)) == Decimal("7.50")
    assert scoring.agreed(Decimal("7.01"), Decimal(8), Decimal(10)) == Decimal("7.51")
    assert scoring.agreed(Decimal("6.99"), Decimal(8), Decimal(10)) is None


def test_a_rubric_is_added_up_line_by_line() -> None:
    lines = [Decimal(4), Decimal(6)]
    assert scoring.rubric_points(lines, [Decimal(3), Decimal("4.5")]) == Decimal("7.50")
    assert scoring.rubric_points(lines, [Decimal(5), Decimal(1)]) is None
    assert scoring.rubric_points(lines, [Decimal(3)]) is None


@given(st.lists(st.tuples(st.none() | st.just(Decimal(1)), POINTS), max_size=8))
def test_a_total_is_the_sum_of_its_questions_and_waits_for_each(
    questions: list[tuple[Decimal | None, Decimal]],
) -> None:
    summed = scoring.total(Scored(points, of) for points, of in questions)
    assert summed.out_of == sum((of for _points, of in questions), Decimal(0))
    waits = any(points is None for points, _of in questions)
    assert summed.points == (None if waits else Decimal(len(questions)))


@given(st.none() | POINTS, POINTS)
def test_a_ruling_gives_all_or_takes_the_question_out(points: Decimal | None, of: Decimal) -> None:
    assert scoring.scored(points, of, None) == Scored(points, of)
    assert scoring.scored(points, of, Decided(Ruling.ACCEPT)) == Scored(points, of)
    assert scoring.scored(points, of, Decided(Ruling.EVERYBODY)) == Scored(of, of)
    assert scoring.scored(points, of, Decided(Ruling.DROP)) == Scored(Decimal(0), Decimal(0))


def test_of_several_keys_the_best_counts() -> None:
    assert scoring.best_share([Fraction(0), Fraction(1, 2), None]) == Fraction(1, 2)
    assert scoring.best_share([None]) is None


def test_what_waits_is_neither_passed_nor_failed() -> None:
    assert Total(None, Decimal(10)).is_passed(60) is None
    assert Total(Decimal(6), Decimal(10)).is_passed(60) is True
