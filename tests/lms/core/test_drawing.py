"""The geometry of rings and strips."""

import pytest

from lms.core.design import drawing
from lms.core.design.shapes import heat_strip


def drawn(filled: float) -> float:
    """How much of the ring is drawn, as a share of its length."""
    stroke, length = (float(part) for part in drawing.ring_dash(filled).split())
    return round(stroke / length, 2)


@pytest.mark.parametrize(
    ("filled", "share"), [(0.5, 0.5), (31.25 / 32, 0.98), (0.999, 0.98), (1, 1)]
)
def test_a_ring_closes_only_when_it_is_full(filled: float, share: float) -> None:
    assert drawn(filled) == share


def test_a_year_stands_in_two_rows_of_six() -> None:
    strip = heat_strip([(f"{month}月", month) for month in range(1, 13)], "每月学时", "学时")
    assert [[cell["name"] for cell in row] for row in strip["rows"]] == [
        ["1月", "2月", "3月", "4月", "5月", "6月"],
        ["7月", "8月", "9月", "10月", "11月", "12月"],
    ]
    assert max(cell["x"] for cell in strip["cells"]) + 36 <= strip["width"]
