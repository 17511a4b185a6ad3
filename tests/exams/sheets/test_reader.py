"""The printed sheet, photographed in every way people do, is read as it was filled in."""

import functools

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.sheets.layout import Area, Page, Question, SheetLayout
from exams.sheets.marks import read as read_mark
from exams.sheets.paper import Copy
from exams.sheets.reader import read_page
from exams.sheets.readings import Doubt, Reading, Refusal, number_of
from tests.factories.sheets import SERIAL, exam_layout, printed_pdf
from tests.support.photographs import (
    DOTS,
    Grey,
    Hand,
    fill,
    paper_of,
    photograph,
    random_hands,
)

pytestmark = pytest.mark.slow

LAYOUT = exam_layout()


@functools.cache
def paper(form: str = "A") -> Grey:
    return paper_of(printed_pdf(exam_layout(form=form), subject_id=12))


def page_of(layout: SheetLayout) -> Page:
    return layout.pages[0]


def read(picture: Grey, *, form: str = "A") -> Reading:
    return read_page(picture, layouts={form: exam_layout(form=form)}).reading


def hands_of(number: int = 3) -> dict[str, dict[int, Hand]]:
    return random_hands(page_of(LAYOUT), seed=number, special=(), share=0)


@pytest.mark.parametrize("turned", [0, 4, -11, 45, 90, 180, 187, 333])
def test_it_is_read_at_any_angle(turned: float) -> None:
    filled = fill(paper(), page_of(LAYOUT), hands_of())
    reading = read(photograph(filled.paper, seed=5, turned=turned))
    assert reading.refusal is None
    assert [(one.key, one.marked, one.doubt) for one in reading.answers] == [
        (field.key, filled.meant(field.key), None) for field in page_of(LAYOUT).fields
    ]


def test_the_code_says_which_sheet_it_is() -> None:
    found = read_mark(read(paper()).code)
    assert found is not None
    mark = found.mark
    assert (mark.use, mark.subject_id, mark.form, mark.page, mark.pages, mark.serial) == (
        "TALLY",
        12,
        "A",
        1,
        1,
        SERIAL,
    )


def test_a_sheet_with_the_number_filled_in_by_the_printer() -> None:
    pdf = printed_pdf(LAYOUT, copies=(Copy(SERIAL, number="40017", facts=("张秀英",)),))
    reading = read(photograph(paper_of(pdf), seed=8, turned=2))
    marked = {one.key: one.marked for one in reading.answers}
    assert (number_of(marked), reading.doubts) == ("040017", ())


def test_writing_in_a_frame_is_kept_for_people_and_disturbs_no_box() -> None:
    questions = (Question(1, tuple("ABCD")), Question(2, tuple("ABCD")))
    layout = SheetLayout("测验", questions, areas=(Area(3, 46.0), Area(4, 200.0)))
    pdf = printed_pdf(layout)
    first, second = layout.pages
    filled = fill(paper_of(pdf), first, {"q1": {2: Hand.FILL}}).paper
    frame = first.fields[-1].rect
    for line in range(4):
        start = (round((frame.x + 6) * DOTS), round((frame.y + 9 + 9 * line) * DOTS))
        cv2.putText(filled, "wo men yao xue xi", start, cv2.FONT_HERSHEY_SCRIPT_COMPLEX, 4, 30, 5)
    reading = read_page(photograph(filled, seed=4, turned=5), layouts={"A": layout}).reading
    assert [(one.key, one.marked, one.doubt) for one in reading.answers] == [
        ("q1", (2,), None),
        ("q2", (), None),
    ]
    # A page of nothing but frames is read as such.
    other = read_page(photograph(paper_of(pdf, 1), seed=4, turned=178), layouts={"A": layout})
    assert (other.reading.refusal, other.reading.answers) == (None, ())
    assert [field.key for field in second.fields] == ["w4"]


