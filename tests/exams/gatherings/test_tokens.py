"""Links and codes of the screen: this gathering, this moment, and no other."""

import math

from hypothesis import given
from hypothesis import strategies as st

from exams.gatherings.tokens import (
    CODE_PERIOD_SECONDS,
    PERIOD_SECONDS,
    code_for,
    is_code,
    is_token,
    token_for,
)

KEY = b"the school's key"
gatherings = st.integers(1, 2**31)
moments = st.floats(0, 4e9, allow_nan=False)


@given(gatherings, moments, st.floats(0, PERIOD_SECONDS))
def test_a_link_is_good_for_at_least_one_whole_period(
    gathering: int, shown_at: float, later: float
) -> None:
    token = token_for(KEY, gathering, shown_at)
    assert is_token(KEY, gathering, token, shown_at + later)


@given(gatherings, moments, st.floats(0, 1e6))
def test_a_link_is_over_when_two_periods_are(gathering: int, shown_at: float, more: float) -> None:
    token = token_for(KEY, gathering, shown_at)
    over = (math.floor(shown_at / PERIOD_SECONDS) + 2) * PERIOD_SECONDS
    assert not is_token(KEY, gathering, token, over + more)


@given(gatherings, moments, st.floats(1e-3, 1e6))
def test_a_link_is_not_good_before_it_is_shown(
    gathering: int, shown_at: float, before: float
) -> None:
    token = token_for(KEY, gathering, shown_at)
    began = math.floor(shown_at / PERIOD_SECONDS) * PERIOD_SECONDS
    assert not is_token(KEY, gathering, token, began - before)


@given(gatherings, gatherings, moments)
def test_a_link_opens_no_other_gathering(one: int, other: int, now: float) -> None:
    assert is_token(KEY, other, token_for(KEY, one, now), now) == (one == other)


@given(gatherings, moments)
def test_another_schools_link_opens_nothing(gathering: int, now: float) -> None:
    assert not is_token(KEY, gathering, token_for(b"another key", gathering, now), now)
    assert not is_token(KEY, gathering, code_for(KEY, gathering, now), now)


@given(gatherings, moments, st.text())
def test_whatever_is_typed_is_refused_without_an_error(
    gathering: int, now: float, typed: str
) -> None:
    shown = {code_for(KEY, gathering, at) for at in (now, now - CODE_PERIOD_SECONDS)}
    assert is_code(KEY, gathering, typed, now) == (typed in shown)
    assert not is_token(KEY, gathering, typed, now)


@given(gatherings, moments, st.floats(0, CODE_PERIOD_SECONDS))
def test_a_code_is_six_digits_and_good_for_a_whole_period(
    gathering: int, shown_at: float, later: float
) -> None:
    code = code_for(KEY, gathering, shown_at)
    assert (len(code), code.isdigit()) == (6, True)
    assert is_code(KEY, gathering, code, shown_at + later)


def test_both_change_with_the_period() -> None:
    shown = {token_for(KEY, 7, period * PERIOD_SECONDS) for period in range(1000)}
    codes = {code_for(KEY, 7, period * CODE_PERIOD_SECONDS) for period in range(100)}
    assert (len(shown), len(codes) > 95) == (1000, True)
