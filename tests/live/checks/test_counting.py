"""Adding up answers, in the order of the screen."""

from hypothesis import given
from hypothesis import strategies as st

from exams.questions.types import question_type
from live.checks.counting import (
    Tally,
    Written,
    options_of,
    right_places,
    tally,
    tally_written,
)

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


def test_what_is_written_alike_is_listed_once_as_most_wrote_it() -> None:
    answers = [("１２ 次", 1, True), ("12次", 3, True), ("十次", 2, False), ("！", 1, False)]
    assert tally_written(answers) == Tally(
        7,
        (),
        (Written("12次", 4, True), Written("十次", 2, False), Written("！", 1, False)),
        ("12次", "１２ 次"),
    )


@given(st.lists(st.tuples(st.text(max_size=6), st.integers(1, 5), st.booleans()), max_size=30))
def test_everybody_who_wrote_something_is_counted(answers: list[tuple[str, int, bool]]) -> None:
    counted = tally_written(answers)
    assert counted.answered == sum(count for _text, count, _right in answers)
    counts = [each.count for each in counted.written]
    assert counts == sorted(counts, reverse=True)
    assert set(counted.rights) <= {text for text, _count, is_right in answers if is_right}
