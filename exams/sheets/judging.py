"""From the darkness of boxes to marks and doubts: no mark is sure where there is a reason; pure.

All darkness is from 0 (paper) to 1 (the black of the corner marks of the same page).
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from exams.sheets.readings import Answer, Doubt

# Inside a box: lighter than this is paper, if the page's other empty boxes are lighter still.
SURELY_EMPTY = 0.055
SURELY_MARKED = 0.5
# A box well filled has little paper left in it; a tick or a cross has much.
LEAST_COVER = 0.62
# A mark so much lighter than the page's others is looked at.
LIGHT_BESIDE_OTHERS = 0.62
# Square millimetres of ink beyond one edge of a box: what a stroke through it leaves there.
STROKE = 0.2
# How dark a printed outline is at least, beside the others of its page.
FAINTEST_OUTLINE = 0.45


@dataclass(frozen=True)
class Box:
    """`ink` is the mean darkness inside, `cover` the share of it that is dark; `around` is how
    many square millimetres are drawn on beyond the top, bottom and left edges, where nothing is
    printed.
    """

    ink: float
    cover: float
    around: tuple[float, ...]


@dataclass(frozen=True)
class Measured:
    """One field's boxes, and how dark its printed outlines are."""

    key: str
    is_multiple: bool
    outline: float
    boxes: tuple[Box, ...]


def judge(fields: Sequence[Measured]) -> tuple[Answer, ...]:
    """Every field of one page, each beside all others of the page."""
    if not fields:
        return ()
    inks = sorted(box.ink for field in fields for box in field.boxes)
    # At least a third of all boxes is empty, whatever people mark: of each field at least one is,
    # unless somebody marked everything, and then nothing is taken for empty.
    lower = inks[: max(1, len(inks) // 3)]
    middle = statistics.median(lower)
    spread = statistics.median([abs(ink - middle) for ink in lower])
    empty = min(max(SURELY_EMPTY, middle + 8 * spread), 2 * SURELY_EMPTY)
    dark = [ink for ink in inks if ink >= SURELY_MARKED]
    usual_mark = statistics.median(dark) if dark else 1.0
    usual_outline = statistics.median([field.outline for field in fields])
    return tuple(_answer(field, empty, usual_mark, usual_outline) for field in fields)


def _answer(field: Measured, empty: float, usual_mark: float, usual_outline: float) -> Answer:
    marked: list[int] = []
    unsure: list[int] = []
    for place, box in enumerate(field.boxes):
        if box.ink < empty:
            continue
        sure = (
            box.ink >= max(SURELY_MARKED, LIGHT_BESIDE_OTHERS * usual_mark)
            and box.cover >= LEAST_COVER
        )
        (marked if sure else unsure).append(place)
    return Answer(
        field.key,
        tuple(marked),
        tuple(round(box.ink, 3) for box in field.boxes),
        _doubt(field, marked, unsure, usual_outline),
    )


def _doubt(
    field: Measured, marked: list[int], unsure: list[int], usual_outline: float
) -> Doubt | None:
    if field.outline < FAINTEST_OUTLINE * usual_outline:
        return Doubt.CREASED
    if len(marked) > 1 and not field.is_multiple:
        return Doubt.TWO
    if unsure:
        return Doubt.ERASED if marked else Doubt.FAINT
    for place in marked:
        if max(field.boxes[place].around) >= STROKE:
            return Doubt.CROSSED
    if any(max(box.around) >= STROKE for box in field.boxes):
        return Doubt.OUTSIDE
    # A digit of the number is never left out on purpose.
    return Doubt.MISSING if field.key.startswith("d") and not marked else None
