"""Where moments of a class are in what is watched afterwards, as numbers."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from live.classroom.segments import Part, Segment
from live.replay.moments import LEAST_MS, Turn, chapters, lecture, moved, served
from media_pipeline import editing

NINE = dt.datetime(2026, 7, 1, 1, 0, tzinfo=dt.UTC)


def part(take: int, since: float, *seconds: float) -> Part:
    """A take whose first picture came `since` seconds after nine, one segment behind the other."""
    segments, at = [], since
    for number, each in enumerate(seconds, start=1):
        segments.append(Segment(number, each, NINE + dt.timedelta(seconds=at)))
        at += each
    return Part(take, tuple(segments))


def at(seconds: float) -> dt.datetime:
    return NINE + dt.timedelta(seconds=seconds)


def test_a_moment_is_where_its_picture_is() -> None:
    line = served([part(1, 10, 2, 2, 2)])
    places = [line.place(at(seconds)) for seconds in (0, 10, 11.5, 15, 16, 99)]
    assert places == [0, 0, 1_500, 5_000, 6_000, 6_000]
    assert line.length_ms == 6_000


def test_what_happened_in_a_pause_is_where_the_picture_went_on() -> None:
    # Two takes with a minute between them.
    line = served([part(1, 0, 2, 2), part(2, 64, 2, 2)])
    places = [line.place(at(seconds)) for seconds in (3, 4, 30, 63.9, 64, 65)]
    assert places == [3_000, 4_000, 4_000, 4_000, 4_000, 5_000]


def test_after_a_cut_what_was_kept_comes_all_at_once() -> None:
    """The line was gone for ten seconds; five segments came within a tenth of a second then."""
    segments = [Segment(1, 2, at(0)), Segment(2, 2, at(2))]
    segments += [Segment(3 + n, 2, at(14 + 0.02 * n)) for n in range(5)]
    segments += [Segment(8, 2, at(16))]
    line = served([Part(1, tuple(segments))])
    # During the cut members saw the picture stand still.
    assert line.place(at(9)) == 4_000
    assert line.place(at(14.5)) == 12_000 + 420
    assert line.place(at(17)) == 15_000


def test_the_lecture_of_the_takes_has_the_same_moments_a_little_stretched() -> None:
    parts = [part(1, 0, 2, 2), part(2, 100, 2, 2)]
    same = lecture(parts, 8_000)
    assert [same.place(at(seconds)) for seconds in (1, 50, 101)] == [1_000, 4_000, 5_000]
    longer = lecture(parts, 8_080)
    places = [longer.place(at(seconds)) for seconds in (1, 50, 101)]
    assert (places, longer.length_ms) == ([1_000, 4_040, 5_040], 8_080)
    assert lecture([], 8_000).place(at(1)) == 0


def test_nothing_sent_is_no_length() -> None:
    line = served([part(1, 0)])
    assert (line.place(at(5)), line.length_ms) == (0, 0)


takes = st.lists(
    st.tuples(st.floats(0, 300), st.lists(st.floats(0.1, 2.3), max_size=8)), max_size=4
)


@given(takes, st.lists(st.floats(-100, 2_000), min_size=2, max_size=20), st.integers(0, 10**7))
def test_time_never_goes_back_and_stays_within_the_replay(
    shape: list[tuple[float, list[float]]], moments: list[float], length: int
) -> None:
    parts, since = [], 0.0
    for number, (pause, seconds) in enumerate(shape, start=1):
        since += pause
        parts.append(part(number, since, *seconds))
        since += sum(seconds)
    for line in (served(parts), lecture(parts, length)):
        places = [line.place(at(moment)) for moment in sorted(moments)]
        assert places == sorted(places)
        assert places[0] >= 0
        assert places[-1] <= line.length_ms + 1


# --- Chapters -------------------------------------------------------------------------------------


def turn(seconds: float, slide: int) -> Turn:
    return Turn(round(seconds * 1000), slide, f"第 {slide} 页")


def test_chapters_are_the_pages_that_were_shown_for_a_while() -> None:
    turns = [turn(3, 1), turn(60, 2), turn(61, 3), turn(62, 4), turn(120, 4), turn(180, 1)]
    assert chapters(turns, length_ms=240_000) == [
        (0, "第 1 页"),
        (62_000, "第 4 页"),
        (180_000, "第 1 页"),
    ]


def test_one_page_alone_divides_nothing() -> None:
    assert chapters([turn(0, 1), turn(100, 1)], length_ms=240_000) == []
    assert chapters([], length_ms=240_000) == []


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 30)), max_size=300),
    st.integers(1, 10**7),
)
def test_chapters_are_in_order_not_too_many_and_within_the_length(
    turns: list[tuple[int, int]], length: int
) -> None:
    found = chapters([Turn(at_ms, slide, str(slide)) for at_ms, slide in turns], length_ms=length)
    starts = [start for start, _title in found]
    assert starts == sorted(set(starts))
    assert len(found) <= 100
    assert all(start < length for start in starts)
    assert not found or starts[0] == 0
    assert all(later - one >= LEAST_MS for one, later in itertools.pairwise(starts[1:]))


@given(
    cuts=st.lists(st.tuples(st.integers(0, 9_999), st.integers(1, 3_000)), min_size=1, max_size=4),
    seconds=st.floats(-1, 120),
)
def test_after_an_edit_a_moment_is_where_its_picture_went(
    cuts: list[tuple[int, int]], seconds: float
) -> None:
    line = served([part(1, 0, 2, 2, 2), part(2, 100, 2, 2)])
    try:
        kept = editing.kept_after([(start, start + length) for start, length in cuts], 10_000)
    except editing.EditFlawError:
        return  # all of it cut, or too little to be a cut
    mapping = editing.mapping_of(kept)
    edited = moved(line, mapping)
    assert edited.length_ms == editing.length_of(kept)
    was, now = line.place(at(seconds)), edited.place(at(seconds))
    # Places are whole milliseconds, and each was rounded by itself.
    assert abs(now - editing.nearest_ms(mapping, was)) <= 1
