"""Whose turn it is, which question comes first, who is drawn, who is gone."""

import datetime as dt
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from live.hands.queueing import STAGE_WAITS, Line, Wanted, ahead_of, drawn, in_order, is_gone

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
STANDS = dt.timedelta(seconds=60)
wanted = st.builds(Wanted, st.integers(1, 50), st.booleans(), st.integers(0, 5))


@given(st.lists(wanted, unique_by=lambda one: one.number))
def test_questions_are_in_one_order_whatever_they_came_in(found: list[Wanted]) -> None:
    order = in_order(found)
    assert Counter(order) == Counter(found)
    assert in_order(reversed(found)) == order
    for one, after in pairwise(order):
        assert one.is_open >= after.is_open
        if one.is_open == after.is_open:
            assert one.votes >= after.votes
            assert one.votes > after.votes or one.number < after.number


@given(st.lists(wanted, min_size=1, unique_by=lambda one: one.number), st.data())
def test_one_more_vote_never_puts_a_question_back(found: list[Wanted], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(found))
    more = Wanted(one.number, one.is_open, one.votes + 1)
    after = in_order([more if each is one else each for each in found])
    assert after.index(more) <= in_order(found).index(one)


@given(st.lists(st.integers(), unique=True))
def test_everybody_has_one_place_and_the_first_is_next(queue: list[int]) -> None:
    assert [ahead_of(queue, member) for member in queue] == list(range(len(queue)))
    # Whoever leaves brings those behind one nearer, and nobody else.
    for gone in range(len(queue)):
        left = queue[:gone] + queue[gone + 1 :]
        for at, member in enumerate(queue):
            now = ahead_of(left, member)
            assert now == (None if at == gone else at - (at > gone))


@given(st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_drawn_is_who_is_there_and_was_not_yet(present: set[int], called: set[int]) -> None:
    left = present - called
    for at in range(len(left)):
        one = drawn(present, called, lambda some, at=at: some[at])  # type: ignore[misc]
        assert one == sorted(left)[at]
    if not left:
        assert drawn(present, called, lambda some: some[0]) is None


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=4))
def test_gone_is_who_has_had_no_line_for_so_long(lines: list[tuple[int, bool]]) -> None:
    """Each line: seconds since its last sign of life, and whether its end was noticed."""
    ago = [NOON - dt.timedelta(seconds=seconds) for seconds, _ended in lines]
    rows = [
        Line(seen, seen if ended else None)
        for seen, (_seconds, ended) in zip(ago, lines, strict=True)
    ]
    stands = any(not ended and seconds < 60 for seconds, ended in lines)
    lately = any(seconds < STAGE_WAITS.total_seconds() for seconds, _ended in lines)
    assert is_gone(rows, NOON, stands_for=STANDS) == (not stands and not lately)
