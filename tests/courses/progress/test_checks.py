"""Presence checks: nobody there earns nothing more, and whoever answers has lost nothing."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.progress.checks import (
    CHECK_EVERY_MS,
    CHECK_SPREAD_MS,
    answered,
    carried_over,
    due_after,
)
from courses.progress.intervals import (
    ANSWER_MS,
    OFFLINE_LEASE_MS,
    Beat,
    Completion,
    Policy,
    Watch,
    arrival,
    extend,
    measure,
    standing,
)

MINUTE = 60_000
OPENED = 1_800_000_000_000
LENGTH = 3 * 60 * MINUTE
POLICY = Policy(LENGTH)
WHOLE = Completion(LENGTH)

instant = st.integers(0, 2 * 60 * MINUTE).map(lambda offset: OPENED + offset)
beats = st.lists(
    st.builds(
        lambda seq, start, length: Beat(seq, start, start + length, 1.0),
        seq=st.integers(1, 40),
        start=st.integers(0, LENGTH - 60_000),
        length=st.integers(1, 60_000),
    ),
    min_size=1,
    max_size=4,
)
drawn = st.integers(0, CHECK_SPREAD_MS - 1)
checked = st.builds(lambda ms: Watch(OPENED, POLICY, check_due_ms=due_after(0, ms)), drawn)
# A message, or an answer (what the next draw brings), and when it arrives.
event = st.tuples(beats | drawn, instant)


def happened(watch: Watch, events: list[tuple[list[Beat] | int, int]]) -> Watch:
    for what, at in events:
        if isinstance(what, int):
            watch = answered(watch, arrival(watch, at), what)
        else:
            watch, _verdicts = extend(watch, what, at)
    return watch


def by_time(events: list[tuple[list[Beat] | int, int]]) -> list[tuple[list[Beat] | int, int]]:
    return sorted(events, key=lambda pair: pair[1])


@given(checked, st.lists(event, max_size=14))
def test_no_check_takes_anything_away(
    watch: Watch, events: list[tuple[list[Beat] | int, int]]
) -> None:
    """In any order, with answers early, late, double and never."""
    before = standing([watch], WHOLE)
    for each in events:
        watch = happened(watch, [each])
        after = standing([watch], WHOLE)
        assert after.covered_ms >= before.covered_ms
        assert after.earned_ms >= before.earned_ms
        assert after.is_complete >= before.is_complete
        before = after


@given(checked, st.lists(st.tuples(beats, instant), max_size=14))
def test_nobody_there_earns_no_more_than_until_the_check_was_missed(
    watch: Watch, messages: list[tuple[list[Beat], int]]
) -> None:
    """Whatever is sent: the lease of a phone without a network, and the time to answer."""
    due = watch.check_due_ms or 0
    watch = happened(watch, by_time(messages))  # type: ignore[arg-type]
    last = due if watch.answer_by_ms is None else watch.answer_by_ms

    assert all(end <= last for _start, end in watch.present)
    assert measure(watch.present) <= due + OFFLINE_LEASE_MS + ANSWER_MS


@given(
    st.builds(
        lambda by, floor: Watch(OPENED, POLICY, answer_by_ms=by, counted_from_ms=floor),
        st.integers(0, 2 * 60 * MINUTE),
        st.integers(0, 2 * 60 * MINUTE),
    ),
    st.data(),
)
def test_while_a_check_waits_the_order_of_arrival_does_not_matter(
    watch: Watch, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, 6))
    messages = [
        ([replace(data.draw(beats)[0], seq=number + 1)], data.draw(instant))
        for number in range(count)
    ]

    assert happened(watch, data.draw(st.permutations(messages))) == happened(watch, messages)  # type: ignore[arg-type]


@pytest.mark.slow
@given(checked, st.lists(st.tuples(beats, instant), max_size=10), drawn)
def test_what_was_held_back_counts_when_it_is_sent_again_after_the_answer(
    watch: Watch, messages: list[tuple[list[Beat], int]], later: int
) -> None:
    unasked, with_checks = replace(watch, check_due_ms=None), watch
    held: list[Beat] = []
    for said, at in by_time(messages):  # type: ignore[arg-type]
        unasked, _verdicts = extend(unasked, said, at)
        with_checks, verdicts = extend(with_checks, said, at)
        held += [beat for beat, verdict in zip(said, verdicts, strict=True) if verdict.held]
    end = OPENED + 3 * 60 * MINUTE
    with_checks = answered(with_checks, arrival(with_checks, end), later)
    with_checks, verdicts = extend(with_checks, held, end)

    assert not any(verdict.held or verdict.refused for verdict in verdicts)
    assert set(with_checks.seen) == set(unasked.seen)


def test_time_without_an_answer_is_not_made_up_for_by_answering_late() -> None:
    """Forty minutes played before an empty chair, then somebody comes back and presses."""
    watch = Watch(OPENED, POLICY, check_due_ms=15 * MINUTE)
    waiting: list[Beat] = []
    for number in range(1, 60 * 4 + 1):
        at = OPENED + number * 15_000
        waiting.append(Beat(number, (number - 1) * 15_000, number * 15_000, 1.0))
        watch, verdicts = extend(watch, waiting, at)
        waiting = [b for b, v in zip(waiting, verdicts, strict=True) if v.held]
    missed = 18 * MINUTE
    assert (watch.covered, watch.present) == (((0, missed),), ((0, missed),))

    watch = answered(watch, 60 * MINUTE, 0)
    watch, _verdicts = extend(watch, waiting, OPENED + 60 * MINUTE + 15_000)
    result = standing([watch], WHOLE)

    assert (watch.covered, watch.check_due_ms) == (((0, 60 * MINUTE),), 75 * MINUTE)
    assert result.wall_ms == missed + 15_000


def test_silence_before_the_answer_is_a_phone_without_a_network() -> None:
    """Asked, answered at once, but the answer and twenty minutes of study arrive together."""
    watch = Watch(OPENED, POLICY, check_due_ms=15 * MINUTE)
    for number in range(1, 61):
        watch, _verdicts = extend(
            watch,
            [Beat(number, (number - 1) * 15_000, number * 15_000, 1.0)],
            OPENED + number * 15_000,
        )
    assert watch.answer_by_ms == 18 * MINUTE
    back = OPENED + 35 * MINUTE
    watch = answered(watch, arrival(watch, back), 0)
    later = [Beat(number, (number - 1) * 15_000, number * 15_000, 1.0) for number in range(61, 141)]
    watch, _verdicts = extend(watch, later, back)

    assert standing([watch], WHOLE).earned_ms == 35 * MINUTE


def test_an_answer_nobody_asked_for_changes_nothing() -> None:
    watch = Watch(OPENED, POLICY, check_due_ms=15 * MINUTE)

    assert answered(watch, MINUTE, 0) == watch


@given(checked, st.lists(event, max_size=14))
def test_two_checks_are_never_within_fifteen_minutes(
    watch: Watch, events: list[tuple[list[Beat] | int, int]]
) -> None:
    asked: list[int] = []
    for what, at in by_time(events):
        before = watch.checks_asked
        watch = happened(watch, [(what, at)])
        if watch.checks_asked > before:
            asked.append(at)

    assert all(later - sooner >= CHECK_EVERY_MS for sooner, later in itertools.pairwise(asked))


# --- From one sitting to the next ------------------------------------------------------------


@given(checked, st.lists(st.tuples(beats, instant), max_size=8))
def test_opening_again_neither_brings_the_check_nearer_nor_puts_it_off(
    watch: Watch, messages: list[tuple[list[Beat], int]]
) -> None:
    due = watch.check_due_ms or 0
    watch = happened(watch, by_time(messages))  # type: ignore[arg-type]
    next_due, answer_by = carried_over(watch)
    played = max((end for _start, end in watch.present), default=0)

    if watch.answer_by_ms is None:
        assert (next_due, answer_by) == (due - played, None)
    else:
        assert answer_by is not None
        assert 0 <= answer_by <= ANSWER_MS - (played - (watch.answer_by_ms - ANSWER_MS))


def test_many_sittings_are_no_way_around_an_unanswered_check() -> None:
    """Told at 15 minutes, then a new sitting every minute."""
    counted = 0
    watch = Watch(OPENED, POLICY, check_due_ms=15 * MINUTE)
    for number in range(1, 61):
        watch, _verdicts = extend(
            watch, [Beat(number, 0, 15_000, 1.0)], watch.opened_ms + number * 15_000
        )
    counted += measure(watch.present)
    for _again in range(20):
        due, answer_by = carried_over(watch)
        watch = Watch(
            watch.opened_ms + 60 * MINUTE, POLICY, check_due_ms=due, answer_by_ms=answer_by
        )
        for number in range(1, 5):
            watch, _verdicts = extend(
                watch, [Beat(number, 0, 15_000, 1.0)], watch.opened_ms + number * 15_000
            )
        counted += measure(watch.present)

    assert counted == 15 * MINUTE + ANSWER_MS
