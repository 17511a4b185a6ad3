"""Who was first: a function of the figures that are shown, whatever order they came in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from exams.finals.buzzing import Buzz, in_order

OPENED = 1_000_000
CAP = 250

buzzes = st.lists(
    st.builds(
        Buzz,
        side=st.integers(1, 8),
        player=st.integers(1, 30),
        arrived=st.integers(OPENED, OPENED + 2_000),
        allowance=st.integers(0, CAP),
        number=st.integers(1, 10_000),
    ),
    max_size=20,
    unique_by=lambda each: each.number,
)


@given(buzzes, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_writing(
    pressed: list[Buzz], chance: random.Random
) -> None:
    shuffled = list(pressed)
    chance.shuffle(shuffled)
    assert in_order(shuffled, opened=OPENED) == in_order(pressed, opened=OPENED)


@given(buzzes)
def test_each_side_stands_there_once_and_by_the_moments_that_count(pressed: list[Buzz]) -> None:
    order = in_order(pressed, opened=OPENED)
    moments = [each.counts_at(OPENED) for each in order]
    assert moments == sorted(moments)
    assert sorted(each.side for each in order) == sorted({each.side for each in pressed})


@given(buzzes)
def test_who_comes_later_than_the_window_cannot_be_first(pressed: list[Buzz]) -> None:
    """What is decided when the window closes stays decided."""
    if not pressed:
        return
    first_arrival = min(each.arrived for each in pressed)
    within = [each for each in pressed if each.arrived <= first_arrival + CAP]
    decided = in_order(within, opened=OPENED)[0]
    winner = in_order(pressed, opened=OPENED)[0]
    assert winner.counts_at(OPENED) == decided.counts_at(OPENED)
    assert winner.side == decided.side


def test_a_slow_line_is_allowed_for() -> None:
    near = Buzz(side=1, player=1, arrived=OPENED + 500, allowance=5, number=1)
    far = Buzz(side=2, player=2, arrived=OPENED + 560, allowance=90, number=2)
    assert [each.side for each in in_order([near, far], opened=OPENED)] == [2, 1]


def test_nobody_has_pressed_before_the_opening() -> None:
    far = Buzz(side=2, player=2, arrived=OPENED + 100, allowance=250, number=2)
    near = Buzz(side=1, player=1, arrived=OPENED + 50, allowance=50, number=1)
    assert far.counts_at(OPENED) == near.counts_at(OPENED) == OPENED
    assert [each.side for each in in_order([far, near], opened=OPENED)] == [1, 2]
