"""Which questions of a paper stand on its answer sheet, and what marked boxes say; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exams.sheets.layout import MOST_OPTIONS, Area, Question

SINGLE, MULTIPLE, TRUE_FALSE = CHOICES = ("single", "multiple", "true_false")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRUTHS = ("对", "错")
# In millimetres.
HEIGHTS = {"blank": 22.0, "numeric": 16.0, "short": 46.0, "essay": 150.0, "case": 110.0}
OTHER_HEIGHT = 60.0


class UnprintableError(ValueError):
    """The questions cannot be answered on a sheet; `reason` is a word for programs."""

    def __init__(self, reason: str, *numbers: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.numbers = numbers


@dataclass(frozen=True, slots=True)
class Place:
    """One question of a sitting: its kind, and how many options it has (none: true or false)."""

    kind: str
    options: int = 0

    @property
    def is_choice(self) -> bool:
        return self.kind in CHOICES


def drawn_place(pool: Iterable[Place]) -> Place:
    """What may stand in a place that is drawn from `pool`: boxes for the most options there are.

    Raises UnprintableError where kinds with boxes are mixed with others.
    """
    listed = list(pool)
    kinds = {place.kind for place in listed}
    if not any(place.is_choice for place in listed):
        return Place(min(kinds))
    if len(kinds) > 1:
        raise UnprintableError("mixed")
    return Place(kinds.pop(), max(place.options for place in listed))


def questions_of(places: Sequence[Place]) -> tuple[Question, ...]:
    """The boxes of a sheet, numbered as the questions are; what is written stands in the booklet.

    Raises UnprintableError if nothing has boxes, or something too many.
    """
    numbered = [(number, place) for number, place in enumerate(places, 1) if place.is_choice]
    if not numbered:
        raise UnprintableError("no_choice")
    many = [number for number, place in numbered if place.options > MOST_OPTIONS]
    if many:
        raise UnprintableError("many_options", *many)
    return tuple(
        Question(
            number,
            TRUTHS if place.kind == TRUE_FALSE else tuple(LETTERS[: place.options]),
            place.kind == MULTIPLE,
        )
        for number, place in numbered
    )


def areas_of(places: Sequence[Place]) -> tuple[Area, ...]:
    """Frames for what is answered in words, as large as such answers are."""
    return tuple(
        Area(number, HEIGHTS.get(place.kind, OTHER_HEIGHT))
        for number, place in enumerate(places, 1)
        if not place.is_choice
    )


def written_numbers(places: Sequence[Place]) -> list[int]:
    """The questions that people mark, answered in words or otherwise than in boxes."""
    return [number for number, place in enumerate(places, 1) if not place.is_choice]


def sent(place: Place, marked: Sequence[int]) -> dict[str, list[str]]:
    """What the form of such a question would have sent.

    Anything but one mark is no answer where one is asked for, and a box no option stands beside
    means nothing.
    """
    count = len(TRUTHS) if place.kind == TRUE_FALSE else place.options
    boxes = [box for box in marked if box < count]
    if place.kind != MULTIPLE and len(marked) != 1:
        return {}
    if not boxes:
        return {}
    if place.kind == TRUE_FALSE:
        return {"choice": [("true", "false")[boxes[0]]]}
    return {"choice": [str(box) for box in boxes]}


def marks(pages: Mapping[str, Mapping[str, Mapping[str, Sequence[int]]]]) -> dict[int, list[int]]:
    """By question, the boxes marked on all pages of a sheet as `PaperSheet.pages` keeps them."""
    return {
        int(key[1:]): list(boxes)
        for page in pages.values()
        for key, boxes in page["answers"].items()
    }
