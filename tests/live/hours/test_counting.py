"""What a class is worth, and what somebody's part in it comes to."""

import datetime as dt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from live.classroom.attendance import Span
from live.hours.counting import (
    Bridged,
    Frame,
    credited_minutes,
    frame,
    in_room,
    per_minute,
    stay,
    without,
)

NOON = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def span(since: float, until: float) -> Span:
    return Span(at(since), at(until))


HOUR = Frame(span(0, 3600))
spans = st.builds(
    lambda since, length: span(since, since + length), st.integers(-600, 4000), st.integers(0, 2000)
)
inside = st.builds(
    lambda since, length: span(since, min(3600, since + length)),
    st.integers(1, 3500),
    st.integers(1, 900),
)
frames = st.builds(
    lambda outages, pauses: frame(at(0), at(3600), outages=outages, pauses=pauses),
    st.lists(inside, max_size=2),
    st.lists(inside, max_size=2),
)


def test_a_gap_that_lasts_to_the_end_is_no_part_of_the_class() -> None:
    left = frame(at(0), at(5400), outages=[span(3600, 5400)])
    assert (left.held, left.outages) == (span(0, 3600), ())
    paused = frame(at(0), at(4000), outages=[span(3500, 3700)], pauses=[span(3650, 4000)])
    assert paused.held == span(0, 3500)
    came_back = frame(at(0), at(3600), outages=[span(1000, 1300)])
    assert (came_back.held, came_back.outages) == (span(0, 3600), (span(1000, 1300),))


def test_hours_are_given_for_what_was_taught_and_never_for_more_than_planned() -> None:
    assert credited_minutes(HOUR, 60) == 60
    assert credited_minutes(HOUR, 45) == 45
    assert credited_minutes(HOUR, 90) == 60
    # A class that ends a little early has been held as planned.
    assert credited_minutes(Frame(span(0, 3310)), 60) == 60
    assert credited_minutes(Frame(span(0, 3290)), 60) == 54
    assert credited_minutes(Frame(span(0, 0)), 60) == 0
    paused = frame(at(0), at(3600), pauses=[span(600, 1800)])
    assert credited_minutes(paused, 60) == 40


def test_what_was_filled_in_is_told_with_its_reason() -> None:
    held = frame(at(0), at(3600), outages=[span(1000, 1300)], pauses=[span(2000, 2300)])
    lines = [span(0, 500), span(520, 1010), span(1310, 2000), span(2310, 3600)]
    found = stay(lines, held)
    assert found.attendance.spans == (span(0, 3600),)
    assert [(piece.span, piece.why) for piece in found.bridged] == [
        (span(500, 520), Bridged.SHORT),
        (span(1010, 1310), Bridged.OUTAGE),
        (span(2000, 2310), Bridged.PAUSE),
    ]


def test_the_threshold_is_reached_by_whole_percent_and_not_by_a_hair_less() -> None:
    assert stay([span(0, 3060)], HOUR).reaches(85)
    assert not stay([span(0, 3059)], HOUR).reaches(85)
    assert not stay([span(0, 10)], Frame(span(0, 0))).reaches(50)


def test_in_a_room_while_its_screen_has_a_line() -> None:
    screen = [span(0, 1000), span(1020, 2000), span(2600, 3600)]
    assert in_room(span(500, 3000), screen) == [span(500, 2000), span(2600, 3000)]
    assert in_room(span(500, 3000), []) == []


def test_how_many_were_there_in_each_minute() -> None:
    two = [stay([span(0, 120)], HOUR), stay([span(60, 3600)], HOUR)]
    assert per_minute(two, HOUR)[:4] == [1, 2, 1, 1]
    assert len(per_minute(two, HOUR)) == 60
    assert per_minute([], Frame(span(0, 90))) == [0, 0]
    assert per_minute([], Frame(span(0, 0))) == []


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6), frames)
def test_own_lines_and_a_room_together_are_their_union_and_never_the_sum(
    own: list[Span], room: list[Span], held: Frame
) -> None:
    both = stay([*own, *room], held).attendance.present
    alone = [stay(own, held).attendance.present, stay(room, held).attendance.present]
    assert max(alone) <= both <= held.held.length
    assert stay([*own, *own, *room], held) == stay([*room, *own], held)


@given(st.lists(spans, max_size=6), spans, frames, st.randoms())
def test_nothing_that_happens_later_takes_time_away(
    lines: list[Span], more: Span, held: Frame, random: Random
) -> None:
    before = stay(lines, held)
    mixed = [*lines, more]
    random.shuffle(mixed)
    after = stay(mixed, held)
    assert after.attendance.present >= before.attendance.present
    assert all(after.reaches(percent) for percent in (50, 85) if before.reaches(percent))


@given(st.lists(spans, max_size=6), frames)
def test_filled_in_and_seen_make_up_the_whole_and_do_not_overlap(
    lines: list[Span], held: Frame
) -> None:
    found = stay(lines, held)
    filled = sum((piece.span.length for piece in found.bridged), dt.timedelta(0))
    seen = stay(lines, held).attendance.present - filled
    raw = [rest for each in found.attendance.spans for rest in without(each, [])]
    assert sum((each.length for each in raw), dt.timedelta(0)) == filled + seen
    assert dt.timedelta(0) <= filled <= found.attendance.present


@given(st.lists(st.lists(spans, max_size=4), max_size=5), frames)
def test_nobody_is_there_twice_in_a_minute(people: list[list[Span]], held: Frame) -> None:
    counts = per_minute((stay(lines, held) for lines in people), held)
    assert all(0 <= count <= len(people) for count in counts)
