"""Answers and keys as the member reads them afterwards, whatever the type of question."""

from typing import Any

import pytest

from exams.marking.words import PartLines, answer_lines, key_lines, part_lines
from exams.questions.models import QuestionVersion
from exams.questions.types.placed import matched, ordered

MATCHING = matched([("一大", "1921"), ("七大", "1945")])
ORDERING = ordered(["甲", "丙", "乙"])
CASE: dict[str, Any] = {
    "parts": [
        {"kind": "true_false", "stem": "说法正确。", "content": {}, "points": "2"},
        {"kind": "single", "stem": "选一个。", "content": {"options": ["左", "右"]}, "points": "3"},
    ]
}
CASE_KEY = {"parts": [{"correct": False}, {"correct": 1}]}


def version(kind: str, content: dict[str, Any], key: dict[str, Any]) -> QuestionVersion:
    return QuestionVersion(kind=kind, content=content, key=key)


@pytest.mark.parametrize(
    ("kind", "content", "key", "answer", "own", "right"),
    [
        ("true_false", {}, {"correct": True}, {"chosen": False}, ["错"], ["对"]),
        (
            "blank", {"blanks": 2, "any_order": False}, {"blanks": [["八", "8"], ["九"]]},
            {"texts": ["七", "九"]}, ["1. 七", "2. 九"], ["1. 八 / 8", "2. 九"],
        ),
        (
            "numeric", {"unit": "学时"}, {"value": "32", "tolerance": "0"},
            {"text": "30"}, ["30"], ["32 学时"],
        ),
        (
            "matching", *MATCHING, {"pairs": [1, None]},
            ["一大 — 1945", "七大 — "], ["一大 — 1921", "七大 — 1945"],
        ),
        (
            "ordering", *ORDERING, {"places": [2, 1, 3]},
            ["1. 乙", "2. 丙", "3. 甲"], ["1. 甲", "2. 丙", "3. 乙"],
        ),
        (
            "short", {}, {"model": "先看总则。\n再看附则。", "rubric": []},
            {"text": "先看\n总则"}, ["先看", "总则"], ["先看总则。\n再看附则。"],
        ),
        (
            "case", CASE, CASE_KEY, {"parts": [{"chosen": True}, {}]},
            ["(1) 对"], ["(1) 错", "(2) B. 右"],
        ),
    ],
)  # fmt: skip
def test_every_type_says_its_own_words(
    kind: str, content: dict[str, Any], key: dict[str, Any], answer: dict[str, Any],
    own: list[str], right: list[str],
) -> None:  # fmt: skip
    asked = version(kind, content, key)
    assert (answer_lines(asked, answer), key_lines(asked, [key])) == (own, right)
    assert answer_lines(asked, {}) == []


def test_the_parts_of_a_case_stand_beside_their_questions() -> None:
    asked = version("case", CASE, CASE_KEY)
    assert part_lines(asked, {"parts": [{"chosen": True}, {}]}, [CASE_KEY]) == [
        PartLines("说法正确。", 2, ["对"], ["错"]),
        PartLines("选一个。", 3, [], ["B. 右"]),
    ]
    assert [part.own for part in part_lines(asked, {}, [CASE_KEY])] == [[], []]
    assert part_lines(version("true_false", {}, {"correct": True}), {}, []) == []
