"""What a token looks like, and that nothing else passes for one."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.members.platforms.tokens import digest_of, is_token, new_token, prefix_of


def test_a_token_is_known_by_its_prefix_and_holds_256_bits_of_secret() -> None:
    token = new_token()
    assert re.fullmatch(r"lms_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", token.shown)
    assert prefix_of(token.shown) == token.prefix
    assert token.digest == hashlib.sha256(token.shown.encode()).hexdigest()
    assert is_token(token.shown, token.digest)
    assert new_token().shown != token.shown


@pytest.mark.parametrize(
    "shown",
    ["", "lms_", "x" * 5000, "lms_abcdefgh_short", "LMS_abcdefgh_" + "a" * 43, "令牌" * 28],
)
def test_what_is_no_token_has_no_prefix(shown: str) -> None:
    assert prefix_of(shown) is None


@given(st.integers(0, 55), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_changed_character_makes_another_token(place: int, character: str) -> None:
    token = new_token()
    changed = token.shown[:place] + character + token.shown[place + 1 :]
    assert is_token(changed, token.digest) is (changed == token.shown)
    assert digest_of(token.shown) == token.digest
