"""Which runs of ffmpeg make a lecture, in what order: pure decisions.

The small sizes of every lecture come before the large ones of any. A lecture that is alone is
decoded once for all its sizes; one that others wait beside, or that is long, has its small sizes
made by a run of their own, and a long one's large sizes are made in pieces by whoever is free.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from media_pipeline.ladder import SEGMENT_SECONDS, SOUND_NAME, RenditionPlan

# Sizes up to here are made first: good enough to follow a lecture by.
FIRST_SHORT_SIDE = 360
# From here on, a lecture's large sizes are made in pieces.
LONG_SECONDS = 600
PIECE_SECONDS = 120
MOST_PIECES = 48
# A rest shorter than this is no piece of its own.
LEAST_PIECE_SECONDS = 32
# Containers with an index that finds a moment exactly; others are made in one run.
INDEXED = ("mp4", "matroska")
# What decoding costs beside encoding, in thousands of pixels a frame.
DECODING_COST = 200


@dataclass(frozen=True)
class Span:
    """`frames` pictures from `first_frame` on, in the frame rate of the renditions.

    The last one's `frames` are what the source promises; it is read to its end.
    """

    first_frame: int
    frames: int
    is_last: bool


@dataclass(frozen=True)
class Cut:
    """One run: the renditions it makes, of the whole lecture (`span` None) or of a stretch.

    `comes_first`: before the large sizes of other lectures; `weight`: thousands of pixels and
    seconds, to add pieces up by.
    """

    names: tuple[str, ...]
    span: Span | None
    comes_first: bool
    weight: float


def total_frames(seconds: float, rate: Fraction) -> int:
    """How many pictures a lecture of `seconds` has at `rate` a second, at least one."""
    return max(1, round(seconds * rate))


def grid_frame(number: int, rate: Fraction) -> int:
    """The picture a segment boundary falls on: the first at or after `number` segments."""
    return math.ceil(number * SEGMENT_SECONDS * rate)


def spans_of(seconds: float, rate: Fraction) -> list[Span]:
    """A lecture cut on segment boundaries into pieces of about equal length, without a gap."""
    length = max(PIECE_SECONDS, math.ceil(seconds / MOST_PIECES))
    segments = math.ceil(length / SEGMENT_SECONDS)
    total = total_frames(seconds, rate)
    starts = [0]
    while (at := grid_frame(len(starts) * segments, rate)) < total - LEAST_PIECE_SECONDS * rate:
        starts.append(at)
    ends = [*starts[1:], total]
    return [
        Span(start, end - start, is_last=end == total)
        for start, end in zip(starts, ends, strict=True)
    ]


def cuts_for(
    plans: Sequence[RenditionPlan],
    *,
    has_sound: bool,
    seconds: float,
    format_name: str,
    others_wait: bool,
) -> list[Cut]:
    """The runs that make `plans` (lowest first) and the sound alone, the first to start first."""
    sound = (SOUND_NAME,) if has_sound else ()
    small = [plan for plan in plans if is_small(plan)] or list(plans[:1])
    large = [plan for plan in plans if plan not in small]
    first = Cut((*(plan.name for plan in small), *sound), None, True, _weight(small, seconds))
    if not large:
        return [first]
    if is_cut(seconds, format_name):
        return [first, *pieces_of(large, seconds)]
    if others_wait:
        return [first, _whole(large, (), seconds)]
    return [_whole(plans, sound, seconds)]


def cuts_again(
    plans: Sequence[RenditionPlan], name: str, *, seconds: float, format_name: str
) -> list[Cut]:
    """The runs that make one rendition once more."""
    again = [plan for plan in plans if plan.name == name]
    if again and is_cut(seconds, format_name) and not is_small(again[0]):
        return pieces_of(again, seconds)
    comes_first = is_small(again[0] if again else None)
    return [Cut((name,), None, comes_first, _weight(again, seconds))]


def is_small(plan: RenditionPlan | None) -> bool:
    """Whether a rendition comes before the large ones of other lectures; None is the sound."""
    return plan is None or min(plan.width, plan.height) <= FIRST_SHORT_SIDE


def is_cut(seconds: float, format_name: str) -> bool:
    """Whether the large sizes of a lecture are made in pieces."""
    indexed = any(name in format_name.split(",") for name in INDEXED)
    return indexed and seconds >= LONG_SECONDS


def pieces_of(plans: Sequence[RenditionPlan], seconds: float) -> list[Cut]:
    """`plans` in pieces, each for any worker that is free."""
    rate = plans[-1].frame_rate
    names = tuple(plan.name for plan in plans)
    return [
        Cut(names, span, False, _weight(plans, float(span.frames / rate)))
        for span in spans_of(seconds, rate)
    ]


def _whole(plans: Sequence[RenditionPlan], sound: tuple[str, ...], seconds: float) -> Cut:
    names = (*(plan.name for plan in plans), *sound)
    return Cut(names, None, False, _weight(plans, seconds))


def _weight(plans: Sequence[RenditionPlan], seconds: float) -> float:
    pixels = sum(plan.width * plan.height for plan in plans) / 1000
    return (pixels + DECODING_COST) * seconds
