"""A plain word is found however it is written, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.review.matching import folded, found, listed


@given(st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(max_size=20), st.text(alphabet="广告加微信ab", min_size=2, max_size=6), st.text())
def test_what_is_in_a_text_is_found(before: str, word: str, after: str) -> None:
    assert found(f"{before}\n广{word}广\n{after}", [folded(word)]) == [folded(word)]


@pytest.mark.parametrize(
    "text",
    [
        "请加微信详谈",
        "请 加 微 信 详谈",
        "请加\u200b微\u2060信",
        "请加\n微信",
        "请加\u3000微信",
    ],
)
def test_blanks_and_what_cannot_be_seen_hide_no_chinese_word(text: str) -> None:
    assert found(text, [folded("加微信")]) == [folded("加微信")]


def test_width_and_case_make_no_difference() -> None:
    assert found("ＶＸ 号 ①②③", [folded("vx号"), folded("123")]) == ["vx号", "123"]
    assert found("Straße", [folded("STRASSE")]) == ["strasse"]


def test_latin_words_are_not_run_together() -> None:
    assert found("as soon as", [folded("asso")]) == []
    assert found("Buy  NOW!", [folded("buy now")]) == ["buy now"]


def test_nothing_is_found_without_words() -> None:
    assert found("任何话", []) == []
    assert found("任何话", [""]) == []


def test_a_list_has_each_word_once_as_it_was_first_written() -> None:
    assert listed(" 加微信 \n\n加 微信\nＡＢＣ\nabc\n\u200b\n") == ["加微信", "ＡＢＣ"]
