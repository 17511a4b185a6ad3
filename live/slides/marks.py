"""What is drawn on a slide: read from what a browser sends, made small, added up; pure.

Places are whole numbers from 0 to SCALE across and down the slide, whatever its size on a screen.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCALE = 10_000
TOOLS = frozenset({"pen", "highlighter", "line", "rectangle", "text"})
COLOURS = frozenset({"red", "blue", "green", "black", "yellow"})
MOST_SENT = 1_200
MOST_POINTS = 240
MOST_LETTERS = 80
LEAST_SIZE, MOST_SIZE = 10, 600
# A point nearer to the line than this (of SCALE) is not seen to be missing.
TOLERANCE = 10.0

_KEY = re.compile(r"[A-Za-z0-9]{1,24}", re.ASCII)

Point = tuple[int, int]


class NoMarkError(ValueError):
    """What was sent is no mark a page of ours would send."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One stroke, shape or word; `size` is the width of a line or the height of letters."""

    key: str
    tool: str
    colour: str
    size: int
    points: tuple[Point, ...]
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        flat = [number for point in self.points for number in point]
        said = {"id": self.key, "tool": self.tool, "colour": self.colour, "size": self.size}
        return {**said, "points": flat, **({"text": self.text} if self.text else {})}


def read(sent: Any) -> Mark:
    """A mark as it is kept: simplified and bounded. Raises NoMarkError."""
    if not isinstance(sent, Mapping):
        raise NoMarkError("no mapping")
    key, tool, colour = (sent.get(name) for name in ("id", "tool", "colour"))
    size: Any = sent.get("size")
    if not isinstance(key, str) or _KEY.fullmatch(key) is None:
        raise NoMarkError("id")
    if not isinstance(tool, str) or tool not in TOOLS:
        raise NoMarkError("tool")
    if not isinstance(colour, str) or colour not in COLOURS:
        raise NoMarkError("colour")
    if not _is_whole(size, LEAST_SIZE, MOST_SIZE):
        raise NoMarkError("size")
    points = simplified(_points(sent.get("points")))
    if tool == "text":
        return Mark(key, tool, colour, size, points[:1], _words(sent.get("text")))
    if len(points) < 2:
        # A dot: a line needs an end.
        points = (points[0], points[0])
    if tool in ("line", "rectangle"):
        points = (points[0], points[-1])
    return Mark(key, tool, colour, size, points)


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _points(flat: Any) -> list[Point]:
    if not isinstance(flat, list) or not 2 <= len(flat) <= 2 * MOST_SENT or len(flat) % 2:
        raise NoMarkError("points")
    if not all(_is_whole(number, 0, SCALE) for number in flat):
        raise NoMarkError("points")
    return list(zip(flat[::2], flat[1::2], strict=True))


def _words(text: Any) -> str:
    if not isinstance(text, str):
        raise NoMarkError("text")
    words = " ".join(text.split())
    if not 1 <= len(words) <= MOST_LETTERS or not words.isprintable():
        raise NoMarkError("text")
    return words


def simplified(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points that carry the line (Ramer, Douglas and Peucker), MOST_POINTS of them at most.

    The first and the last stay where they are.
    """
    kept = _carrying(points, TOLERANCE)
    tolerance = TOLERANCE
    while len(kept) > MOST_POINTS:
        tolerance *= 1.6
        kept = _carrying(kept, tolerance)
    return kept


def _carrying(points: Sequence[Point], tolerance: float) -> tuple[Point, ...]:
    if len(points) < 3:
        return tuple(points)
    keep = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, place = 0.0, 0
        for at in range(first + 1, last):
            away = _distance(points[at], points[first], points[last])
            if away > farthest:
                farthest, place = away, at
        if farthest > tolerance:
            keep.add(place)
            waiting += [(first, place), (place, last)]
    return tuple(points[at] for at in sorted(keep))


def _distance(point: Point, first: Point, last: Point) -> float:
    """From the stretch between two points."""
    across, down = last[0] - first[0], last[1] - first[1]
    length = across * across + down * down
    if length == 0:
        return math.hypot(point[0] - first[0], point[1] - first[1])
    part = ((point[0] - first[0]) * across + (point[1] - first[1]) * down) / length
    part = min(1.0, max(0.0, part))
    return math.hypot(point[0] - first[0] - part * across, point[1] - first[1] - part * down)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was done to a slide: `kind` mark, unmark or wipe."""

    kind: str
    by_id: int | None
    body: Mapping[str, Any]


def standing(happenings: Iterable[Happening]) -> dict[str, tuple[int | None, Mapping[str, Any]]]:
    """What is on a slide after all of it, by key and in order: who drew it, and the mark."""
    found: dict[str, tuple[int | None, Mapping[str, Any]]] = {}
    for each in happenings:
        if each.kind == "mark":
            found[str(each.body["mark"]["id"])] = (each.by_id, each.body["mark"])
        elif each.kind == "unmark":
            found.pop(str(each.body["mark"]), None)
        elif each.kind == "wipe":
            found.clear()
    return found


def last_of(found: dict[str, tuple[int | None, Any]], by_id: int) -> str | None:
    """The key of the last mark that stands and was drawn by that person."""
    return next((key for key in reversed(found) if found[key][0] == by_id), None)
