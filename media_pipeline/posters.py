"""Which moment stands for a lecture: candidates at even places, the clearest one by measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

CANDIDATE_NAME = "poster-%d.jpg"
SHARES = (0.1, 0.28, 0.46, 0.64, 0.82)
# Between two candidates lie at least so many seconds: a short clip has fewer.
LEAST_STEP = 2.0
# Brightness of 0 to 255: what is darker is black, what is lighter an empty slide.
DARKEST, LIGHTEST = 28.0, 238.0
# Below this spread a picture is one colour.
LEAST_SPREAD = 12.0
MEASURED_WIDTH = 320
# At this variance of its edges a picture is half way from blurred to sharp.
HALF_SHARP = 150.0


@dataclass(frozen=True)
class Candidate:
    """A picture one may choose: its number from 1, its moment, and how well it would do."""

    number: int
    at_ms: int
    score: float


def moments(seconds: float) -> tuple[float, ...]:
    """Seconds of the candidates of a picture that lasts so long.

    The first is a tenth in, past the black of the first second, before the end of a short clip.
    """
    first = min(max(1.0, seconds * SHARES[0]), seconds / 2)
    found = [first]
    for share in SHARES[1:]:
        if seconds * share - found[-1] >= LEAST_STEP:
            found.append(seconds * share)
    return tuple(found)


def expression(at: Sequence[float]) -> str:
    """What ffmpeg's `select` takes: the first picture at or after each of these moments."""
    first, *others = (f"{moment:.3f}" for moment in at)
    taken = [f"isnan(prev_selected_t)*gte(t,{first})"]
    taken += [f"lt(prev_selected_t,{moment})*gte(t,{moment})" for moment in others]
    return "+".join(taken)


def score_of(path: Path) -> float:
    """How well a picture file would do as a poster, see `score`; raises what Pillow raises."""
    with Image.open(path, formats=("JPEG",)) as opened:
        opened.draft("L", (MEASURED_WIDTH, MEASURED_WIDTH))
        grey = opened.convert("L")
    grey.thumbnail((MEASURED_WIDTH, MEASURED_WIDTH))
    return score(np.asarray(grey, dtype=np.float64), grey.entropy())


def score(brightness: np.ndarray, entropy: float) -> float:
    """How well a picture would do: `brightness` in rows of 0 to 255, `entropy` in bits.

    From 0 to 8, the more to see and the sharper; below nought what is black, white or of one
    colour, which does only where nothing better is.
    """
    inner = brightness[1:-1, 1:-1]
    edges = (
        4 * inner
        - brightness[:-2, 1:-1]
        - brightness[2:, 1:-1]
        - brightness[1:-1, :-2]
        - brightness[1:-1, 2:]
    )
    sharpness = float(edges.var())
    value = entropy * sharpness / (sharpness + HALF_SHARP)
    mean, spread = float(brightness.mean()), float(brightness.std())
    usable = DARKEST <= mean <= LIGHTEST and spread >= LEAST_SPREAD
    return value if usable else value - 8


def best(candidates: Sequence[Candidate]) -> int:
    """The number of the best candidate, the earliest among equals; nought without any."""
    if not candidates:
        return 0
    return max(candidates, key=lambda one: (round(one.score, 3), -one.number)).number
