"""What holds for every type of question, whatever it asks."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.questions.models import QuestionKind
from exams.questions.types import AnswerError, WrittenWrongError, question_type, question_types
from exams.questions.types.choice import SCORINGS
from tests.exams.questions import made


def test_each_kind_has_its_type() -> None:
    assert [each.name for each in question_types()] == QuestionKind.values


@given(made.arranged(made.marked_by_machine))
def test_the_key_itself_earns_everything_in_whatever_order_it_was_shown(given_: Any) -> None:
    (kind, content, key, answer), arrangement = given_
    type_ = question_type(kind)
    type_.check(content, key)
    shown = json.loads(json.dumps(type_.written(content, arrangement, answer)))
    read = type_.read(content, arrangement, shown)
    assert read == answer
    assert type_.share(content, key, read) == 1
    assert type_.answer_words(content, {}) == []


@given(st.data())
def test_whatever_a_form_sends_is_read_shown_again_and_earns_a_share(data: st.DataObject) -> None:
    question, arrangement = data.draw(made.arranged(made.marked_by_machine))
    kind, content, key, _answer = question
    type_ = question_type(kind)
    answer = type_.read(content, arrangement, made.sent(data.draw, question))
    answer = json.loads(json.dumps(answer))
    assert type_.read(content, arrangement, type_.written(content, arrangement, answer)) == answer
    share = type_.share(content, key, answer)
    assert share is not None
    assert 0 <= share <= 1
    assert (type_.answer_words(content, answer) == []) == (answer == {})


@given(made.arranged(made.marked_by_machine))
def test_what_is_shown_is_the_content_in_another_order_and_nothing_of_the_key(given_: Any) -> None:
    """Whatever is right, the screen shows the same: it is made of the content, in its order."""
    (kind, content, _key, _answer), arrangement = given_
    shown = question_type(kind).arranged(content, arrangement)
    assert sorted(json.dumps(shown, ensure_ascii=False)) == sorted(
        json.dumps(content, ensure_ascii=False)
    )


@given(made.several, st.randoms())
def test_what_is_to_be_placed_is_kept_in_the_same_order_whatever_is_right(
    texts: list[str], chance: Any
) -> None:
    others = list(texts)
    chance.shuffle(others)
    lefts = [f"左{number}" for number in range(len(texts))]
    assert made.ordered(texts)[0] == made.ordered(others)[0]
    assert (
        made.matched(list(zip(lefts, texts, strict=True)))[0]
        == made.matched(list(zip(lefts, others, strict=True)))[0]
    )


@given(made.multiples(), st.data())
def test_the_stricter_a_scoring_the_less_it_gives(question: made.Made, data: Any) -> None:
    kind, content, key, _answer = question
    answer = question_type(kind).read(content, [], made.sent(data.draw, question))
    shares = [
        question_type(kind).share(content, {**key, "scoring": scoring}, answer)
        for scoring in SCORINGS
    ]
    assert shares == sorted(shares, key=lambda share: share or 0)


@pytest.mark.parametrize(
    ("scoring", "chosen", "share"),
    [
        ("all", [0, 1], Fraction(0)),
        ("all", [0, 1, 2], Fraction(1)),
        ("partial", [0, 1], Fraction(2, 3)),
        ("partial", [0, 3], Fraction(0)),
        ("minus", [0, 1, 3], Fraction(1, 3)),
        ("minus", [0, 3, 4], Fraction(0)),
    ],
)
def test_multiple_choices_are_scored_as_written(
    scoring: str, chosen: list[int], share: Fraction
) -> None:
    content = {"options": ["甲", "乙", "丙", "丁", "戊"]}
    key = {"correct": [0, 1, 2], "scoring": scoring}
    assert question_type("multiple").share(content, key, {"chosen": chosen}) == share


@pytest.mark.parametrize(
    ("typed", "accepted", "is_right"),
    [
        ("ＡＢＣ", "abc", True),
        ("全心全意 为人民服务。", "全心全意为人民服务", True),
        ("《中国共产党章程》", "中国共产党章程", True),
        ("第1、2条", "第12条", False),
        ("3.5", "35", False),
        ("-5", "5", False),
        ("５％", "5%", True),
        ("5%", "5", False),
        ("", "5", False),
    ],
)
def test_a_blank_compares_what_is_said_not_how_it_was_typed(
    typed: str, accepted: str, is_right: bool
) -> None:
    content = {"blanks": 1, "any_order": False}
    answer = question_type("blank").read(content, [], {"blank": [typed]})
    share = question_type("blank").share(content, {"blanks": [[accepted]]}, answer)
    assert share == Fraction(is_right)


def test_in_any_order_each_text_counts_for_one_blank_as_well_as_can_be() -> None:
    key = {"blanks": [["红", "赤"], ["红"], ["黄"]]}
    type_ = question_type("blank")

    def share(*texts: str) -> Fraction | None:
        return type_.share({"blanks": 3, "any_order": True}, key, {"texts": list(texts)})

    assert share("红", "赤", "黄") == 1
    assert share("黄", "赤", "赤") == Fraction(2, 3)
    assert share("红", "红", "红") == Fraction(2, 3)


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("３２", 1), ("32 学时", 1), ("32.5", 1), ("31.49", 0), ("1,032", 0), ("三十二", 0),
        ("32小时", 0), ("1e2", 0), ("NaN", 0), ("３２．５学时", 1),
    ],
)  # fmt: skip
def test_a_number_is_understood_however_it_was_typed(typed: str, share: int) -> None:
    content, key = {"unit": "学时"}, {"value": "32", "tolerance": "0.5"}
    assert question_type("numeric").share(content, key, {"text": typed}) == share


def test_an_order_with_one_thing_put_wrong_keeps_what_its_neighbours_earn() -> None:
    content, key = made.ordered(["1921", "1927", "1935", "1949", "1978"])
    type_ = question_type("ordering")
    assert type_.share(content, key, {"places": [1, 2, 3, 4, 5]}) == 1
    assert type_.share(content, key, {"places": [5, 1, 2, 3, 4]}) == Fraction(3, 4)
    assert type_.share(content, key, {"places": [5, 4, 3, 2, 1]}) == 0
    assert type_.share(content, key, {"places": [1, 2, 2, None, None]}) == 0


def test_a_case_is_weighed_by_points_and_left_to_people_where_a_part_is_theirs() -> None:
    type_ = question_type("case")
    parts = [
        {"kind": "true_false", "stem": "对吗", "content": {}, "points": "3"},
        {"kind": "single", "stem": "哪个", "content": {"options": ["甲", "乙"]}, "points": "2"},
        {"kind": "short", "stem": "为什么", "content": {}, "points": "5"},
    ]
    keys = [{"correct": True}, {"correct": 0}, {"model": "略"}]
    machine = {"parts": parts[:2]}
    answer = {"parts": [{"chosen": True}, {"chosen": 1}]}

    assert type_.share(machine, {"parts": keys[:2]}, answer) == Fraction(3, 5)
    assert (type_.needs_people(machine), type_.needs_people({"parts": parts})) == (False, True)
    whole, key = {"parts": parts}, {"parts": keys}
    type_.check(whole, key)
    assert type_.share(whole, key, {"parts": [*answer["parts"], {"text": "因为"}]}) is None
    assert type_.share(whole, key, {"parts": [*answer["parts"], {}]}) == Fraction(3, 10)
    assert type_.read(whole, [], {"0-choice": ["true"], "2-text": ["因\r\n为"]}) == {
        "parts": [{"chosen": True}, {}, {"text": "因\n为"}]
    }


@pytest.mark.parametrize("kind", ["short", "essay"])
def test_what_is_said_in_own_words_waits_for_people_unless_it_is_empty(kind: str) -> None:
    type_ = question_type(kind)
    key = {"model": "要点", "rubric": [{"text": "观点", "points": "2"}]}
    type_.check({}, key)
    answer = type_.read({}, [], {"text": ["  坚持\r\n学习 "]})
    assert answer == {"text": "坚持\n学习"}
    assert type_.written({}, [], answer) == {"text": ["坚持\n学习"]}
    assert (type_.share({}, key, answer), type_.share({}, key, {})) == (None, 0)
    assert type_.key_words({}, key) == ["要点", "观点 (2)"]


@pytest.mark.parametrize(
    ("kind", "content", "key", "problem"),
    [
        ("single", {"options": ["甲"]}, {"correct": 0}, "option_count"),
        ("single", {"options": ["甲", " "]}, {"correct": 0}, "options"),
        ("single", {"options": ["甲", "乙"]}, {"correct": 2}, "correct"),
        ("multiple", {"options": ["甲", "乙"]}, {"correct": [], "scoring": "all"}, "correct"),
        ("multiple", {"options": ["甲", "乙"]}, {"correct": [0], "scoring": ""}, "scoring"),
        ("true_false", {}, {"correct": "true"}, "correct"),
        ("blank", {"blanks": 2, "any_order": False}, {"blanks": [["甲"]]}, "blank_count"),
        ("blank", {"blanks": 1, "any_order": False}, {"blanks": [["。"]]}, "blanks"),
        ("numeric", {"unit": ""}, {"value": "三", "tolerance": "0"}, "value"),
        ("numeric", {"unit": ""}, {"value": "3", "tolerance": "-1"}, "tolerance"),
        ("matching", {"left": ["一", "二"], "right": ["b", "a"]}, {"pairs": [0, 1]}, "right_order"),
        ("ordering", {"items": ["b", "a"]}, {"order": [0, 1]}, "items_order"),
        ("ordering", {"items": ["a", "b"]}, {"order": [0, 0]}, "order"),
        ("essay", {}, {"model": "略", "rubric": []}, "rubric"),
        ("case", {"parts": []}, {"parts": []}, "part_count"),
    ],
)
def test_what_is_no_question_of_its_type_is_refused_with_a_word_for_it(
    kind: str, content: Any, key: Any, problem: str
) -> None:
    with pytest.raises(WrittenWrongError) as refused:
        question_type(kind).check(content, key)
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    ("kind", "content", "sent"),
    [
        ("single", {"options": ["甲", "乙"]}, {"choice": ["2"]}),
        ("single", {"options": ["甲", "乙"]}, {"choice": ["0", "1"]}),
        ("single", {"options": ["甲", "乙"]}, {"choice": ["²"]}),
        ("multiple", {"options": ["甲", "乙"]}, {"choice": ["-1"]}),
        ("true_false", {}, {"choice": ["maybe"]}),
        ("blank", {"blanks": 1, "any_order": False}, {"blank": ["甲", "乙"]}),
        ("numeric", {"unit": ""}, {"number": ["1" * 41]}),
        ("matching", {"left": ["一", "二"], "right": ["a", "b"]}, {"match": ["2"]}),
        ("ordering", {"items": ["a", "b"]}, {"place": ["0", "1"]}),
        ("short", {}, {"text": ["字" * 20_001]}),
    ],
)
def test_what_no_form_of_ours_sends_is_no_answer(kind: str, content: Any, sent: Any) -> None:
    with pytest.raises(AnswerError):
        question_type(kind).read(content, [], sent)
