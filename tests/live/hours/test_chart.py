"""The curve of a class as it is drawn."""

import datetime as dt

from live.hours.chart import FOOT, TOP, Band, Mark, chart_of

NINE = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


def test_a_step_for_each_minute_and_the_same_as_a_table() -> None:
    gap = (NINE + dt.timedelta(minutes=1), NINE + dt.timedelta(minutes=2))
    chart = chart_of([0, 2, 4], began=NINE, gaps=[gap])
    assert chart is not None
    assert (
        chart.path == f"M0 {FOOT}L0.0 {FOOT}.0H240.0L240.0 72.0H480.0L480.0 {TOP}.0H720.0V{FOOT}Z"
    )
    assert (chart.most, chart.bands) == (4, (Band(240.0, 240.0),))
    assert chart.marks == (Mark(0, "09:00"), Mark(240.0, "09:01"), Mark(480.0, "09:02"))
    assert [(f"{row.at:%H:%M}", row.count) for row in chart.rows] == [
        ("09:00", 0), ("09:01", 2), ("09:02", 4),
    ]  # fmt: skip


def test_of_a_long_class_not_every_minute_is_a_row() -> None:
    chart = chart_of([1] * 150, began=NINE)
    assert chart is not None
    assert (len(chart.rows), len(chart.marks)) == (30, 8)
    assert chart_of([], began=NINE) is None
