"""Cursors come back as they went, and what is no cursor is told apart."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.reports.feed.cursor import Kind, decoded, encoded

KINDS = st.sampled_from(list(Kind))


@given(KINDS, st.integers(0, 10**18 - 1))
def test_a_cursor_comes_back(kind: Kind, place: int) -> None:
    assert decoded(kind, encoded(kind, place)) == (place,)


@given(KINDS, KINDS, st.integers(0, 10**9), st.integers(0, 10**6))
def test_a_cursor_of_another_list_is_none(one: Kind, other: Kind, place: int, index: int) -> None:
    cursor = encoded(one, place, index)
    assert decoded(other, cursor, length=2) == ((place, index) if one == other else None)
    assert decoded(one, cursor) is None


@given(KINDS, st.text(max_size=60))
def test_any_text_is_a_cursor_or_none(kind: Kind, text: str) -> None:
    place = decoded(kind, text)
    assert place is None or all(part >= 0 for part in place)


@pytest.mark.parametrize(
    "said", ["e:-1", "e:01", "e:1e3", "e:٣", "e:", "e:1\n", "E:1", "e:" + "9" * 19]
)
def test_odd_places_are_none(said: str) -> None:
    assert decoded(Kind.ENTRIES, base64.urlsafe_b64encode(said.encode()).decode()) is None
