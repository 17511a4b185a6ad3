"""Hours by month of two years: the sums, the drawing, whose hours they are."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from lms.members.services import transfer_member
from lms.reports.trend import BAR, COLUMN, MONTHS, TALLEST, Month, bars, trend, trend_of
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import make_administrator, make_branch_tree, make_member

HOURS = st.integers(-400, 40_000).map(lambda hundredths: Decimal(hundredths) / 100)
SUMS = st.dictionaries(st.tuples(st.sampled_from([2025, 2026]), st.integers(1, MONTHS)), HOURS).map(
    lambda found: [(*when, hours) for when, hours in found.items()]
)


@given(sums=SUMS, today=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)))
def test_every_bar_stands_in_its_own_month(
    sums: list[tuple[int, int, Decimal]], today: dt.date
) -> None:
    shown = trend(sums, 2026, today)
    begun = today.month if today.year == 2026 else MONTHS
    assert [month.number for month in shown.months] == list(range(1, MONTHS + 1))
    assert [month.this is None for month in shown.months] == [
        number > begun for number in range(1, MONTHS + 1)
    ]
    drawn = bars(shown)
    assert {(bar.year, bar.month) for bar in drawn} == {
        (year, month)
        for year, month, hours in sums
        if hours > 0 and (year == 2025 or month <= begun)
    }
    for bar in drawn:
        assert bar.y + bar.height == pytest.approx(TALLEST)
        assert 2 <= bar.height <= TALLEST
        assert (bar.month - 1) * COLUMN <= bar.x <= bar.month * COLUMN - BAR
    assert not drawn or max(bar.height for bar in drawn) == TALLEST
    assert len({bar.x for bar in drawn}) == len(drawn)


@given(sums=SUMS, day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_only_months_that_are_over_are_compared(
    sums: list[tuple[int, int, Decimal]], day: dt.date
) -> None:
    shown = trend(sums, 2026, day)
    assert (shown.this_so_far, shown.last_so_far) == tuple(
        sum(hours for of_year, month, hours in sums if of_year == year and month < day.month)
        for year in (2026, 2025)
    )


@pytest.mark.django_db
def test_hours_stay_where_they_were_earned_and_corrections_count() -> None:
    tree = make_branch_tree()
    with time_machine.travel(dt.datetime(2026, 3, 20, 4, tzinfo=dt.UTC), tick=False):
        member = make_member(tree.first)
        make_entry(member, "2", earned_on=dt.date(2025, 2, 5))
        make_entry(member, "3", earned_on=dt.date(2026, 1, 5))
        make_entry(make_member(tree.third), "9", earned_on=dt.date(2026, 1, 5))
        transfer_member(member=member, to=tree.second, on=dt.date(2026, 2, 1))
        wrong = make_entry(member, "4", earned_on=dt.date(2026, 2, 5))
        make_reversal(wrong, by=make_administrator(tree.committee))
        make_entry(member, "1", earned_on=dt.date(2026, 2, 5))

        def seen(path: str) -> list[Month]:
            months = trend_of(path, 2026, dt.date(2026, 3, 20)).months
            return [month for month in months if month.last or month.this]

        february, january = Decimal(2), Decimal(3)
        assert seen(tree.first.path) == [
            Month(1, Decimal(0), january),
            Month(2, february, Decimal(0)),
        ]
        assert seen(tree.second.path) == [Month(2, Decimal(0), Decimal(1))]
        assert seen(tree.general.path) == [
            Month(1, Decimal(0), january),
            Month(2, february, Decimal(1)),
        ]
