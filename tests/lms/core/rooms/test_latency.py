"""What a line is allowed: never more than half its shortest round trip, never more than the cap."""

from hypothesis import given
from hypothesis import strategies as st

from lms.core.rooms.latency import MOST_ALLOWED_MS, RECENT, RoundTrips, allowance_ms

trips = st.lists(st.floats(0, 10_000), max_size=20)


@given(trips, st.integers(0, 1000))
def test_never_more_than_the_cap_nor_half_of_any_round_trip(
    measured: list[float], cap: int
) -> None:
    allowed = allowance_ms(measured, cap_ms=cap)
    assert 0 <= allowed <= cap
    assert all(allowed <= each / 2 for each in measured)


@given(st.floats(0, 400), st.lists(st.floats(0, 10_000), max_size=6))
def test_one_honest_pong_among_the_recent_ones_undoes_all_delayed_ones(
    honest: float, delays: list[float]
) -> None:
    assert allowance_ms([*(honest + late for late in delays), honest]) <= honest / 2


def test_nothing_measured_is_nothing_allowed() -> None:
    assert allowance_ms([]) == 0


def test_who_always_answers_late_gains_the_cap_and_no_more() -> None:
    assert allowance_ms([60_000] * 8) == MOST_ALLOWED_MS


def test_a_nonce_is_good_once_and_only_if_it_was_sent() -> None:
    line = RoundTrips()
    line.sent("a", 1_000)
    assert line.answered("forged", 1_001) is False
    assert line.answered("a", 1_080) is True
    assert line.answered("a", 1_001) is False
    assert line.allowance_ms() == 40


def test_only_recent_round_trips_count_for_a_line_that_has_changed() -> None:
    line = RoundTrips()
    for number, trip in enumerate([20] + [300] * RECENT):
        line.sent(str(number), 0)
        line.answered(str(number), trip)
    assert line.allowance_ms() == 150


def test_unanswered_pings_are_forgotten() -> None:
    line = RoundTrips()
    for number in range(RECENT + 1):
        line.sent(str(number), 0)
    assert line.answered("0", 10) is False
    assert line.answered(str(RECENT), 10) is True
