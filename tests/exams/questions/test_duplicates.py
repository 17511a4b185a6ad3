"""Likeness: what is found by looking up rare shingles is what comparing all pairs finds."""

import random
import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.questions.duplicates import (
    NEAR,
    fingerprint,
    likeness,
    near_pairs,
    near_to,
    said_by,
    shingles,
)

texts = st.lists(st.text("党章学习", max_size=12), max_size=12)


@given(texts)
def test_all_near_pairs_are_found_and_no_others(said: list[str]) -> None:
    wanted = {
        (one, other)
        for one, other in combinations(range(len(said)), 2)
        if likeness(shingles(said[one]), shingles(said[other])) >= NEAR
    }
    assert {(pair.first, pair.second) for pair in near_pairs(dict(enumerate(said)))} == wanted


@given(texts.filter(bool))
def test_near_to_one_is_what_the_pairs_say(said: list[str]) -> None:
    others = dict(enumerate(said[1:]))
    own = shingles(said[0])
    wanted = {key for key, text in others.items() if likeness(own, shingles(text)) >= NEAR}
    assert {key for key, _alike in near_to(said[0], others)} == wanted


@given(st.permutations(["甲 。", "乙", "丙"]))
def test_how_it_was_typed_and_in_which_order_is_no_difference(options: list[str]) -> None:
    first = said_by("党　章，是什么？", {"options": options})
    assert fingerprint(first) == fingerprint(said_by("党章是什么", {"options": ["甲", "乙", "丙"]}))


@pytest.mark.slow
def test_ten_thousand_questions_are_compared_in_seconds() -> None:
    chance = random.Random(7)
    characters = [chr(0x4E00 + number) for number in range(1500)]
    said = {number: "".join(chance.choices(characters, k=40)) for number in range(9_990)}
    said |= {9_990 + number: said[number][:-1] + "末" for number in range(10)}
    began_at = time.monotonic()
    pairs = near_pairs(said)
    assert [(pair.first, pair.second) for pair in pairs] == [
        (number, 9_990 + number) for number in range(10)
    ]
    assert time.monotonic() - began_at < 20
