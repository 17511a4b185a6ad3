"""Resemblance of written answers: what does not matter does not matter."""

from hypothesis import given
from hypothesis import strategies as st

from exams.marking.similarity import Likeness, likest, plain, resemblance

TEXT = (
    "党员要认真学习党的理论，把学到的方法用到支部工作中，做到学以致用，"
    "遇到困难多向群众请教，在为群众办实事的过程中提高本领。"
)
OTHER = (
    "基层支部要先把党员的情况摸清楚，再按照每个人的特点安排学习内容，"
    "流动党员可以通过网络参加，年纪大的同志可以送学上门，不让一个人掉队。"
)


def test_width_spaces_and_punctuation_do_not_matter() -> None:
    assert plain("Ａ 1，b。") == "a1b"
    assert resemblance(TEXT, TEXT.replace("，", " , ")) == 1.0


def test_a_copied_answer_is_found_and_an_own_one_is_not() -> None:
    copied = TEXT.replace("认真", "好好") + "完。"
    found = likest(TEXT, [("own", OTHER), ("copied", copied), ("same", TEXT)])
    assert [likeness.key for likeness in found] == ["same", "copied"]
    assert found[0] == Likeness("same", 1.0)


def test_short_answers_are_not_compared() -> None:
    assert likest("为人民服务。", [("same", "为人民服务。")]) == []


@given(st.text("甲乙丙丁戊，。", max_size=80), st.text("甲乙丙丁戊，。", max_size=80))
def test_resemblance_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    assert 0 <= resemblance(one, other) <= 1
    assert resemblance(one, other) == resemblance(other, one)


@given(st.lists(st.text("甲乙丙", min_size=40, max_size=60), max_size=6))
def test_the_quick_way_finds_what_the_slow_one_does(texts: list[str]) -> None:
    own = "甲乙丙" * 15
    slow = {key for key, text in enumerate(texts) if resemblance(own, text) >= 0.5}
    assert {likeness.key for likeness in likest(own, enumerate(texts), most=9)} == slow
