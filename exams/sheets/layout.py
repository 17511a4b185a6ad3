"""Where everything stands on an answer sheet, in millimetres from the top left of A4; pure.

A use names its questions; `SheetLayout.pages` says where their boxes are. Print and read go by
the same figures, so nothing about a sheet is ever measured twice.
"""

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MARK_SIDE = 9.0
# Printers leave up to six millimetres blank.
MARK_INSET = 9.0
QR_SIDE = 23.0
QR_VERSION = 3  # fixed, so that the reader knows how many cells to look for
BOX_WIDTH, BOX_HEIGHT = 5.2, 3.6
MOST_OPTIONS = 8
MOST_DIGITS = 12
MOST_QUESTIONS = 400
FORMS = "ABCD"

LEFT, RIGHT = 16.0, 194.0
TOP_OF_HEAD = 24.0
TOP_OF_BODY = 52.0
BOTTOM = 274.0
COLUMN_GAP = 9.0
LINE = 7.2  # from one line of boxes to the next
TEXT_LINE = 4.8
LABEL_EM = 3.6  # the question's text
OPTION_EM = 3.2  # the words beside a box
BOX_TO_WORD = 1.0
WORD_TO_BOX = 3.6
LABEL_TO_BOX = 2.6
WIDEST_LABEL, NARROWEST_LABEL = 92.0, 48.0
INDENT = 5.2
SHORT_LINE = 4.0  # a line of text is not broken inside a word, and ends before its room does
DIGIT_PITCH = 7.4
DIGIT_LINE = 5.8
HAIR = 0.011
AREA_GAP = 4.0
SMALLEST_AREA, LARGEST_AREA = 10.0, BOTTOM - TOP_OF_BODY
DIGITS_HEIGHT = 9.0 + 10 * DIGIT_LINE + 4.0


class LayoutError(ValueError):
    """The questions cannot stand on a sheet."""


