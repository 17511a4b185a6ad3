"""What is kept of a recording, and where each moment lies afterwards."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from media_pipeline import editing
from media_pipeline.editing import EditFlawError, Flaw, Moved

LENGTH = 100_000
moments = st.integers(0, LENGTH - 1)
cuts = st.lists(st.tuples(moments, st.integers(1, LENGTH)).map(lambda p: (p[0], p[0] + p[1])))


def kept_of(wanted: list[tuple[int, int]]) -> editing.Kept:
    try:
        return editing.kept_after(wanted, LENGTH)
    except EditFlawError:
        assume(False)
    raise AssertionError


def test_head_tail_and_a_break() -> None:
    kept = editing.kept_after([(0, 5_000), (90_000, LENGTH), (40_000, 50_000)], LENGTH)
    assert kept == ((5_000, 40_000), (50_000, 90_000))
    mapping = editing.mapping_of(kept)
    assert mapping == (Moved(5_000, 40_000, 0), Moved(50_000, 90_000, 35_000))
    assert [editing.map_ms(mapping, ms) for ms in (0, 5_000, 39_999, 40_000, 50_000, 90_000)] == [
        None,
        0,
        34_999,
        None,
        35_000,
        None,
    ]
    assert [editing.nearest_ms(mapping, ms) for ms in (0, 6_000, 45_000, 99_000)] == [
        0,
        1_000,
        35_000,
        75_000,
    ]


@pytest.mark.parametrize(
    ("wanted", "flaw"),
    [
        ([], Flaw.NOTHING_CUT),
        ([(0, LENGTH)], Flaw.NOTHING_LEFT),
        ([(0, 60_000), (60_100, LENGTH)], Flaw.NOTHING_LEFT),
        ([(5_000, 5_000)], Flaw.BACKWARDS),
        ([(LENGTH + 1, LENGTH + 9)], Flaw.OUTSIDE),
        ([(n * 1000 + 500, n * 1000 + 700) for n in range(80)], Flaw.TOO_MANY),
    ],
)
def test_cuts_that_are_none(wanted: list[tuple[int, int]], flaw: Flaw) -> None:
    with pytest.raises(EditFlawError) as caught:
        editing.kept_after(wanted, LENGTH)
    assert caught.value.flaw == flaw


@given(cuts, moments, moments)
def test_moments_keep_their_order_and_lie_within(
    wanted: list[tuple[int, int]], one: int, other: int
) -> None:
    kept = kept_of(wanted)
    mapping = editing.mapping_of(kept)
    first, second = (editing.map_ms(mapping, ms) for ms in sorted((one, other)))
    if first is not None and second is not None:
        assert first <= second < editing.length_of(kept)
        assert (first == second) == (one == other)
    assert editing.nearest_ms(mapping, min(one, other)) <= editing.nearest_ms(
        mapping, max(one, other)
    )
    is_cut = any(start <= one < end for start, end in wanted)
    if is_cut:
        assert editing.map_ms(mapping, one) is None


@given(moments)
def test_without_edits_nothing_moves(ms: int) -> None:
    mapping = editing.same(LENGTH, LENGTH)
    assert editing.map_ms(mapping, ms) == editing.nearest_ms(mapping, ms) == ms
    assert editing.map_spans(mapping, [(0, ms)] if ms else []) == (((0, ms),) if ms else ())


@given(cuts, moments)
def test_the_way_back_leads_back(wanted: list[tuple[int, int]], ms: int) -> None:
    mapping = editing.mapping_of(kept_of(wanted))
    there = editing.map_ms(mapping, ms)
    if there is not None:
        assert editing.map_ms(editing.inverse(mapping), there) == ms
    assert editing.inverse(editing.inverse(mapping)) == mapping
    assert editing.as_mapping(editing.as_lists(mapping)) == mapping


@given(cuts, cuts)
def test_an_edit_of_an_edit_is_an_edit_of_the_file(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    shown = kept_of(first)
    length = editing.length_of(shown)
    try:
        again = editing.kept_after([c for c in second if c[0] <= length], length)
    except EditFlawError:
        assume(False)
    kept = editing.of_source(shown, again)
    assert editing.length_of(kept) == editing.length_of(again)
    for start, end in again:
        for ms in (start, end - 1):
            at_source = editing.map_ms(editing.inverse(editing.mapping_of(shown)), ms)
            assert at_source is not None
            assert editing.map_ms(editing.mapping_of(kept), at_source) == editing.map_ms(
                editing.mapping_of(again), ms
            )


@given(cuts, st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(50)]))
def test_on_pictures_the_sums_stay_true(wanted: list[tuple[int, int]], rate: Fraction) -> None:
    kept = editing.on_pictures(kept_of(wanted), rate)
    frames = editing.frames_of(kept, rate)
    assert editing.on_pictures(kept, rate) == kept
    shown_ms = sum(end - first for first, end in frames) * 1000 / rate
    assert abs(shown_ms - editing.length_of(kept)) <= len(kept)


def test_another_recording_of_the_same() -> None:
    assert editing.same(60_000, 80_000) == (Moved(0, 60_000, 0),)
    assert editing.same(60_000, 50_000) == (Moved(0, 50_000, 0),)
    assert editing.same(60_000, 80_000, from_ms=5_000, at_ms=30_000) == (
        Moved(5_000, 55_000, 30_000),
    )
    assert editing.same(60_000, 80_000, from_ms=60_000) == ()
    assert editing.within((Moved(0, 50, 0), Moved(60, 90, 50)), 70) == (
        Moved(0, 50, 0),
        Moved(60, 80, 50),
    )


def test_captions_that_lose_most_of_themselves_go() -> None:
    mapping = editing.mapping_of(((0, 10_000), (20_000, 30_000)))
    assert editing.map_cue(mapping, 2_000, 4_000) == (2_000, 4_000)
    assert editing.map_cue(mapping, 9_000, 10_800) == (9_000, 10_000)
    assert editing.map_cue(mapping, 9_000, 12_000) is None
    assert editing.map_cue(mapping, 12_000, 14_000) is None
    assert editing.map_cue(mapping, 8_000, 22_000) is None
    assert editing.map_cue(mapping, 21_000, 23_000) == (11_000, 13_000)
