"""Which questions have boxes, and what marked boxes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.on_paper.plan import (
    CHOICES,
    MULTIPLE,
    SINGLE,
    TRUE_FALSE,
    Place,
    UnprintableError,
    areas_of,
    drawn_place,
    marks,
    questions_of,
    sent,
    written_numbers,
)
from exams.questions.types import question_type
from exams.sheets.layout import LARGEST_AREA, MOST_OPTIONS, SMALLEST_AREA

KINDS = st.sampled_from([*CHOICES, "short", "essay", "blank"])
PLACES = st.builds(Place, KINDS, st.integers(2, MOST_OPTIONS))


@given(st.lists(PLACES, min_size=1, max_size=40))
def test_every_question_is_on_the_sheet_or_in_the_booklet(places: list[Place]) -> None:
    written = written_numbers(places)
    if len(written) == len(places):
        with pytest.raises(UnprintableError):
            questions_of(places)
        return
    boxes = questions_of(places)
    assert sorted([*written, *(question.number for question in boxes)]) == list(
        range(1, len(places) + 1)
    )
    for question in boxes:
        place = places[question.number - 1]
        expected = 2 if place.kind == TRUE_FALSE else place.options
        assert (len(question.options), question.is_multiple) == (expected, place.kind == MULTIPLE)


@given(st.lists(PLACES, min_size=1, max_size=40))
def test_what_is_written_has_a_frame_that_fits_on_a_page(places: list[Place]) -> None:
    areas = areas_of(places)
    assert [area.number for area in areas] == written_numbers(places)
    assert all(SMALLEST_AREA <= area.height <= LARGEST_AREA for area in areas)


def test_what_no_sheet_can_ask_is_named() -> None:
    with pytest.raises(UnprintableError) as many:
        questions_of([Place(SINGLE, 4), Place(SINGLE, MOST_OPTIONS + 1)])
    assert (many.value.reason, many.value.numbers) == ("many_options", (2,))
    with pytest.raises(UnprintableError) as mixed:
        drawn_place([Place(SINGLE, 4), Place("short")])
    assert mixed.value.reason == "mixed"
    with pytest.raises(UnprintableError) as none:
        questions_of([Place("short")])
    assert none.value.reason == "no_choice"


def test_a_drawn_place_has_boxes_for_the_most_options_there_may_be() -> None:
    assert drawn_place([Place(SINGLE, 3), Place(SINGLE, 5)]) == Place(SINGLE, 5)
    assert drawn_place([Place("essay"), Place("short")]) == Place("essay")


@given(
    st.sampled_from(CHOICES),
    st.integers(2, MOST_OPTIONS),
    st.lists(st.integers(0, MOST_OPTIONS - 1), max_size=4, unique=True).map(sorted),
)
def test_whatever_is_marked_is_an_answer_of_that_type(
    kind: str, options: int, marked: list[int]
) -> None:
    place = Place(kind, 0 if kind == TRUE_FALSE else options)
    content = {} if kind == TRUE_FALSE else {"options": [f"第{one}项" for one in range(options)]}
    answer = question_type(kind).read(content, [], sent(place, marked))
    count = 2 if kind == TRUE_FALSE else options
    there = [box for box in marked if box < count]
    if kind == MULTIPLE:
        assert answer == ({"chosen": there} if there else {})
    elif len(marked) != 1 or not there:
        assert answer == {}
    else:
        assert answer == {"chosen": marked[0] == 0 if kind == TRUE_FALSE else marked[0]}


def test_the_boxes_of_all_pages_together() -> None:
    pages = {
        "1": {"answers": {"q1": [0], "q2": []}, "number": "040017"},
        "2": {"answers": {"q30": [1, 2]}, "number": ""},
    }
    assert marks(pages) == {1: [0], 2: [], 30: [1, 2]}
