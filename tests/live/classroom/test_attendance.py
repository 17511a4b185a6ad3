"""What the lines of a person come to."""

import datetime as dt
import itertools
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from live.classroom.attendance import BRIDGE, Span, attended, merged

NOON = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
NONE = dt.timedelta(0)


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def span(since: float, until: float) -> Span:
    return Span(at(since), at(until))


HELD = span(0, 3600)
spans = st.builds(
    lambda since, length: span(since, since + length), st.integers(-600, 4000), st.integers(0, 2000)
)


def present(*lines: Span, outages: tuple[Span, ...] = ()) -> float:
    return attended(lines, held=HELD, outages=outages).present.total_seconds()


def test_at_the_same_time_the_longest_counts_and_one_after_another_are_added() -> None:
    assert present(span(0, 1000), span(100, 600)) == 1000
    assert present(span(0, 1000), span(500, 1500)) == 1500
    assert present(span(0, 1000), span(2000, 2500)) == 1500


def test_a_short_break_is_none_and_a_long_one_is() -> None:
    assert present(span(0, 1000), span(1030, 2000)) == 2000
    assert present(span(0, 1000), span(1031, 2000)) == 1969


def test_only_the_class_itself_counts() -> None:
    assert present(span(-600, 100), span(3500, 9000)) == 200
    assert attended([span(-600, 9000)], held=HELD).percent == 100
    assert attended([span(0, 3059)], held=HELD).percent == 84
    assert attended([], held=span(0, 0)).percent == 0


def test_the_teachers_outage_counts_for_who_comes_back() -> None:
    outage = (span(1000, 1300),)
    assert present(span(0, 1010), span(1310, 3600), outages=outage) == 3600
    assert present(span(0, 1010), outages=outage) == 1010
    assert present(span(1310, 3600), outages=outage) == 2290
    assert present(span(0, 1010), span(2000, 3600), outages=outage) == 2610


@given(st.lists(spans, max_size=8), st.lists(spans, max_size=3))
def test_never_more_than_the_class_never_less_than_the_longest_line(
    lines: list[Span], outages: list[Span]
) -> None:
    found = attended(lines, held=HELD, outages=outages)
    assert NONE <= found.present <= HELD.length
    inside = [attended([line], held=HELD).present for line in lines]
    assert found.present >= max(inside, default=NONE)


@given(st.lists(spans, max_size=8), spans, st.randoms())
def test_another_line_takes_nothing_away_and_the_order_is_all_the_same(
    lines: list[Span], more: Span, random: Random
) -> None:
    before = attended(lines, held=HELD).present
    mixed = [*lines, more]
    random.shuffle(mixed)
    assert attended(mixed, held=HELD).present >= before
    assert attended(mixed, held=HELD) == attended([*lines, more], held=HELD)


@given(st.lists(spans, max_size=8))
def test_merged_twice_is_merged_once_and_leaves_long_gaps(lines: list[Span]) -> None:
    once = merged(lines)
    assert merged(once) == once
    assert all(after.since - before.until > BRIDGE for before, after in itertools.pairwise(once))
