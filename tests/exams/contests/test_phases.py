"""Where a contest stands on each day."""

import datetime as dt

import pytest

from exams.contests.phases import Phase, phase_of

FIRST, LAST = dt.date(2026, 11, 10), dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "day", "phase"),
    [
        ("draft", FIRST, Phase.DRAFT),
        ("open", FIRST - DAY, Phase.SOON),
        ("open", FIRST, Phase.NOW),
        ("open", LAST, Phase.NOW),
        ("open", LAST + DAY, Phase.WAITING),
        ("closed", FIRST, Phase.OVER),
        ("cancelled", FIRST, Phase.CANCELLED),
    ],
)
def test_both_ends_belong_to_the_contest(state: str, day: dt.date, phase: Phase) -> None:
    assert phase_of(state, FIRST, LAST, day) is phase
