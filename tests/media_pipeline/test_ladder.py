"""Which sizes are made: never larger than the source, always even, always within level 4.0."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media_pipeline.ladder import (
    Picture,
    frame_rate_for,
    gain_db,
    progressive_plan,
    renditions_for,
)


def picture(width: int, height: int, rate: str | None = "25", constant: bool = True) -> Picture:
    return Picture(width, height, Fraction(rate) if rate else None, constant)


@pytest.mark.parametrize(
    ("source", "sizes"),
    [
        (
            (1920, 1080),
            [("240p", 426, 240), ("360p", 640, 360), ("720p", 1280, 720), ("1080p", 1920, 1080)],
        ),
        (
            (3840, 2160),
            [("240p", 426, 240), ("360p", 640, 360), ("720p", 1280, 720), ("1080p", 1920, 1080)],
        ),
        ((1280, 720), [("240p", 426, 240), ("360p", 640, 360), ("720p", 1280, 720)]),
        (
            (1080, 1920),
            [("240p", 240, 426), ("360p", 360, 640), ("720p", 720, 1280), ("1080p", 1080, 1920)],
        ),
        ((1024, 768), [("240p", 320, 240), ("360p", 480, 360), ("720p", 960, 720)]),
        ((854, 480), [("240p", 428, 240), ("360p", 640, 360), ("480p", 854, 480)]),
        ((640, 360), [("240p", 426, 240), ("360p", 640, 360)]),
        ((400, 300), [("240p", 320, 240), ("300p", 400, 300)]),
        ((320, 240), [("240p", 320, 240)]),
        ((853, 479), [("240p", 428, 240), ("360p", 642, 360), ("478p", 852, 478)]),
        ((175, 143), [("142p", 174, 142)]),
    ],
)
def test_sizes(source: tuple[int, int], sizes: list[tuple[str, int, int]]) -> None:
    plans = renditions_for(picture(*source))
    assert [(plan.name, plan.width, plan.height) for plan in plans] == sizes


@pytest.mark.parametrize(
    ("rate", "constant", "made"),
    [
        ("25", True, "25"),
        ("30000/1001", True, "30000/1001"),
        ("50", True, "25"),
        ("60", True, "30"),
        ("60000/1001", True, "30000/1001"),
        ("120", True, "30"),
        ("15", True, "15"),
        ("1", True, "5"),
        ("17", False, "25"),
        (None, True, "25"),
    ],
)
def test_frame_rates(rate: str | None, constant: bool, made: str) -> None:
    assert frame_rate_for(picture(1280, 720, rate, constant)) == Fraction(made)


@example(422, 2407, Fraction(25), True)  # both rungs end at 2,048 pixels on the long side
@example(1042, 1986, Fraction(25), True)  # more blocks than 1080p has
@example(361, 362, Fraction(25), True)  # a pixel above the lowest rung
@given(
    st.integers(32, 4096),
    st.integers(32, 4096),
    st.fractions(min_value=Fraction(1, 10), max_value=240),
    st.booleans(),
)
def test_any_source_gets_fitting_renditions(
    width: int, height: int, rate: Fraction, constant: bool
) -> None:
    plans = renditions_for(Picture(width, height, rate, constant))
    assert plans
    assert len({plan.name for plan in plans}) == len(plans)
    assert [plan.width for plan in plans] == sorted(plan.width for plan in plans)
    for plan in plans:
        assert plan.width % 2 == plan.height % 2 == 0
        assert plan.width <= width
        assert plan.height <= height
        assert plan.frame_rate <= 30
        assert plan.level in {"3.0", "3.1", "4.0"}
        assert plan.max_bitrate <= 2_800_000


@pytest.mark.parametrize(
    ("loudness", "gain"),
    [(None, 0.0), (-16.0, 0.0), (-23.0, 7.0), (-9.5, -6.5), (-60.0, 30.0), (10.0, -26.0)],
)
def test_every_lecture_is_equally_loud_but_noise_stays_noise(
    loudness: float | None, gain: float
) -> None:
    assert gain_db(loudness) == gain


@pytest.mark.parametrize(
    ("source", "name"), [((1920, 1080), "360p"), ((320, 240), "240p"), ((1080, 1920), "360p")]
)
def test_one_small_size_is_kept_as_a_file(source: tuple[int, int], name: str) -> None:
    assert progressive_plan(renditions_for(picture(*source))).name == name
