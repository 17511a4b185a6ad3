"""Whose a sheet is, and what keeps it from counting by itself."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from exams.on_paper.standing import Facts, Owner, Problem, numbers_meant, owner, problem_with

BOOLEANS = st.booleans()


@given(st.none() | st.integers(1, 9), st.text("0123456789", max_size=6), st.sets(st.integers(1, 9)))
def test_nobody_gets_a_sheet_that_may_be_of_somebody_else(
    printed_for: int | None, number: str, called: set[int]
) -> None:
    found = owner(printed_for=printed_for, number=number, called=called)
    if found.problem is None:
        assert found.member is not None
        assert found.member == printed_for or called == {found.member}
    if printed_for is not None and number and printed_for not in called:
        assert found == Owner(printed_for, Problem.DIFFERS)


def test_without_a_name_the_number_says_it() -> None:
    assert owner(printed_for=None, number="", called=[]).problem == Problem.NO_NUMBER
    assert owner(printed_for=None, number="17", called=[]).problem == Problem.UNKNOWN
    assert owner(printed_for=None, number="17", called=[1, 2]).problem == Problem.UNKNOWN
    assert owner(printed_for=None, number="17", called=[1]) == Owner(1)
    assert owner(printed_for=1, number="", called=[]) == Owner(1)


def test_one_thing_amiss_is_enough_for_a_person_to_look() -> None:
    names = ("is_eligible", "has_sheet", "has_attempt", "is_replaced", "is_released")
    for values in itertools.product((False, True), repeat=5):
        facts = Facts(**dict(zip(names, values, strict=True)))
        fine = facts.is_eligible and not any(values[1:])
        assert (problem_with(facts) is None) == fine
    assert problem_with(Facts(True, True, True, False, True)) == Problem.TWICE


@given(st.from_regex(r"[1-9][0-9]{0,6}", fullmatch=True), st.integers(0, 5))
def test_boxes_filled_up_with_noughts_still_mean_the_number(number: str, more: int) -> None:
    assert number in numbers_meant(number.zfill(len(number) + more))


def test_a_number_of_noughts_means_something_all_the_same() -> None:
    assert numbers_meant("000") == ["000", "00", "0"]
    assert numbers_meant("0017") == ["0017", "017", "17"]
