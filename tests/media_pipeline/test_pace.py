"""Speed and time left: said only when there is something to say it by."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import pace
from media_pipeline.pace import Going

BEGAN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def later(seconds: float) -> dt.datetime:
    return BEGAN + dt.timedelta(seconds=seconds)


def test_a_run_at_half_way_needs_as_long_again() -> None:
    half = Going(weight=1000, percent=50, started_at=BEGAN)
    assert half.rate(later(100)) == 5
    assert half.left(later(100)) == dt.timedelta(seconds=100)
    assert pace.speed(600, 50, dt.timedelta(seconds=100)) == 3


def test_nothing_is_said_too_early() -> None:
    assert Going(1000, 1, BEGAN).left(later(4)) is None
    assert Going(1000, 0, BEGAN).left(later(60)) is None
    assert pace.speed(600, 0, dt.timedelta(seconds=60)) is None
    assert pace.all_left([Going(1000, 0, BEGAN)], [500], later(60)) is None


def test_what_waits_is_added_at_the_pace_of_what_goes() -> None:
    going = [Going(1000, 50, BEGAN), Going(1000, 50, BEGAN)]
    assert pace.all_left(going, [2000], later(100)) == dt.timedelta(seconds=300)


@given(st.floats(1, 1e9), st.integers(1, 100), st.floats(5, 1e6), st.lists(st.floats(0, 1e9)))
def test_more_waiting_is_never_sooner(
    weight: float, percent: int, elapsed: float, waiting: list[float]
) -> None:
    going = [Going(weight, percent, BEGAN)]
    alone = pace.all_left(going, [], later(elapsed))
    beside = pace.all_left(going, waiting, later(elapsed))
    assert alone is not None
    assert beside is not None
    assert dt.timedelta(0) <= alone <= beside
