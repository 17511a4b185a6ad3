"""Longer after each try, never shorter than was asked for, never without an end."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from live.push.pace import LONGEST_WAIT, MOST_TRIES, asked_seconds, wait_after


@given(st.integers(0, 50), st.integers(-10, 10**6))
def test_it_never_waits_less_with_more_tries(tries: int, asked: int) -> None:
    assert wait_after(tries, asked) <= wait_after(tries + 1, asked) <= LONGEST_WAIT
    assert wait_after(tries, asked) >= dt.timedelta(minutes=1)


def test_the_waits() -> None:
    minutes = [wait_after(tries) // dt.timedelta(minutes=1) for tries in range(1, MOST_TRIES)]
    assert minutes == [1, 5, 15, 60, 180]
    assert wait_after(1, 600) == dt.timedelta(minutes=10)


def test_what_retry_after_says() -> None:
    said = [asked_seconds(text) for text in ("120", " 5 ", None, "", "soon", "-1", "9999999")]
    assert said == [120, 5, 0, 0, 0, 0, 0]
