"""Whatever a player says, in whatever order: never more than time, never more than content."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.progress.intervals import (
    MAX_BEAT_MS,
    MAX_SEQ,
    OFFLINE_LEASE_MS,
    OVERRUN_MS,
    Beat,
    Completion,
    Policy,
    Refusal,
    Verdict,
    Watch,
    extend,
    measure,
    refusal,
    standing,
    union,
    within,
)

MINUTE = 60_000
DURATION = 10 * MINUTE
POLICY = Policy(DURATION)
OPENED = 1_800_000_000_000

# Anything a client may send: skips, replays, 16x, backwards, beyond the end, double numbers.
any_beat = st.builds(
    Beat,
    seq=st.integers(-1, 12) | st.sampled_from([MAX_SEQ, MAX_SEQ + 1, 2**40]),
    from_ms=st.integers(-20_000, DURATION + 20_000),
    to_ms=st.integers(-20_000, DURATION + 20_000),
    rate=st.sampled_from([0.75, 1.0, 1.25, 1.5, 2.0, 16.0, 0.0, -1.0, float("nan"), float("inf")]),
    visible=st.booleans(),
)
short_beat = st.builds(
    lambda seq, start, length, rate: Beat(seq, start, start + length, rate),
    seq=st.integers(1, 12),
    start=st.integers(0, DURATION),
    length=st.integers(1, 20_000),
    rate=st.sampled_from([1.0, 1.5]),
)
# Server time may stand still, jump by hours (sleep) or go backwards.
instant = st.integers(-2 * MINUTE, 3 * 3_600_000).map(lambda offset: OPENED + offset)
message = st.tuples(st.lists(any_beat | short_beat, max_size=5), instant)
history = st.lists(message, max_size=12)


def watched(messages: list[tuple[list[Beat], int]], watch: Watch | None = None) -> Watch:
    watch = watch or Watch(OPENED, POLICY)
    for beats, at in messages:
        watch, _verdicts = extend(watch, beats, at)
    return watch


def played(start: int, end: int, *, first_seq: int = 1, step: int = 15_000) -> list[Beat]:
    """Honest play at normal speed."""
    return [
        Beat(first_seq + number, at, min(at + step, end), 1.0)
        for number, at in enumerate(range(start, end, step))
    ]


# --- Sets ---------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_union_holds_exactly_the_points_of_its_parts(parts: list[tuple[int, int]]) -> None:
    points = {point for start, end in parts for point in range(start, end)}
    merged = union(parts)

    assert {point for start, end in merged for point in range(start, end)} == points
    assert measure(merged) == len(points)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(merged))


def test_within_cuts_at_both_ends() -> None:
    assert within([(0, 10), (20, 30)], 5, 25) == ((5, 10), (20, 25))


# --- What a beat may claim ---------------------------------------------


@pytest.mark.parametrize(
    ("beat", "expected"),
    [
        (Beat(1, 0, 15_000, 1.0), None),
        (Beat(1, 0, MAX_BEAT_MS, 1.5), None),
        (Beat(1, 0, MAX_BEAT_MS + 1, 1.0), Refusal.TOO_LONG),
        (Beat(1, 5_000, 5_000, 1.0), Refusal.EMPTY),
        (Beat(1, 5_000, 4_000, 1.0), Refusal.EMPTY),
        (Beat(0, 0, 15_000, 1.0), Refusal.NUMBER),
        (Beat(-3, 0, 15_000, 1.0), Refusal.NUMBER),
        (Beat(MAX_SEQ, 0, 15_000, 1.0), None),
        (Beat(MAX_SEQ + 1, 0, 15_000, 1.0), Refusal.NUMBER),
        (Beat(1, -1, 15_000, 1.0), Refusal.OUTSIDE),
        (Beat(1, DURATION - 5, DURATION + OVERRUN_MS, 1.0), None),
        (Beat(1, DURATION - 5, DURATION + OVERRUN_MS + 1, 1.0), Refusal.OUTSIDE),
        (Beat(1, 0, 15_000, 1.51), Refusal.TOO_FAST),
        (Beat(1, 0, 15_000, 16), Refusal.TOO_FAST),
        (Beat(1, 0, 15_000, 0), Refusal.TOO_FAST),
        (Beat(1, 0, 15_000, float("nan")), Refusal.TOO_FAST),
        (Beat(1, 0, 15_000, float("inf")), Refusal.TOO_FAST),
    ],
)
def test_a_beat_is_refused_for_a_reason(beat: Beat, expected: Refusal | None) -> None:
    assert refusal(beat, POLICY) == expected


def test_a_refused_beat_changes_nothing() -> None:
    watch = Watch(OPENED, POLICY)
    after, verdicts = extend(watch, [Beat(1, 0, 61_000, 1.0)], OPENED + MINUTE)

    assert after == watch
    assert verdicts == [Verdict(1, Refusal.TOO_LONG)]


def test_a_duplicate_changes_nothing_whatever_it_claims_now() -> None:
    watch = watched([([Beat(1, 0, 15_000, 1.0)], OPENED + 15_000)])
    after, verdicts = extend(watch, [Beat(1, 60_000, 90_000, 1.0)], OPENED + MINUTE)

    assert after == watch
    assert verdicts == [Verdict(1, duplicate=True)]


def test_the_same_number_twice_in_one_message_counts_the_first() -> None:
    watch, verdicts = extend(
        Watch(OPENED, POLICY),
        [Beat(1, 0, 15_000, 1.0), Beat(1, 60_000, 75_000, 1.0)],
        OPENED + 15_000,
    )

    assert watch.covered == ((0, 15_000),)
    assert [verdict.duplicate for verdict in verdicts] == [False, True]


def test_the_position_is_where_the_highest_number_ended() -> None:
    watch = watched(
        [
            ([Beat(2, 100_000, 115_000, 1.0)], OPENED + 20_000),
            ([Beat(1, 0, 15_000, 1.0)], OPENED + 21_000),
        ]
    )

    assert watch.position_ms == 115_000


# --- Any history ---------------------------------------------


@given(history)
def test_never_more_than_time_nor_content(messages: list[tuple[list[Beat], int]]) -> None:
    watch = watched(messages)
    result = standing([watch], Completion(DURATION))
    last = max((at for _beats, at in messages), default=OPENED)

    assert result.wall_ms <= max(0, last - OPENED)
    assert result.earned_ms <= result.wall_ms
    assert result.earned_ms <= result.covered_ms <= DURATION
    assert result.covered_ms <= result.wall_ms * 3 // 2
    assert measure(result.covered) == measure(union(result.covered))


@given(history)
def test_content_is_counted_once_and_only_if_claimed(
    messages: list[tuple[list[Beat], int]],
) -> None:
    claimed = union(
        (beat.from_ms, beat.to_ms)
        for beats, _at in messages
        for beat in beats
        if refusal(beat, POLICY) is None
    )

    assert union(watched(messages).covered, claimed) == claimed


@given(history)
def test_nothing_lowers_what_was_earned(messages: list[tuple[list[Beat], int]]) -> None:
    watch = Watch(OPENED, POLICY)
    before = standing([watch], Completion(DURATION))
    for beats, at in messages:
        watch, _verdicts = extend(watch, beats, at)
        after = standing([watch], Completion(DURATION))
        assert after.covered_ms >= before.covered_ms
        assert after.earned_ms >= before.earned_ms
        assert after.is_complete >= before.is_complete
        before = after


@given(st.data())
def test_which_message_arrives_when_does_not_matter(data: st.DataObject) -> None:
    """Messages of one session at given instants, in any assignment and any order."""
    count = data.draw(st.integers(1, 8))
    messages = [
        [replace(data.draw(short_beat), seq=1 + 2 * number), Beat(2 + 2 * number, 0, 1, 1.0)]
        for number in range(count)
    ]
    valid = [[b for b in m if refusal(b, POLICY) is None] for m in messages]
    instants = data.draw(st.lists(instant, min_size=count, max_size=count))
    in_order = watched(list(zip(valid, instants, strict=True)))
    shuffled = watched(
        list(
            zip(
                data.draw(st.permutations(valid)),
                data.draw(st.permutations(instants)),
                strict=True,
            )
        )
    )

    assert shuffled == in_order


@given(history, st.data())
def test_a_lost_message_never_earns_more(
    messages: list[tuple[list[Beat], int]], data: st.DataObject
) -> None:
    numbered = [
        ([replace(b, seq=10 * index + n + 1) for n, b in enumerate(beats)], at)
        for index, (beats, at) in enumerate(messages)
    ]
    kept = [pair for pair in numbered if data.draw(st.booleans())]
    whole = standing([watched(numbered)], Completion(DURATION))
    part = standing([watched(kept)], Completion(DURATION))

    assert part.earned_ms <= whole.earned_ms
    assert part.covered_ms <= whole.covered_ms


@given(history)
def test_sending_everything_again_later_changes_nothing(
    messages: list[tuple[list[Beat], int]],
) -> None:
    watch = watched(messages)

    assert watched([(beats, at + MINUTE) for beats, at in messages], watch) == watch


@given(st.lists(st.tuples(st.integers(0, 3), history), min_size=1, max_size=4))
def test_sittings_one_after_another_never_add_up_to_more_than_the_time_that_passed(
    sittings: list[tuple[int, list[tuple[list[Beat], int]]]],
) -> None:
    """Two tabs, two lessons: opening one closes the other, whatever either sends afterwards."""
    earned = 0
    opened = OPENED
    for minutes, messages in sittings:
        closed = opened + minutes * MINUTE
        watch = watched(messages, Watch(opened, POLICY, closed_ms=closed))
        earned += standing([watch], Completion(DURATION)).earned_ms
        opened = closed

    assert earned <= opened - OPENED


# --- Time ---------------------------------------------


def test_a_silence_stands_for_no_more_than_the_lease() -> None:
    watch = watched([([Beat(1, 0, 15_000, 1.0)], OPENED + 5 * 3_600_000)])

    assert standing([watch], Completion(DURATION)).wall_ms == OFFLINE_LEASE_MS


def test_beats_of_a_closed_sitting_count_content_but_no_time_after_the_close() -> None:
    closed = Watch(OPENED, POLICY, closed_ms=OPENED + MINUTE)
    watch = watched([(played(0, 3 * MINUTE), OPENED + 20 * MINUTE)], closed)
    result = standing([watch], Completion(DURATION))

    assert watch.covered == ((0, 3 * MINUTE),)
    assert (result.wall_ms, result.covered_ms, result.earned_ms) == (MINUTE, 90_000, MINUTE)


def test_a_clock_that_went_back_takes_nothing_away() -> None:
    watch = watched([([Beat(1, 0, 15_000, 1.0)], OPENED + 15_000)])
    after = watched([([Beat(2, 15_000, 30_000, 1.0)], OPENED - 3_600_000)], watch)

    assert after.present == ((0, 15_000),)
    assert after.covered == ((0, 30_000),)


# --- Completion ---------------------------------------------


def test_the_last_ten_seconds_are_forgiven_and_the_share_is_of_the_rest() -> None:
    completion = Completion(180_000)

    assert completion.counted_ms == 170_000
    assert completion.required_ms == 161_500


def test_what_is_required_is_rounded_up() -> None:
    assert Completion(100_001).required_ms == 85_501


def test_of_a_short_clip_the_last_tenth_is_forgiven() -> None:
    assert Completion(12_000, Decimal(1)).required_ms == 10_800


@pytest.mark.parametrize(("until", "expected"), [(161_500, True), (161_499, False)])
def test_complete_at_the_share_and_not_before(until: int, expected: bool) -> None:
    watch = watched([([beat], OPENED + beat.to_ms) for beat in played(0, until)])

    assert standing([watch], Completion(180_000)).is_complete is expected


def test_the_forgiven_end_does_not_stand_in_for_a_gap() -> None:
    """Everything but one stretch in the middle is not complete, however the end was watched."""
    beats = played(0, 100_000) + played(112_000, 180_000, first_seq=100)
    watch = watched([([beat], OPENED + beat.to_ms) for beat in beats])

    assert measure(watch.covered) == 168_000
    assert standing([watch], Completion(180_000)).is_complete is False


def test_content_without_the_time_for_it_is_not_complete() -> None:
    watch = watched([(played(0, DURATION), OPENED + MINUTE)])
    result = standing([watch], Completion(DURATION))

    assert measure(result.covered) == DURATION
    assert (result.covered_ms, result.is_complete) == (90_000, False)


def test_sittings_add_up() -> None:
    first = watched([([beat], OPENED + beat.to_ms) for beat in played(0, 90_000)])
    later = Watch(OPENED + 3_600_000, POLICY)
    second = watched(
        [([beat], later.opened_ms + beat.to_ms - 80_000) for beat in played(80_000, 170_000)],
        later,
    )
    result = standing([first, second], Completion(180_000))

    assert (result.covered, result.is_complete) == (((0, 170_000),), True)


def test_a_lesson_without_length_is_never_complete() -> None:
    assert standing([], Completion(0)).is_complete is False


@given(st.randoms(use_true_random=False), st.sampled_from([1.0, 1.25, 1.5]))
def test_honest_watching_loses_nothing_inside_the_lease(random: object, rate: float) -> None:
    """Late, doubled and reordered within half an hour: the whole lecture is there."""
    step = round(15_000 * rate)
    beats = [
        Beat(number, at, min(at + step, DURATION), rate)
        for number, at in enumerate(range(0, DURATION, step), start=1)
    ]
    arrivals = []
    for beat in beats:
        played_at = OPENED + round(beat.to_ms / rate)
        arrivals.append((played_at + random.randrange(0, 20 * MINUTE), beat))  # type: ignore[attr-defined]
        if random.random() < 0.2:  # type: ignore[attr-defined]
            arrivals.append((arrivals[-1][0] + 1, beat))
    arrivals.append((OPENED + round(DURATION / rate), beats[-1]))
    watch = watched([([beat], at) for at, beat in sorted(arrivals, key=lambda pair: pair[0])])
    result = standing([watch], Completion(DURATION))

    assert result.covered_ms == DURATION
    assert result.is_complete is True
