"""Which days one record's memberships leave to the other's."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from lms.members.merging.spans import Span, free_parts

FIRST = dt.date(2020, 1, 1)
DAYS = 40


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def days_of(span: Span) -> set[int]:
    """Its days as numbers, an open end up to DAYS."""
    begins, ends = span
    last = (ends - FIRST).days if ends else DAYS
    return set(range((begins - FIRST).days, last))


@st.composite
def memberships(draw: st.DrawFn) -> list[Span]:
    """As one record has them: one after the other, only the last without end."""
    edges = sorted(draw(st.sets(st.integers(0, DAYS - 1), max_size=6)))
    spans: list[Span] = [
        (day(edges[place]), day(edges[place + 1])) for place in range(0, len(edges) - 1, 2)
    ]
    if len(edges) % 2:
        spans.append((day(edges[-1]), None))
    return spans


@given(memberships(), memberships())
def test_both_together_cover_what_either_covered_and_never_overlap(
    kept: list[Span], lost: list[Span]
) -> None:
    joined = [part for span in lost for part in free_parts(span, kept)]
    all_days = [number for span in [*kept, *joined] for number in days_of(span)]
    assert sorted(all_days) == sorted(
        {number for span in [*kept, *lost] for number in days_of(span)}
    )
    assert [span for span in joined if span[1] is not None and span[1] <= span[0]] == []


def test_an_open_membership_is_cut_around_one_that_ended() -> None:
    assert free_parts((day(0), None), [(day(3), day(5))]) == [
        (day(0), day(3)),
        (day(5), None),
    ]
