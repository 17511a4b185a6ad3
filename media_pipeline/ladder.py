"""Which sizes a lecture is made in: pure decisions, no files, no clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

SEGMENT_SECONDS = 4
MAX_FRAME_RATE = Fraction(30)
# Of level 4.0 in blocks of 16 × 16 (H.264, table A-1), which also bounds the longest side.
MOST_BLOCKS = 8_192
LONGEST_SIDE = 2_048
# What a lecture falls back to when its own rate varies: screen recordings, phones.
VARIABLE_FRAME_RATE = Fraction(25)
# How much longer a picture's sides have to be than the rung's below, to be worth a rung.
LEAST_STEP = Fraction(6, 5)
AUDIO_BITRATE = 96_000
AUDIO_SAMPLE_RATE = 48_000
# For who only listens: a voice needs no more, and a village line carries it.
LISTENING_BITRATE = 56_000
SOUND_NAME = "sound"
# EBU R128: how loud every lecture is made, so that nobody reaches for the volume in between.
LOUDNESS_LUFS = -16.0
MOST_GAIN_DB = 30.0


@dataclass(frozen=True)
class Rung:
    """A size we offer: by the short side of the picture, with the bitrate it may use."""

    name: str
    short_side: int
    max_bitrate: int
    crf: int
    # Phones too old for High are served by the small sizes.
    profile: str


# Talking heads and slides: more bits would not be seen, and phones pay for them.
RUNGS = (
    Rung("240p", 240, 250_000, 25, "main"),
    Rung("360p", 360, 500_000, 24, "main"),
    Rung("720p", 720, 1_500_000, 23, "high"),
    Rung("1080p", 1080, 2_800_000, 23, "high"),
)
# What a browser gets that plays no stream: one file, good enough to read a slide.
PROGRESSIVE_SHORT_SIDE = 360


@dataclass(frozen=True)
class Picture:
    """The source's picture as it is meant to be seen: after rotation and pixel shape.

    width, height: display pixels; average_rate: frames a second, None if unknown;
    rate_is_constant: whether every frame lasts equally long.
    """

    width: int
    height: int
    average_rate: Fraction | None
    rate_is_constant: bool


@dataclass(frozen=True)
class RenditionPlan:
    """One rendition to be made: even pixels, frames a second, bits a second at most."""

    name: str
    width: int
    height: int
    frame_rate: Fraction
    max_bitrate: int
    crf: int
    profile: str
    level: str


def frame_rate_for(picture: Picture) -> Fraction:
    """At most 30 a second; 50 and 60 are halved, so that no motion stutters."""
    rate = picture.average_rate
    if rate is None or rate <= 0 or not picture.rate_is_constant:
        return VARIABLE_FRAME_RATE
    while rate > MAX_FRAME_RATE:
        rate = rate / 2
    if rate < 5:
        return Fraction(5)
    return rate.limit_denominator(1001)


def _even(value: float) -> int:
    return max(2, 2 * round(value / 2))


def _scaled(picture: Picture, short_side: int) -> tuple[int, int]:
    factor = min(1.0, short_side / min(picture.width, picture.height))
    return _side(picture.width, factor), _side(picture.height, factor)


def _side(pixels: int, factor: float) -> int:
    """The nearest even length that is not above the source's."""
    return max(2, min(_even(pixels * factor), pixels - pixels % 2))


def _within_level(width: int, height: int) -> tuple[int, int]:
    """The largest even size of this shape that level 4.0 holds at 30 pictures a second."""
    while max(width, height) > LONGEST_SIDE or _blocks(width, height) > MOST_BLOCKS:
        by_side = LONGEST_SIDE / max(width, height)
        by_blocks = math.sqrt(MOST_BLOCKS / _blocks(width, height))
        factor = min(by_side, by_blocks, 1 - 2 / max(width, height))
        width, height = _even(width * factor), _even(height * factor)
    return width, height


def _blocks(width: int, height: int) -> int:
    return math.ceil(width / 16) * math.ceil(height / 16)


def _level(width: int, height: int, rate: Fraction) -> str:
    """The lowest H.264 level (table A-1) that holds this size at this rate; 4.0 at most."""
    blocks = _blocks(width, height)
    for level, most_blocks, most_per_second in (
        ("3.0", 1_620, 40_500),
        ("3.1", 3_600, 108_000),
        ("4.0", MOST_BLOCKS, 245_760),
    ):
        if blocks <= most_blocks and blocks * rate <= most_per_second:
            return level
    raise ValueError(f"{width}x{height} at {rate}/s is beyond level 4.0")


def renditions_for(picture: Picture) -> list[RenditionPlan]:
    """The renditions to make, lowest first; never larger than the source.

    A source between two rungs gets the rung below and, if that is a fifth longer, one of its own
    size. One below the lowest rung gets its own size alone. Very long pictures are held to
    what level 4.0 can carry.
    """
    short = min(picture.width, picture.height)
    rate = frame_rate_for(picture)
    plans: list[RenditionPlan] = []
    for rung in RUNGS:
        width, height = _scaled(picture, rung.short_side)
        width, height = _within_level(width, height)
        # A source just above a rung, or one held to the longest side, gains nothing by another.
        if plans and max(width, height) < LEAST_STEP * max(plans[-1].width, plans[-1].height):
            break
        plans.append(
            RenditionPlan(
                name=rung.name if short >= rung.short_side else f"{min(width, height)}p",
                width=width,
                height=height,
                frame_rate=rate,
                max_bitrate=rung.max_bitrate,
                crf=rung.crf,
                profile=rung.profile,
                level=_level(width, height, rate),
            )
        )
        if short <= rung.short_side:
            break
    return plans


def progressive_plan(plans: Sequence[RenditionPlan]) -> RenditionPlan:
    """Of `plans`, lowest first, the one that is also kept as a single file."""
    small = [plan for plan in plans if min(plan.width, plan.height) <= PROGRESSIVE_SHORT_SIDE]
    return small[-1] if small else plans[0]


def gain_db(loudness: float | None) -> float:
    """Decibels to add to a sound of `loudness` (LUFS); nothing to silence or the unmeasured.

    What is hardly there is not raised without end: it would be the room's noise.
    """
    if loudness is None:
        return 0.0
    return max(-MOST_GAIN_DB, min(MOST_GAIN_DB, LOUDNESS_LUFS - loudness))
