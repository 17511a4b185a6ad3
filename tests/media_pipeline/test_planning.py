"""Which runs make a lecture: every size once, nothing left out, the small ones first."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import planning
from media_pipeline.ladder import Picture, renditions_for
from media_pipeline.planning import Cut, Span

RATES = st.sampled_from(
    [Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(15)]
)
PLANS = renditions_for(Picture(1920, 1080, Fraction(25), True))
MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


def cuts(
    seconds: float = 60, *, size: tuple[int, int] = (1920, 1080), **about: object
) -> list[Cut]:
    plans = renditions_for(Picture(*size, Fraction(25), True))
    return planning.cuts_for(
        plans,
        **{  # type: ignore[arg-type]
            "has_sound": True,
            "seconds": seconds,
            "format_name": MP4,
            "others_wait": False,
            **about,
        },
    )


def told(found: list[Cut]) -> list[tuple[tuple[str, ...], bool, bool]]:
    return [(cut.names, cut.span is None, cut.comes_first) for cut in found]


def test_a_lecture_alone_is_decoded_once() -> None:
    names = ("240p", "360p", "720p", "1080p", "sound")
    assert told(cuts()) == [(names, True, False)]
    assert told(cuts(has_sound=False)) == [(names[:-1], True, False)]


def test_beside_others_the_small_sizes_come_first() -> None:
    assert told(cuts(others_wait=True)) == [
        (("240p", "360p", "sound"), True, True),
        (("720p", "1080p"), True, False),
    ]
    # Nothing large in it: all of it comes first.
    assert told(cuts(size=(640, 360))) == [(("240p", "360p", "sound"), True, True)]
    assert told(cuts(size=(640, 360), others_wait=True)) == told(cuts(size=(640, 360)))


def test_a_long_lecture_is_made_in_pieces() -> None:
    found = cuts(2700)
    assert told(found) == [
        (("240p", "360p", "sound"), True, True),
        *[(("720p", "1080p"), False, False)] * 23,
    ]
    assert [cut.span for cut in found[1:3]] == [Span(0, 3000, False), Span(3000, 3000, False)]
    assert found[-1].span == Span(66_000, 1500, True)
    # A container that cannot be entered in the middle is not.
    assert told(cuts(2700, format_name="asf")) == [
        (("240p", "360p", "720p", "1080p", "sound"), True, False)
    ]
    assert [len(cuts(599.9)), len(cuts(600))] == [1, 6]


def test_a_source_without_a_picture_is_one_run() -> None:
    found = planning.cuts_for([], has_sound=True, seconds=7200, format_name="mp3", others_wait=True)
    assert told(found) == [(("sound",), True, True)]


@pytest.mark.parametrize(
    ("name", "seconds", "expected"),
    [
        ("sound", 2700, [(("sound",), True, True)]),
        ("360p", 2700, [(("360p",), True, True)]),
        ("1080p", 60, [(("1080p",), True, False)]),
        ("1080p", 1200, [(("1080p",), False, False)] * 10),
    ],
)
def test_one_size_again(
    name: str, seconds: float, expected: list[tuple[tuple[str, ...], bool, bool]]
) -> None:
    """A large one again does not go before the small ones of others either."""
    found = planning.cuts_again(PLANS, name, seconds=seconds, format_name=MP4)
    assert told(found) == expected


@given(st.floats(1, 14_400), RATES)
def test_pieces_cover_a_lecture_without_gap_or_overlap(seconds: float, rate: Fraction) -> None:
    spans = planning.spans_of(seconds, rate)
    at = 0
    for span in spans:
        assert span.first_frame == at
        at += span.frames
    assert at == planning.total_frames(seconds, rate)
    assert [span.is_last for span in spans] == [False] * (len(spans) - 1) + [True]
    assert len(spans) <= planning.MOST_PIECES
    boundaries = {planning.grid_frame(number, rate) for number in range(3601)}
    assert {span.first_frame for span in spans} <= boundaries


@given(
    st.tuples(st.integers(64, 4000), st.integers(64, 2200)),
    st.floats(1, 14_400),
    st.booleans(),
    st.booleans(),
    st.sampled_from([MP4, "matroska,webm", "asf", "avi"]),
)
def test_every_size_is_made_once(
    size: tuple[int, int], seconds: float, sound: bool, others: bool, format_name: str
) -> None:
    plans = renditions_for(Picture(*size, Fraction(25), True))
    found = planning.cuts_for(
        plans, has_sound=sound, seconds=seconds, format_name=format_name, others_wait=others
    )
    whole = [name for cut in found if cut.span is None for name in cut.names]
    pieced = {cut.names for cut in found if cut.span is not None}
    names = [*whole, *(name for group in pieced for name in group)]
    assert len(pieced) <= 1
    assert sorted(names) == sorted([*(p.name for p in plans), *(["sound"] if sound else [])])
    assert plans[0].name in found[0].names
    assert all(cut.weight > 0 for cut in found)
