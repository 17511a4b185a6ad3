"""What time together is worth."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.gatherings.lengths import MOST_MINUTES, hours_for, minutes_on_screen

START = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


class Rules:
    day_hours = Decimal(8)
    half_day_hours = Decimal(4)

    def hours_for_minutes(self, minutes: int) -> Decimal:
        return Decimal(minutes) / 45


@given(st.integers(-(10**6), 10**7), st.none() | st.integers(1, 10**9))
def test_minutes_never_exceed_the_clock_the_lesson_or_half_a_day(
    seconds: int, lesson_ms: int | None
) -> None:
    minutes = minutes_on_screen(START, START + dt.timedelta(seconds=seconds), lesson_ms)
    assert 0 <= minutes <= MOST_MINUTES
    assert minutes * 60 <= max(0, seconds)
    if lesson_ms is not None:
        assert (minutes - 1) * 60_000 < lesson_ms


@pytest.mark.parametrize(
    ("minutes", "lesson_ms", "credited"),
    [(90, None, 90), (90, 30 * 60_000, 30), (20, 30 * 60_000, 20), (600, None, 240)],
)
def test_a_lesson_caps_what_the_clock_says(
    minutes: int, lesson_ms: int | None, credited: int
) -> None:
    end = START + dt.timedelta(minutes=minutes, seconds=59)
    assert minutes_on_screen(START, end, lesson_ms) == credited


def test_days_have_their_own_worth() -> None:
    worth = [hours_for(length, 90, Rules()) for length in ("day", "half_day", "minutes")]
    assert worth == [Decimal(8), Decimal(4), Decimal(2)]
