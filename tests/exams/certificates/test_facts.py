"""Masks, numbers and codes of certificates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.certificates.facts import (
    ALPHABET,
    CODE_LENGTH,
    Facts,
    certificate_number,
    grouped,
    masked_name,
    masked_number,
    typed_code,
)

codes = st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@given(codes)
def test_a_code_is_found_however_it_is_typed(code: str) -> None:
    assert typed_code(code) == code
    assert typed_code(grouped(code)) == code
    assert typed_code(f" {grouped(code).lower().replace('-', ' — ')}\n") == code
    assert typed_code(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("text", ["", "ABC", "A" * 19, "A" * 21, "张" * 20, "U" * 20, "x" * 5000])
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert typed_code(text) == ""


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_shows_one_character_and_no_length(name: str) -> None:
    assert masked_name(name) == name[0] + "**"


@given(st.text("0123456789", min_size=1, max_size=18))
def test_a_masked_number_keeps_at_least_half_to_itself(number: str) -> None:
    masked = masked_number(number)
    assert len(masked) == len(number)
    assert masked.count("*") * 2 >= len(number)
    assert all(shown in ("*", own) for shown, own in zip(masked, number, strict=True))


def test_numbers_and_facts() -> None:
    assert certificate_number(2026, 123) == "2026-000123"
    assert masked_number("400001") == "4****1"
    facts = Facts(
        "张三", "4****1", "班", "2026-03-01", "2026-06-30", "12", "2", "合格", "党委", "2026-07-01"
    )
    assert Facts.from_json(facts.as_json()) == facts
