"""When a question is asked again."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from exams.practice.leitner import LAST_BOX, REST_DAYS, Standing, after_answer

TODAY = dt.date(2026, 11, 25)
standings = st.builds(
    Standing,
    st.integers(0, LAST_BOX),
    st.dates(TODAY - dt.timedelta(60), TODAY + dt.timedelta(60)),
    st.booleans(),
)


@given(st.none() | standings)
def test_a_wrong_answer_always_leads_back_to_the_first_box_and_into_the_book(
    before: Standing | None,
) -> None:
    after = after_answer(before, is_right=False, today=TODAY)
    assert after == Standing(0, TODAY + dt.timedelta(1), is_in_book=True)


@given(st.none() | standings)
def test_a_right_answer_never_comes_sooner_and_never_enters_the_book(
    before: Standing | None,
) -> None:
    after = after_answer(before, is_right=True, today=TODAY)
    assert after.due_on > TODAY
    assert after.box in range(LAST_BOX + 1)
    if before is None:
        assert not after.is_in_book
    else:
        assert after.box >= before.box
        assert before.is_in_book or not after.is_in_book


def test_it_leaves_the_book_with_the_second_right_answer_on_another_day() -> None:
    standing = after_answer(None, is_right=False, today=TODAY)
    day, seen = TODAY, []
    for _time in range(len(REST_DAYS)):
        same_day = after_answer(standing, is_right=True, today=day)
        day = same_day.due_on
        standing = after_answer(same_day, is_right=True, today=day)
        seen.append((standing.box, standing.is_in_book, (standing.due_on - day).days))
    assert seen == [
        (1, True, 2), (2, False, 4), (3, False, 8), (4, False, 16), (5, False, 32), (5, False, 32),
    ]  # fmt: skip
