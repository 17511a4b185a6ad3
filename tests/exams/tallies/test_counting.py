"""Counting sheets, and hiding what would tell who filled them in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.tallies.chart import LENGTH, parts, share
from exams.tallies.counting import (
    FEW,
    Count,
    Line,
    count_by_hand,
    count_sheets,
    shown,
    shown_anonymously,
)

sheets = st.lists(
    st.dictionaries(
        st.integers(0, 3), st.lists(st.integers(0, 2), max_size=3, unique=True), max_size=4
    ),
    max_size=40,
)


@given(sheets, st.none() | st.integers(1, 4))
def test_every_sheet_is_counted_once(
    given_sheets: list[dict[int, list[int]]], seats: int | None
) -> None:
    count = count_sheets(given_sheets, lines=4, options=3, seats=seats)
    assert count.returned == len(given_sheets)
    for line in count.lines:
        assert sum(line.counts) + line.without == count.valid
    if seats is None:
        assert count.invalid == 0
    else:
        assert sum(line.counts[0] for line in count.lines) <= seats * count.valid
    assert Count.of_json(count.as_json()) == count


def test_who_chooses_more_than_there_are_seats_has_cast_an_invalid_vote() -> None:
    two, three = {0: [0], 1: [0]}, {0: [0], 1: [0], 2: [0]}
    both = {0: [0, 1], 1: [0]}  # no answer on the first line
    count = count_sheets([two, three, both, {}], lines=3, options=2, seats=2)
    assert count == Count(3, 1, (Line((1, 0), 2), Line((2, 0), 1), Line((0, 0), 3)))


def test_figures_by_hand_have_to_go_together() -> None:
    assert count_by_hand(valid=9, invalid=1, counts=[[5, 4], [3, 0]]) == Count(
        9, 1, (Line((5, 4), 0), Line((3, 0), 6))
    )
    with pytest.raises(ValueError, match="1"):  # the line that has too many
        count_by_hand(valid=9, invalid=0, counts=[[5, 4], [9, 1]])


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(0, 30))
def test_no_few_can_be_seen_or_worked_out(counts: list[int], without: int) -> None:
    line = Line(tuple(counts), without)
    cells = (*counts, without)
    seen = shown_anonymously(line)
    hidden = [count for count, cell in zip(cells, seen.cells, strict=True) if cell is None]
    assert all(cell is None or cell >= FEW for cell in seen.cells)
    assert all(cell is None or cell == count for count, cell in zip(cells, seen.cells, strict=True))
    assert sum(hidden) == seen.hidden
    assert len(hidden) != 1
    assert not hidden or sum(hidden) >= FEW or len(hidden) == len(cells)


def test_a_vote_is_shown_whole() -> None:
    assert shown(Line((30, 1, 0), 2)).cells == (30, 1, 0, 2)
    assert shown_anonymously(Line((30, 8, 2), 0)).cells == (30, None, None, None)
    assert shown_anonymously(Line((30, 8), 7)).cells == (30, 8, 7)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(0, 30), st.booleans())
def test_bars_are_as_long_as_the_whole(counts: list[int], without: int, is_vote: bool) -> None:
    line = Line(tuple(counts), without)
    drawn = parts(shown(line) if is_vote else shown_anonymously(line), options=len(counts))
    assert bool(drawn) == bool(sum(counts) + without)
    if drawn:
        assert abs(sum(part.width for part in drawn) - LENGTH) < 1
        assert drawn[0].x == 0


def test_shares_are_said_as_people_write_them() -> None:
    assert [share(5, 8), share(8, 8), share(None, 8), share(0, 0)] == ["62.5%", "100%", "", ""]