@pytest.mark.parametrize(
    ("hands", "marked", "doubt"),
    [
        ({1: Hand.FAINT}, (), Doubt.FAINT),
        ({1: Hand.TICK}, (), Doubt.FAINT),
        ({1: Hand.ERASED}, (), Doubt.FAINT),
        ({1: Hand.ERASED, 2: Hand.FILL}, (2,), Doubt.ERASED),
        ({0: Hand.FILL, 2: Hand.FILL}, (0, 2), Doubt.TWO),
        ({1: Hand.CROSSED}, (1,), Doubt.CROSSED),
        ({1: Hand.OUTSIDE}, (), Doubt.OUTSIDE),
        ({}, (), None),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_not_clear_goes_to_a_person(
    hands: dict[int, Hand], marked: tuple[int, ...], doubt: Doubt | None, seed: int
) -> None:
    filled = fill(paper(), page_of(LAYOUT), hands_of() | {"q5": hands}, seed=seed)
    answer = read(photograph(filled.paper, seed=seed, turned=5)).answer("q5")
    assert answer is not None
    assert answer.doubt == doubt
    assert set(answer.marked) <= {*marked, *hands}
    if seed == 1 and doubt is not Doubt.FAINT:
        assert answer.marked == marked


@given(st.integers(0, 10**6))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_no_mark_is_wrong_without_a_doubt(seed: int) -> None:
    hands = random_hands(page_of(LAYOUT), seed=seed, share=0.15)
    filled = fill(paper(), page_of(LAYOUT), hands, seed=seed)
    reading = read(photograph(filled.paper, seed=seed))
    assert [
        (one.key, one.marked, filled.meant(one.key))
        for one in reading.answers
        if one.doubt is None and one.marked != filled.meant(one.key)
    ] == []


@given(st.data())
@settings(max_examples=6, deadline=None, derandomize=True)
def test_any_layout_comes_back_from_print(data: st.DataObject) -> None:
    options = tuple("甲乙丙丁戊己庚辛"[: data.draw(st.integers(2, 8))])
    questions = tuple(
        Question(
            number, options, data.draw(st.booleans()), "思想作风" * data.draw(st.integers(0, 12))
        )
        for number in range(1, data.draw(st.integers(1, 40)) + 1)
    )
    layout = SheetLayout("测评", questions, number_digits=data.draw(st.sampled_from([0, 8])))
    pdf = printed_pdf(layout, subject_id=3)
    place = data.draw(st.integers(0, len(layout.pages) - 1))
    page = layout.pages[place]
    hands = random_hands(page, seed=data.draw(st.integers(0, 999)), special=(), share=0)
    filled = fill(paper_of(pdf, place), page, hands)
    reading = read_page(photograph(filled.paper, seed=place, calm=True), layouts={"A": layout})
    assert [(one.key, one.marked, one.doubt) for one in reading.reading.answers] == [
        (field.key, filled.meant(field.key), None) for field in page.fields
    ]


def test_another_form_is_named() -> None:
    filled = fill(paper("B"), page_of(LAYOUT), hands_of())
    assert read(filled.paper).refusal is Refusal.OTHER_FORM
    assert read(filled.paper, form="B").refusal is None


def test_what_is_no_sheet_is_named() -> None:
    blank = np.full((1700, 1200), 240, np.uint8)
    page = paper()
    cut = page[: page.shape[0] // 2, page.shape[1] // 3 :]
    two = np.hstack([page, page])
    assert read(blank).refusal is Refusal.BLANK
    assert read(cut).refusal is Refusal.NO_MARKS
    assert read(two).refusal is Refusal.TWO_SHEETS


def test_a_code_that_is_covered_and_a_page_out_of_focus_are_named() -> None:
    covered = paper().copy()
    covered[200:450, 1500:1800] = 255
    assert read(covered).refusal is Refusal.NO_CODE
    soft = cv2.GaussianBlur(paper(), (0, 0), 12)
    assert read(soft).refusal in (Refusal.BLURRED, Refusal.NO_CODE, Refusal.NO_MARKS)


def test_one_corner_may_be_torn_off() -> None:
    filled = fill(paper(), page_of(LAYOUT), hands_of()).paper
    filled[-200:, :200] = 120
    reading = read(filled)
    assert (reading.refusal, reading.doubts) == (None, ())
