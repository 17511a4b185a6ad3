"""Fragments out of a pipe, gathered into segments, named by playlists."""

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from live.classroom.fragments import Fragment
from live.classroom.segments import (
    MOST_SECONDS,
    Gatherer,
    Part,
    Segment,
    live_playlist,
    read_part,
    replay_playlist,
)

AT = dt.datetime(2026, 7, 1, 1, 0, 0, tzinfo=dt.UTC)


def fragment(seconds: float = 0.1, *, is_key: bool = False) -> Fragment:
    return Fragment(b"x", 0.0, seconds, is_key)


def segment(number: int) -> Segment:
    return Segment(number, 1.0, AT + dt.timedelta(seconds=number - 1))


def part(take: int, count: int) -> Part:
    return Part(take, tuple(segment(number) for number in range(1, count + 1)))


def test_a_segment_ends_before_the_first_key_after_a_second() -> None:
    gatherer = Gatherer()
    keys = [number % 5 == 0 for number in range(26)]
    ended = [gatherer.add(fragment(is_key=key), AT) for key in keys]
    lengths = [round(each[0].seconds, 3) for each in ended if each is not None]
    assert lengths == [1.0, 1.0]
    rest = gatherer.rest()
    assert rest is not None
    assert round(rest[0].seconds, 3) == 0.6
    assert gatherer.rest() is None


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=80))
def test_nothing_is_lost_and_no_segment_is_too_long(said: list[tuple[int, bool]]) -> None:
    gatherer = Gatherer()
    found = [gatherer.add(fragment(tenths / 10, is_key=key), AT) for tenths, key in said]
    segments = [*filter(None, found), *filter(None, [gatherer.rest()])]
    assert sum(len(data) for _segment, data in segments) == len(said)
    total = sum(Fraction(tenths, 10) for tenths, _key in said)
    assert abs(sum(each.seconds for each, _data in segments) - float(total)) < 1e-6
    assert all(each.seconds <= MOST_SECONDS + 1e-9 for each, _data in segments)
    assert [each.number for each, _data in segments] == list(range(1, len(segments) + 1))


def test_a_part_is_read_as_it_was_kept_without_a_torn_line() -> None:
    text = segment(1).line() + segment(2).line()
    assert read_part(3, text + "3 1.0") == Part(3, (segment(1), segment(2)))
    assert read_part(3, "") == Part(3, ())


def test_the_replay_is_everything_with_its_breaks_and_its_end() -> None:
    assert replay_playlist([part(1, 2), part(2, 0), part(4, 1)]) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-MAP:URI="1/init.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-07-01T01:00:00.000Z\n'
        "#EXTINF:1.0000,\n1/00001.m4s\n#EXTINF:1.0000,\n1/00002.m4s\n#EXT-X-DISCONTINUITY\n"
        '#EXT-X-MAP:URI="4/init.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-07-01T01:00:00.000Z\n'
        "#EXTINF:1.0000,\n4/00001.m4s\n#EXT-X-ENDLIST\n"
    )


@given(st.lists(st.integers(0, 30), max_size=4))
def test_the_window_moves_on_and_every_number_keeps_its_meaning(counts: list[int]) -> None:
    parts = [part(take, count) for take, count in enumerate(counts, start=1)]
    names = [f"{p.take}/{s.name}" for p in parts for s in p.segments]
    lines = live_playlist(parts).splitlines()
    said = dict(
        line[1:].split(":", 1) for line in lines if line.startswith("#EXT-X-") and ":" in line
    )
    first = int(said["EXT-X-MEDIA-SEQUENCE"])
    shown = [line for line in lines if not line.startswith("#")]
    assert shown == names[first:]
    assert len(shown) == min(12, len(names))
    # As many breaks as takes that began: before the window by number, within it by tag.
    begun = len([p for p in parts if p.segments])
    breaks = int(said["EXT-X-DISCONTINUITY-SEQUENCE"]) + lines.count("#EXT-X-DISCONTINUITY")
    assert breaks == max(0, begun - 1)