@dataclass(frozen=True)
class Rect:
    """A rectangle on the page, in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: "Rect") -> bool:
        """By more than a rounding of figures."""
        return (
            self.x < other.right - HAIR
            and other.x < self.right - HAIR
            and self.y < other.bottom - HAIR
            and other.y < self.bottom - HAIR
        )


@dataclass(frozen=True)
class Question:
    """One question as a use names it; `label` stands before the boxes, `options` beside them."""

    number: int
    options: tuple[str, ...]
    is_multiple: bool = False
    label: str = ""

    @property
    def key(self) -> str:
        return f"q{self.number}"

    @property
    def printed(self) -> str:
        return f"{self.number}. {self.label}" if self.label else f"{self.number}."


@dataclass(frozen=True)
class Area:
    """Room for an answer in words: a frame over the whole width, looked at by people alone."""

    number: int
    height: float  # in millimetres

    @property
    def key(self) -> str:
        return f"w{self.number}"


@dataclass(frozen=True)
class Field:
    """What is answered in one place: a question, one digit (`d0` is the first) of the number, or
    an area to write in (`w5`), which has no boxes.
    """

    key: str
    label: str
    options: tuple[str, ...]
    is_multiple: bool
    rect: Rect
    label_rect: Rect
    boxes: tuple[Rect, ...]

    @property
    def is_digit(self) -> bool:
        return self.key.startswith("d")

    @property
    def is_area(self) -> bool:
        return not self.boxes


@dataclass(frozen=True)
class Page:
    """One side of paper."""

    number: int
    fields: tuple[Field, ...]


# The corner marks are the first four of OpenCV's 4×4 dictionary: found at any angle, each known by
# itself, so that a sheet may lie upside down. Rows of cells, 1 is black, without the black frame.
MARKS = (
    ("0100", "1010", "1100", "1101"),
    ("1111", "0000", "0110", "0101"),
    ("1100", "1100", "1101", "0010"),
    ("0110", "0110", "1011", "1001"),
)
_FAR_X = PAGE_WIDTH - MARK_INSET - MARK_SIDE
_FAR_Y = PAGE_HEIGHT - MARK_INSET - MARK_SIDE
MARK_PLACES = tuple(
    Rect(x, y, MARK_SIDE, MARK_SIDE)
    for x, y in (
        (MARK_INSET, MARK_INSET),
        (_FAR_X, MARK_INSET),
        (_FAR_X, _FAR_Y),
        (MARK_INSET, _FAR_Y),
    )
)
QR_PLACE = Rect(RIGHT - QR_SIDE, TOP_OF_HEAD, QR_SIDE, QR_SIDE)


@dataclass(frozen=True)
class SheetLayout:
    """One form of a sheet: the same questions always give the same places."""

    title: str
    questions: tuple[Question, ...]
    form: str = "A"
    number_digits: int = 0
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        numbers = [question.number for question in self.questions]
        if not 1 <= len(numbers) <= MOST_QUESTIONS or len(set(numbers)) != len(numbers):
            raise LayoutError("questions must be some, not too many, and numbered apart")
        if any(not 2 <= len(question.options) <= MOST_OPTIONS for question in self.questions):
            raise LayoutError(f"a question has two to {MOST_OPTIONS} options")
        if not 0 <= self.number_digits <= MOST_DIGITS or self.form not in FORMS:
            raise LayoutError("the number has too many digits, or there is no such form")
        if any(not SMALLEST_AREA <= area.height <= LARGEST_AREA for area in self.areas):
            raise LayoutError("an area is smaller than a line or larger than a page")

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        return tuple(_pages(self))

    @cached_property
    def digest(self) -> str:
        """Differs where anything that matters for reading differs."""
        said = [[question.number, *question.options] for question in self.questions]
        labels = [[question.is_multiple, question.label] for question in self.questions]
        parts = [self.form, self.number_digits, said, labels]
        parts += [[area.number, area.height] for area in self.areas]
        text = json.dumps(parts, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def field(self, key: str) -> Field | None:
        return self._fields.get(key)

    def page(self, number: int) -> Page | None:
        return self.pages[number - 1] if 1 <= number <= len(self.pages) else None

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {field.key: field for page in self.pages for field in page.fields}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> "SheetLayout":
        questions = tuple(
            Question(one["number"], tuple(one["options"]), one["is_multiple"], one["label"])
            for one in said["questions"]
        )
        areas = tuple(Area(one["number"], one["height"]) for one in said["areas"])
        return cls(said["title"], questions, said["form"], said["number_digits"], areas)


def width_of(text: str, em: float) -> float:
    """How wide a text stands at most: Chinese characters are an em, others little over half."""
    wide = sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.62 for sign in text)
    return wide * em


@dataclass(frozen=True)
class _Shape:
    """How much room a question needs, and where its boxes stand within it."""

    question: Question
    label_width: float
    label_height: float
    width: float
    height: float
    boxes: tuple[tuple[float, float], ...]


def _pages(layout: SheetLayout) -> Iterator[Page]:
    shapes = _shapes(layout.questions)
    width = max(shape.width for shape in shapes)
    columns = max(1, math.floor((RIGHT - LEFT + COLUMN_GAP) / (width + COLUMN_GAP)))
    columns = min(columns, 4)
    pitch = (RIGHT - LEFT + COLUMN_GAP) / columns
    digits = tuple(_digits(layout.number_digits))
    top = TOP_OF_BODY + (DIGITS_HEIGHT if digits else 0)
    waiting = list(shapes)
    number = 1
    fields: list[Field] = []
    while waiting:
        if fields:
            yield Page(number, tuple(fields))
            number += 1
            top = TOP_OF_BODY
        fields = list(digits) if number == 1 else []
        for column in range(columns):
            y = top
            while waiting and y + waiting[0].height <= BOTTOM:
                shape = waiting.pop(0)
                fields.append(_placed(shape, LEFT + column * pitch, y))
                y += shape.height
    y = max(top, *(field.rect.bottom for field in fields)) + AREA_GAP
    for area in layout.areas:
        if y + area.height > BOTTOM:
            yield Page(number, tuple(fields))
            number, y, fields = number + 1, TOP_OF_BODY, []
        fields.append(_area(area, y))
        y += area.height + AREA_GAP
    yield Page(number, tuple(fields))


def _area(area: Area, y: float) -> Field:
    return Field(
        key=area.key,
        label=f"{area.number}.",
        options=(),
        is_multiple=False,
        rect=_rect(LEFT, y, RIGHT - LEFT, area.height),
        label_rect=_rect(LEFT + 1.5, y + 1.5, 14.0, TEXT_LINE),
        boxes=(),
    )


def _placed(shape: _Shape, x: float, y: float) -> Field:
    question = shape.question
    return Field(
        key=question.key,
        label=question.printed,
        options=question.options,
        is_multiple=question.is_multiple,
        rect=_rect(x, y, shape.width, shape.height),
        label_rect=_rect(x, y, shape.label_width, shape.label_height),
        boxes=tuple(_rect(x + dx, y + dy, BOX_WIDTH, BOX_HEIGHT) for dx, dy in shape.boxes),
    )


def _shapes(questions: Iterable[Question]) -> list[_Shape]:
    """All labels are as wide as the widest, and boxes stand below each other as in a table."""
    questions = list(questions)
    word = max(width_of(option, OPTION_EM) for question in questions for option in question.options)
    pitch = BOX_WIDTH + BOX_TO_WORD + word + WORD_TO_BOX
    if pitch > RIGHT - LEFT:
        raise LayoutError("an option's words are longer than the line")
    most = max(len(question.options) for question in questions)
    beside = RIGHT - LEFT - LABEL_TO_BOX - pitch * most + WORD_TO_BOX
    widest = 0.4 + max(width_of(question.printed, LABEL_EM) for question in questions)
    label = min(widest, WIDEST_LABEL, beside)
    return [
        _beside(question, label, pitch)
        if label >= min(widest, NARROWEST_LABEL)
        else _under(question, pitch)
        for question in questions
    ]


def _beside(question: Question, label: float, pitch: float) -> _Shape:
    lines = _lines(question.printed, label)
    height = max(lines * TEXT_LINE + 2.0, LINE)
    left = label + LABEL_TO_BOX
    count = len(question.options)
    boxes = tuple((left + place * pitch, (height - BOX_HEIGHT) / 2) for place in range(count))
    return _Shape(question, label, height, left + pitch * count - WORD_TO_BOX, _fits(height), boxes)


def _under(question: Question, pitch: float) -> _Shape:
    """The text over the whole width, and the boxes in lines under it."""
    label = RIGHT - LEFT
    lines = _lines(question.printed, label)
    text = lines * TEXT_LINE + 1.0
    a_line = math.floor((label - INDENT + WORD_TO_BOX) / pitch)
    count = len(question.options)
    boxes = tuple(
        (INDENT + place % a_line * pitch, text + place // a_line * LINE + (LINE - BOX_HEIGHT) / 2)
        for place in range(count)
    )
    height = text + math.ceil(count / a_line) * LINE + 1.0
    return _Shape(question, label, text, label, _fits(height), boxes)


def _lines(text: str, width: float) -> int:
    wide = width_of(text, LABEL_EM)
    return 1 if wide <= width else math.ceil(wide / (width - SHORT_LINE))


def _fits(height: float) -> float:
    if height > BOTTOM - TOP_OF_BODY - DIGITS_HEIGHT:
        raise LayoutError("a question is longer than a page")
    return height


def _digits(count: int) -> Iterator[Field]:
    """Columns of ten boxes, with room above to write the digit."""
    for place in range(count):
        x = LEFT + 6.0 + place * DIGIT_PITCH
        top = TOP_OF_BODY + 9.0
        yield Field(
            key=f"d{place}",
            label="",
            options=tuple("0123456789"),
            is_multiple=False,
            rect=_rect(x - 1.1, top - 9.0, DIGIT_PITCH, 10 * DIGIT_LINE + 9.0),
            label_rect=_rect(x, top - 8.8, BOX_WIDTH, 7.0),
            boxes=tuple(
                _rect(x, top + digit * DIGIT_LINE, BOX_WIDTH, BOX_HEIGHT) for digit in range(10)
            ),
        )


def _rect(x: float, y: float, width: float, height: float) -> Rect:
    return Rect(round(x, 2), round(y, 2), round(width, 2), round(height, 2))
