"""Answer sheets as people fill them in and photograph them, drawn from a seed.

Starts from the printed PDF itself. What a person meant is known for every field, so that a reading
can be held against it.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from exams.sheets.layout import PAGE_HEIGHT, PAGE_WIDTH, Page, Rect

Grey = NDArray[Any]
Ink = NDArray[Any]  # 0 as paper to 1 as black
DOTS = 9  # pixels a millimetre of the paper before it is photographed


class Hand(StrEnum):
    """How a box is treated."""

    FILL = "fill"
    FAINT = "faint"
    ERASED = "erased"
    CROSSED = "crossed"
    TICK = "tick"
    OUTSIDE = "outside"


# What is still meant by a box so treated.
MEANT = {Hand.FILL, Hand.FAINT, Hand.TICK, Hand.OUTSIDE}


@dataclass
class Filled:
    """A page with marks: how each box was treated, by field and option."""

    paper: Grey
    hands: dict[str, dict[int, Hand]] = field(default_factory=dict)

    def meant(self, key: str) -> tuple[int, ...]:
        hands = self.hands.get(key, {})
        return tuple(sorted(option for option, hand in hands.items() if hand in MEANT))


def paper_of(pdf: bytes, page: int = 0) -> Grey:
    """The printed page as grey."""
    document = pypdfium2.PdfDocument(pdf)
    shown = document[page].render(scale=DOTS * 25.4 / 72, grayscale=True).to_numpy()
    return np.ascontiguousarray(shown.reshape(shown.shape[0], shown.shape[1]))


def fill(
    paper: Grey, page: Page, hands: Mapping[str, Mapping[int, Hand]], *, seed: int = 0
) -> Filled:
    """The page with the boxes of `hands` treated."""
    chance = random.Random(seed)
    ink = np.zeros(paper.shape, np.float32)
    fields = {found.key: found for found in page.fields}
    for key, boxes in hands.items():
        for option, hand in boxes.items():
            _treat(ink, fields[key].boxes[option], hand, chance)
    marked = paper.astype(np.float32) * (1 - np.clip(ink, 0, 1))
    return Filled(marked.astype(np.uint8), {key: dict(boxes) for key, boxes in hands.items()})


def photograph(paper: Grey, *, seed: int, turned: float | None = None, calm: bool = False) -> Grey:
    """`paper` on a desk, askew, in bad light. `turned` degrees, or by chance any way round;
    `calm` is a scanner: nearly straight, even light.
    """
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    if turned is None:
        turned = chance.choice((0, 0, 0, 90, 180, 180, 270)) + chance.gauss(0, 1.5 if calm else 6)
    tall = chance.uniform(1650, 2400)
    seen = _askew(_curled(paper, 0 if calm else chance.uniform(0, 0.6)), tall, turned, calm, chance)
    light = _light(seen.shape, calm, chance)
    soft = chance.uniform(0.3, 0.8) if calm else chance.uniform(0.5, 1.9) * tall / 2000
    shot = cv2.GaussianBlur(seen.astype(np.float32) * light, (0, 0), soft)
    if not calm and chance.random() < 0.2:
        shot = _shaken(shot, chance)
    shot = shot * chance.uniform(0.85, 1.0) + chance.uniform(0, 20)
    shot += noise.normal(0, chance.uniform(1, 4 if calm else 9), shot.shape)
    taken = np.clip(shot, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, chance.randint(60, 92)]
    again = cv2.imdecode(cv2.imencode(".jpg", taken, quality)[1], cv2.IMREAD_GRAYSCALE)
    assert again is not None
    return again


def random_hands(
    page: Page, *, seed: int, special: Sequence[Hand] = tuple(Hand), share: float = 0.05
) -> dict[str, dict[int, Hand]]:
    """What some person does: most fields one clear mark, some blank, a `share` otherwise."""
    chance = random.Random(seed)
    hands: dict[str, dict[int, Hand]] = {}
    for found in page.fields:
        options = list(range(len(found.options)))
        chance.shuffle(options)
        if found.is_digit:
            hands[found.key] = {options[0]: Hand.FILL}
        elif chance.random() < share:
            hand = chance.choice(list(special))
            hands[found.key] = {options[0]: hand}
            again = hand in (Hand.ERASED, Hand.CROSSED) and chance.random() < 0.7
            if again or hand is Hand.FILL:  # changed over, or two marks
                hands[found.key][options[1]] = Hand.FILL
        elif chance.random() < 0.96:
            count = chance.randint(1, len(options)) if found.is_multiple else 1
            hands[found.key] = dict.fromkeys(options[:count], Hand.FILL)
    return hands


# --- A person's hand ------------------------------------------------------------------------------


def _treat(ink: Ink, box: Rect, hand: Hand, chance: random.Random) -> None:
    if hand in (Hand.FILL, Hand.CROSSED):
        _hatch(ink, box, chance.uniform(0.72, 0.98), chance, gap=0.42)
    if hand is Hand.FAINT:
        _hatch(ink, box, chance.uniform(0.14, 0.4), chance, gap=chance.uniform(0.42, 0.8))
    if hand is Hand.ERASED:
        _smear(ink, box, chance)
    if hand is Hand.CROSSED:
        beyond = chance.uniform(1.7, 2.6)
        wide = Rect(box.x - beyond, box.y - beyond, box.width + 2 * beyond, box.height + 2 * beyond)
        dark = chance.uniform(0.75, 0.95)
        _stroke(ink, (wide.x, wide.y), (wide.right, wide.bottom), 0.5, dark)
        _stroke(ink, (wide.right, wide.y), (wide.x, wide.bottom), 0.5, dark)
    if hand is Hand.TICK:
        low = (box.x + box.width * 0.4, box.bottom - 0.5)
        _stroke(ink, (box.x + 0.9, box.y + box.height / 2), low, 0.5, 0.9)
        _stroke(ink, low, (box.right + 0.3, box.y - 0.6), 0.5, 0.9)
    if hand is Hand.OUTSIDE:
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        _ring(ink, middle, (box.width / 2 + 1.2, box.height / 2 + 1.2), 0.5, 0.85)


def _hatch(ink: Ink, box: Rect, dark: float, chance: random.Random, *, gap: float) -> None:
    """Strokes to and fro across the box, a little beyond its edges here and there."""
    x = box.x + 0.2
    lean = chance.uniform(-0.5, 0.5)
    while x < box.right - 0.1:
        over = chance.uniform(-0.25, 0.35)
        _stroke(
            ink,
            (x + lean + chance.uniform(-0.1, 0.1), box.y - over),
            (x - lean + chance.uniform(-0.1, 0.1), box.bottom + chance.uniform(-0.25, 0.35)),
            0.5,
            dark * chance.uniform(0.9, 1.0),
        )
        x += gap


def _smear(ink: Ink, box: Rect, chance: random.Random) -> None:
    """What an eraser leaves: a grey veil wider than the box, and a few strokes not quite gone."""
    veil = np.zeros(ink.shape, np.float32)
    wide = Rect(box.x - 0.5, box.y - 0.4, box.width + 1.0, box.height + 0.8)
    cv2.rectangle(veil, _dot((wide.x, wide.y)), _dot((wide.right, wide.bottom)), 1.0, -1)
    left, top = _dot((wide.x - 3, wide.y - 3))
    right, bottom = _dot((wide.right + 3, wide.bottom + 3))
    part = cv2.GaussianBlur(veil[top:bottom, left:right], (0, 0), 0.4 * DOTS)
    piece = ink[top:bottom, left:right]
    np.maximum(piece, part * chance.uniform(0.07, 0.2), out=piece)
    _hatch(ink, box, chance.uniform(0.1, 0.28), chance, gap=chance.uniform(0.7, 1.4))


def _stroke(
    ink: Ink,
    start: tuple[float, float],
    end: tuple[float, float],
    wide: float,
    dark: float,
) -> None:
    left, top = _dot((min(start[0], end[0]) - 1, min(start[1], end[1]) - 1))
    right, bottom = _dot((max(start[0], end[0]) + 1, max(start[1], end[1]) + 1))
    left, top = max(0, left), max(0, top)
    piece = ink[top:bottom, left:right]
    line = np.zeros(piece.shape, np.float32)
    one, other = (tuple(np.subtract(_dot(point), (left, top)).tolist()) for point in (start, end))
    cv2.line(line, one, other, dark, max(1, round(wide * DOTS)), cv2.LINE_8)
    np.maximum(piece, line, out=piece)


def _ring(
    ink: Ink,
    middle: tuple[float, float],
    half: tuple[float, float],
    wide: float,
    dark: float,
) -> None:
    line = np.zeros(ink.shape, np.float32)
    axes = (round(half[0] * DOTS), round(half[1] * DOTS))
    cv2.ellipse(line, _dot(middle), axes, 0, 0, 360, dark, max(1, round(wide * DOTS)))
    np.maximum(ink, line, out=ink)


def _dot(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * DOTS), round(point[1] * DOTS)


# --- A camera -------------------------------------------------------------------------------------


def _curled(paper: Grey, bow: float) -> Grey:
    """Paper that does not lie flat: its lines bow by up to `bow` millimetres."""
    if not bow:
        return paper
    height, width = paper.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    across += bow * DOTS * np.sin(np.pi * down / height)
    down += bow * DOTS * np.sin(np.pi * across / width)
    return cv2.remap(
        paper, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )


def _askew(paper: Grey, tall: float, turned: float, calm: bool, chance: random.Random) -> Grey:
    scale = tall / PAGE_HEIGHT
    wide = PAGE_WIDTH * scale
    lean = 0.004 if calm else 0.05
    corners = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    corners += np.array(
        [[chance.uniform(-lean, lean) * tall for _ in range(2)] for _ in range(4)], np.float32
    )
    angle = np.deg2rad(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    corners = ((corners - (wide / 2, tall / 2)) @ turn.T).astype(np.float32)
    edge = chance.uniform(5, 20) if calm else chance.uniform(30, 150)
    corners = (corners - corners.min(axis=0) + edge).astype(np.float32)
    size = tuple(int(most) for most in corners.max(axis=0) + edge)
    height, width = paper.shape
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    move = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    desk = 235 if calm else chance.randint(60, 190)
    return cv2.warpPerspective(
        paper, move, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=desk
    )


def _light(shape: tuple[int, ...], calm: bool, chance: random.Random) -> Ink:
    height, width = shape
    if calm:
        return np.full((height, width), chance.uniform(0.93, 1.0), np.float32)
    angle = chance.uniform(0, 2 * np.pi)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    along = across / width * np.cos(angle) + down / height * np.sin(angle)
    along = (along - along.min()) / (along.max() - along.min())
    light = 1.0 - chance.uniform(0.0, 0.45) * along
    if chance.random() < 0.6:  # somebody's head or hand
        shadow = np.ones((height, width), np.float32)
        middle = (chance.randint(0, width), chance.randint(0, height))
        axes = (chance.randint(width // 5, width), chance.randint(height // 6, height // 2))
        depth = chance.uniform(0.55, 0.85)
        cv2.ellipse(shadow, middle, axes, chance.uniform(0, 180), 0, 360, depth, -1)
        quarter = cv2.resize(shadow, None, fx=0.25, fy=0.25)
        quarter = cv2.GaussianBlur(quarter, (0, 0), chance.uniform(2, 14))
        light = light * cv2.resize(quarter, (width, height))
    return light.astype(np.float32)


def _shaken(shot: Ink, chance: random.Random) -> Ink:
    length = chance.randint(2, 5)
    kernel = np.zeros((length, length), np.float32)
    if chance.random() < 0.5:
        kernel[length // 2, :] = 1 / length
    else:
        np.fill_diagonal(kernel, 1 / length)
    return cv2.filter2D(shot, -1, kernel)
