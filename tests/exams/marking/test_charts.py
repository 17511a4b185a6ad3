"""How totals are spread over ten columns."""

from exams.marking.charts import columns, histogram


def test_totals_fall_into_ten_parts() -> None:
    bars = histogram([0, 0.05, 0.1, 0.59999999999, 0.6, 1])
    assert [bar.count for bar in bars] == [2, 1, 0, 0, 0, 0, 2, 0, 0, 1]
    assert (bars[0].label, bars[9].label) == ("0–10", "90–100")


def test_the_highest_column_is_full_and_a_single_one_stays_visible() -> None:
    full, sliver, nothing = columns([("a", 1000), ("b", 1), ("c", 0)])
    assert (full.height, sliver.height, nothing.height) == (100, 2, 0)
    assert columns([]) == []
