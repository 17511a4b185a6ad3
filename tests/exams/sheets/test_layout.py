"""Sheets of any questions: nothing overlaps, everything is on the paper, nothing is lost."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.sheets.layout import (
    BOTTOM,
    FORMS,
    LARGEST_AREA,
    LEFT,
    MARK_PLACES,
    MARKS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QR_PLACE,
    RIGHT,
    SMALLEST_AREA,
    Area,
    LayoutError,
    Question,
    Rect,
    SheetLayout,
)

words = st.text(alphabet="甲乙丙丁很好一般AB12 ，", min_size=1, max_size=6)


@st.composite
def layouts(draw: st.DrawFn) -> SheetLayout:
    options = draw(st.lists(words, min_size=2, max_size=8).map(tuple))
    labels = draw(
        st.lists(st.text(alphabet="思想作风廉洁AB，1", max_size=70), min_size=1, max_size=90)
    )
    questions = tuple(
        Question(number, options[: draw(st.integers(2, len(options)))], draw(st.booleans()), label)
        for number, label in enumerate(labels, start=1)
    )
    heights = draw(st.lists(st.floats(SMALLEST_AREA, LARGEST_AREA), max_size=4))
    areas = tuple(
        Area(number, round(height, 1)) for number, height in enumerate(heights, len(labels) + 1)
    )
    form, digits = draw(st.sampled_from(FORMS)), draw(st.integers(0, 12))
    return SheetLayout("测评", questions, form, digits, areas)


@pytest.mark.slow
@given(layouts())
@settings(max_examples=80, deadline=None)
def test_nothing_overlaps_and_everything_is_on_the_paper(layout: SheetLayout) -> None:
    whole = Rect(0, 0, PAGE_WIDTH, PAGE_HEIGHT)
    for page in layout.pages:
        assert page.fields
        solid = [*MARK_PLACES, QR_PLACE]
        for field in page.fields:
            parts = [*field.boxes, *([field.label_rect] if field.label or field.is_digit else [])]
            for part in parts:
                assert part.x >= LEFT - 0.01
                assert part.right <= RIGHT + 0.01
                assert part.bottom <= BOTTOM + 0.01
                assert not [other for other in solid if other.overlaps(part)]
            assert not [
                (one, other)
                for place, one in enumerate(parts)
                for other in parts[:place]
                if one.overlaps(other)
            ]
        rects = [field.rect for field in page.fields]
        for place, one in enumerate(rects):
            assert one.overlaps(whole)
            assert not [other for other in rects[:place] if other.overlaps(one)]
            assert not [mark for mark in solid if mark.overlaps(one)]


@given(layouts())
@settings(max_examples=60, deadline=None)
def test_every_question_has_one_place_in_order(layout: SheetLayout) -> None:
    there = [field for page in layout.pages for field in page.fields]
    assert [field.key for field in there if not field.is_digit] == [
        *(question.key for question in layout.questions),
        *(area.key for area in layout.areas),
    ]
    assert [field.key for field in there if field.is_digit] == [
        f"d{place}" for place in range(layout.number_digits)
    ]
    for question in layout.questions:
        field = layout.field(question.key)
        assert field is not None
        assert (field.options, len(field.boxes), field.is_multiple) == (
            question.options,
            len(question.options),
            question.is_multiple,
        )


@given(layouts())
@settings(max_examples=30, deadline=None)
def test_it_comes_back_from_json_the_same(layout: SheetLayout) -> None:
    again = SheetLayout.of_json(layout.as_json())
    assert again == layout
    assert again.pages == layout.pages
    assert again.digest == layout.digest


def test_what_matters_for_reading_changes_the_digest() -> None:
    questions = (Question(1, ("A", "B")), Question(2, ("A", "B")))
    first = SheetLayout("一", questions)
    others = [
        SheetLayout("一", questions[:1]),
        SheetLayout("一", questions, form="B"),
        SheetLayout("一", questions, number_digits=6),
        SheetLayout("一", (questions[0], Question(2, ("A", "B"), True))),
        SheetLayout("一", (questions[0], Question(2, ("A", "B"), label="说明"))),
        SheetLayout("一", questions, areas=(Area(3, 40.0),)),
    ]
    assert SheetLayout("另一个名称", questions).digest == first.digest
    assert len({first.digest, *(other.digest for other in others)}) == 7


@pytest.mark.parametrize(
    "questions",
    [
        (),
        (Question(1, ("A",)),),
        (Question(1, tuple("ABCDEFGHI")),),
        (Question(1, ("A", "B")), Question(1, ("A", "B"))),
        (Question(1, ("长" * 60, "B")),),
        (Question(1, ("A", "B"), label="长" * 3000),),
    ],
)
def test_what_cannot_stand_on_a_sheet_is_refused(questions: tuple[Question, ...]) -> None:
    with pytest.raises(LayoutError):
        SheetLayout("一", questions).pages  # noqa: B018


def test_the_corner_marks_are_those_that_are_looked_for() -> None:
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, rows in enumerate(MARKS):
        drawn = cv2.aruco.generateImageMarker(known, number, 6)[1:5, 1:5]
        ours = np.array([[0 if cell == "1" else 255 for cell in row] for row in rows])
        assert (drawn == ours).all()
