"""What is drawn on slides, as numbers."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.slides.marks import (
    MOST_POINTS,
    MOST_SENT,
    SCALE,
    TOLERANCE,
    Happening,
    NoMarkError,
    _distance,
    last_of,
    read,
    simplified,
    standing,
)

places = st.tuples(st.integers(0, SCALE), st.integers(0, SCALE))
GOOD = {"id": "a1", "tool": "pen", "colour": "red", "size": 40, "points": [0, 0, 5000, 5000]}


@given(st.lists(places, min_size=1, max_size=MOST_SENT))
def test_a_line_keeps_its_ends_and_becomes_short(points: list[tuple[int, int]]) -> None:
    kept = simplified(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) <= max(MOST_POINTS, 2)
    assert set(kept) <= set(points)


@given(st.lists(places, min_size=2, max_size=60))
def test_what_is_left_out_would_not_be_seen(points: list[tuple[int, int]]) -> None:
    kept = simplified(points)
    for point in points:
        nearest = min(_distance(point, one, other) for one, other in itertools.pairwise(kept))
        assert nearest <= TOLERANCE


def test_a_straight_line_is_two_points() -> None:
    assert simplified([(n, n) for n in range(0, 1000, 10)]) == ((0, 0), (990, 990))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from([*GOOD, ""]), json_values)
def test_whatever_is_sent_is_a_mark_or_refused(name: str, value: Any) -> None:
    sent: Any = {**GOOD, name: value} if name else value
    try:
        mark = read(sent)
    except NoMarkError:
        return
    assert read(mark.as_json()) == mark


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "a b"},
        {"tool": "eval"},
        {"colour": "url(evil)"},
        {"size": True},
        {"size": 100_000},
        {"points": [0]},
        {"points": [0, 0, 5, -1]},
        {"points": [0, 0.5]},
        {"points": [0, 0] * (MOST_SENT + 1)},
        {"tool": "text", "text": "\u202e" + "x"},
        {"tool": "text", "text": "x" * 81},
        {"tool": "text"},
    ],
)
def test_what_no_page_sends_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NoMarkError):
        read({**GOOD, **wrong})


def test_shapes_are_two_points_and_words_are_one() -> None:
    three = {**GOOD, "points": [0, 0, 9000, 10, 400, 400]}
    assert read({**three, "tool": "rectangle"}).points == ((0, 0), (400, 400))
    assert read({**three, "tool": "line"}).points == ((0, 0), (400, 400))
    said = read({**three, "tool": "text", "text": " 要点  一 "})
    assert (said.points, said.text) == (((0, 0),), "要点 一")
    assert read({**GOOD, "points": [7, 7]}).points == ((7, 7), (7, 7))


def test_what_stands_is_what_was_drawn_and_not_taken_away() -> None:
    def drew(key: str, by: int) -> Happening:
        return Happening("mark", by, {"mark": {"id": key}})

    done = [drew("a", 1), drew("b", 2), drew("c", 1)]
    assert last_of(standing(done), 1) == "c"
    gone = [*done, Happening("unmark", 1, {"mark": "c"})]
    assert (list(standing(gone)), last_of(standing(gone), 1)) == (["a", "b"], "a")
    wiped = [*gone, Happening("wipe", 1, {}), drew("d", 2)]
    assert (list(standing(wiped)), last_of(standing(wiped), 1)) == (["d"], None)
