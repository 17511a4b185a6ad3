"""Adding up answers, in the order of the screen."""

from hypothesis import given
from hypothesis import strategies as st

from exams.questions.types import question_type
from live.checks.counting import Tally, options_of, right_places, tally

CONTENT = {"options": ["甲", "乙", "丙"]}


def test_counts_stand_in_the_order_of_the_screen() -> None:
    answers = [({"chosen": 0}, 3), ({"chosen": 2}, 1)]
    assert tally("single", CONTENT, [], answers) == Tally(4, (3, 0, 1))
    assert tally("single", CONTENT, [2, 0, 1], answers) == Tally(4, (1, 3, 0))
    assert options_of("single", CONTENT, [2, 0, 1]) == ["丙", "甲", "乙"]
    assert right_places("single", {"correct": 0}, [2, 0, 1]) == [1]


def test_of_several_choices_each_counts_and_the_person_once() -> None:
    answers = [({"chosen": [0, 2]}, 2), ({"chosen": [2]}, 1)]
    assert tally("multiple", CONTENT, [], answers) == Tally(3, (2, 0, 3))
    assert right_places("multiple", {"correct": [2, 0]}, []) == [0, 2]


def test_right_or_not() -> None:
    answers = [({"chosen": True}, 5), ({"chosen": False}, 2)]
    assert tally("true_false", {}, [], answers) == Tally(7, (5, 2))
    assert right_places("true_false", {"correct": False}, []) == [1]
    assert options_of("true_false", {}, []) == ["true", "false"]


def test_nothing_answered_counts_nothing() -> None:
    assert tally("single", CONTENT, [], []) == Tally(0, (0, 0, 0))


@given(st.lists(st.sets(st.integers(0, 2), min_size=1), max_size=20), st.permutations([0, 1, 2]))
def test_what_is_chosen_on_the_screen_is_what_is_counted_there(
    picked: list[set[int]], order: list[int]
) -> None:
    type_ = question_type("multiple")
    sent = [{"choice": [str(each) for each in sorted(one, reverse=True)]} for one in picked]
    answers = [(type_.read(CONTENT, order, each), 1) for each in sent]
    counted = tally("multiple", CONTENT, order, answers)
    assert counted.answered == len(picked)
    assert counted.counts == tuple(sum(place in one for one in picked) for place in range(3))
