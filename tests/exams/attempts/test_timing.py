"""When an attempt ends, for every order of window, start, allowances and reopening."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from exams.attempts.timing import (
    GRACE,
    LATE_START,
    NOTHING,
    Allowed,
    Granted,
    Window,
    end,
    extended,
    is_over,
    left_at,
    may_start_until,
    moved,
    seconds_for,
    together,
)

NINE = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)

seconds = st.integers(0, 4 * 3600)
moments = st.integers(-3600, 30 * 3600).map(lambda after: NINE + dt.timedelta(seconds=after))
windows = st.builds(
    lambda length, allowed: Window(NINE, NINE + dt.timedelta(seconds=length), allowed),
    st.integers(1, 24 * 3600),
    st.integers(1, 4 * 3600),
)
grants = st.builds(Granted, seconds, st.integers(100, 300), st.integers(0, 3), moments)


def hour(minutes: int = 60) -> Window:
    return Window(NINE, NINE + 60 * MINUTE, minutes * 60)


def test_the_window_ends_a_late_start_and_takes_nothing_of_an_allowance() -> None:
    late = NINE + 30 * MINUTE
    assert end(hour(), late, NOTHING) == NINE + 60 * MINUTE
    assert end(hour(), late, Allowed(extra_seconds=600)) == late + 70 * MINUTE
    assert end(hour(), late, Allowed(time_percent=150)) == late + 90 * MINUTE
    assert end(hour(20), late, NOTHING) == late + 20 * MINUTE


def test_another_attempt_after_the_window_has_its_full_time() -> None:
    given_at = NINE + 300 * MINUTE
    allowed = Allowed(extra_attempts=1, attempt_given_at=given_at)
    assert may_start_until(hour(), NOTHING) == NINE + 60 * MINUTE
    assert may_start_until(hour(), allowed) == given_at + LATE_START
    assert end(hour(), given_at, allowed) == given_at + 60 * MINUTE


def test_a_reopening_gives_what_was_left() -> None:
    assert left_at(NINE, NINE + 7 * MINUTE) == 7 * MINUTE
    assert left_at(NINE + 9 * MINUTE, NINE + 7 * MINUTE) == 0 * MINUTE


@given(st.lists(grants, max_size=5))
def test_allowances_are_the_sum_and_the_highest_multiplier(rows: list[Granted]) -> None:
    allowed = together(rows)
    assert allowed.extra_seconds == sum(row.extra_seconds for row in rows)
    assert allowed.time_percent == max([100, *(row.time_percent for row in rows)])
    assert allowed.extra_attempts == sum(row.extra_attempts for row in rows)
    assert together(reversed(rows)) == allowed


@given(st.integers(1, 10_000), grants)
def test_a_part_second_is_given(allowed_seconds: int, row: Granted) -> None:
    given_seconds = seconds_for(allowed_seconds, together([row]))
    exact = allowed_seconds * row.time_percent / 100 + row.extra_seconds
    assert exact - 1e-6 <= given_seconds < exact + 1


@given(windows, moments, st.lists(grants, max_size=3), grants)
def test_no_allowance_ever_ends_an_attempt_earlier(
    window: Window, started_at: dt.datetime, rows: list[Granted], more: Granted
) -> None:
    before, after = together(rows), together([*rows, more])
    assert end(window, started_at, after) >= end(window, started_at, before)
    assert may_start_until(window, after) >= may_start_until(window, before)
    assert may_start_until(window, before) >= window.closes_at


@given(windows, moments, st.lists(grants, max_size=4), st.timedeltas(0 * MINUTE, 600 * MINUTE))
def test_a_running_deadline_moves_as_if_all_had_been_known_at_the_start(
    window: Window, started_at: dt.datetime, rows: list[Granted], reopened_by: dt.timedelta
) -> None:
    deadline = end(window, started_at, NOTHING) + reopened_by
    for count in range(len(rows)):
        before, after = together(rows[:count]), together(rows[: count + 1])
        deadline = moved(deadline, window, started_at, before, after)
    assert deadline == end(window, started_at, together(rows)) + reopened_by


@given(windows, moments)
def test_without_an_allowance_nobody_writes_after_the_window(
    window: Window, started_at: dt.datetime
) -> None:
    deadline = end(window, started_at, NOTHING)
    if started_at < window.closes_at:
        assert deadline <= window.closes_at
    assert deadline > started_at
    assert not is_over(deadline + GRACE, deadline)
    assert is_over(deadline + GRACE + dt.timedelta(microseconds=1), deadline)


@given(windows, st.integers(0, 24 * 3600), moments, st.lists(grants, max_size=3))
def test_a_later_end_gives_what_the_window_took_and_never_less(
    window: Window, later: int, started_at: dt.datetime, rows: list[Granted]
) -> None:
    allowed = together(rows)
    closes_later = window.closes_at + dt.timedelta(seconds=later)
    after = Window(window.opens_at, closes_later, window.allowed_seconds)
    deadline = end(window, started_at, allowed)
    now_there = extended(deadline, window, after, started_at, allowed)
    assert now_there >= deadline
    if started_at < window.closes_at:  # what it would have been had the window been so at first
        assert now_there == end(after, started_at, allowed)
    given = deadline + dt.timedelta(minutes=7)  # by a reopening
    assert extended(given, window, after, started_at, allowed) - given == now_there - deadline
