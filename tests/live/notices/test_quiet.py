"""A notice counts as new outside quiet hours, or at the hour of the round-up."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from live.notices.quiet import ROUND_UP_HOUR, USUAL, Quiet, due_at

HERE = ZoneInfo("Asia/Shanghai")
minutes = st.integers(0, 1439)
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(HERE))


@given(moment=moments, first=minutes, last=minutes, is_daily=st.booleans())
def test_it_comes_later_never_earlier_and_within_two_days_outside_quiet_hours(
    moment: dt.datetime, first: int, last: int, is_daily: bool
) -> None:
    quiet = Quiet(first, last)
    due = due_at(moment, quiet, is_daily=is_daily)
    assert dt.timedelta(0) <= due - moment <= dt.timedelta(days=2)
    assert quiet.holds(due) is False


@given(moment=moments, first=minutes, last=minutes)
def test_what_is_told_once_a_week_comes_within_eight_days(
    moment: dt.datetime, first: int, last: int
) -> None:
    quiet = Quiet(first, last)
    due = due_at(moment, quiet, is_weekly=True)
    assert dt.timedelta(0) <= due - moment <= dt.timedelta(days=8)
    assert quiet.holds(due) is False
    assert due_at(moment, Quiet(0, 0), is_weekly=True).weekday() == 0


@given(moment=moments)
def test_without_quiet_hours_it_comes_at_once_or_at_the_hour(moment: dt.datetime) -> None:
    never = Quiet(0, 0)
    assert due_at(moment, never, is_daily=False) == moment
    assert due_at(moment, never, is_daily=True).hour == ROUND_UP_HOUR


def test_nights_are_quiet_unless_said_otherwise() -> None:
    def due(hour: int, minute: int = 0, *, is_daily: bool = False) -> tuple[int, int, int]:
        found = due_at(dt.datetime(2026, 7, 1, hour, minute, tzinfo=HERE), USUAL, is_daily=is_daily)
        return found.day, found.hour, found.minute

    assert due(21, 59) == (1, 21, 59)
    assert due(22) == (2, 7, 0)
    assert due(6, 59) == (1, 7, 0)
    assert due(7) == (1, 7, 0)
    assert due(7, 30, is_daily=True) == (1, 8, 0)
    assert due(8, 1, is_daily=True) == (2, 8, 0)
