"""From darkness to marks: sure where it is clear, a doubt wherever it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.sheets.judging import Box, Measured, judge
from exams.sheets.readings import Doubt

EMPTY = Box(0.01, 0.0, (0.0, 0.0, 0.0))
FULL = Box(0.9, 0.98, (0.02, 0.02, 0.02))
# The rest of a page, against which a field is judged.
REST = [Measured(f"q{number}", False, 0.4, (FULL, EMPTY, EMPTY, EMPTY)) for number in range(9, 30)]


def one(
    *boxes: Box, is_multiple: bool = False, outline: float = 0.4, key: str = "q1"
) -> tuple[tuple[int, ...], Doubt | None]:
    answer = judge([Measured(key, is_multiple, outline, boxes), *REST])[0]
    return answer.marked, answer.doubt


@pytest.mark.parametrize(
    ("boxes", "marked", "doubt"),
    [
        ((EMPTY, EMPTY, EMPTY), (), None),
        ((EMPTY, FULL, EMPTY), (1,), None),
        ((FULL, FULL, EMPTY), (0, 1), Doubt.TWO),
        ((Box(0.2, 0.1, (0, 0, 0)), EMPTY, EMPTY), (), Doubt.FAINT),
        ((Box(0.55, 0.4, (0, 0, 0)), EMPTY, EMPTY), (), Doubt.FAINT),  # a tick
        ((Box(0.52, 0.9, (0, 0, 0)), EMPTY, EMPTY), (), Doubt.FAINT),  # much lighter than others
        ((Box(0.12, 0.0, (0, 0, 0)), FULL, EMPTY), (1,), Doubt.ERASED),
        ((Box(0.9, 0.98, (0.6, 0.5, 0.1)), EMPTY, EMPTY), (0,), Doubt.CROSSED),
        ((Box(0.01, 0.0, (0.9, 0.8, 0.9)), EMPTY, EMPTY), (), Doubt.OUTSIDE),
        ((Box(0.01, 0.0, (0.9, 0.0, 0.0)), FULL, EMPTY), (1,), Doubt.OUTSIDE),
    ],
)
def test_a_single_choice(
    boxes: tuple[Box, ...], marked: tuple[int, ...], doubt: Doubt | None
) -> None:
    assert one(*boxes) == (marked, doubt)


def test_several_may_be_marked_where_they_may() -> None:
    assert one(FULL, FULL, EMPTY, is_multiple=True) == ((0, 1), None)
    assert one(FULL, Box(0.2, 0.1, (0, 0, 0)), is_multiple=True) == ((0,), Doubt.ERASED)


def test_a_field_without_its_outlines_is_not_believed() -> None:
    assert one(EMPTY, FULL, outline=0.1) == ((1,), Doubt.CREASED)


def test_a_digit_is_never_left_out() -> None:
    assert one(EMPTY, EMPTY, key="d0") == ((), Doubt.MISSING)
    assert one(EMPTY, FULL, key="d0") == ((1,), None)


boxes = st.builds(
    Box,
    ink=st.floats(0, 1),
    cover=st.floats(0, 1),
    around=st.tuples(*[st.floats(0, 1)] * 3),
)
fields = st.builds(
    Measured,
    key=st.sampled_from(["q1", "d1"]),
    is_multiple=st.booleans(),
    outline=st.floats(0, 1),
    boxes=st.lists(boxes, min_size=2, max_size=8).map(tuple),
)


@given(st.lists(fields, min_size=1, max_size=8))
def test_whatever_is_neither_black_nor_white_is_doubted(page: list[Measured]) -> None:
    for field, answer in zip(page, judge(page), strict=True):
        for place, box in enumerate(field.boxes):
            if 0.11 < box.ink < 0.5:
                assert answer.doubt is not None
                assert place not in answer.marked
        if len(answer.marked) > 1 and not field.is_multiple:
            assert answer.doubt is not None
