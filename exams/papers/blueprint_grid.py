"""A blueprint as tables to fill in: one a kind, a row a topic, a column a difficulty; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from exams.papers.blueprint import Blueprint, Candidate, Cell

ANY = "any"
COLUMNS: tuple[int | None, ...] = (None, 1, 2, 3, 4, 5)
MOST_A_CELL = 200
MOST_TIMES = 20
MOST_POINTS = Decimal(100)
LONGEST_TITLE = 60


@dataclass(frozen=True)
class Box:
    """One cell of the table: what is asked for, and how many questions there are."""

    name: str
    topic: int | None
    difficulty: int | None
    count: int
    available: int

    @property
    def is_short(self) -> bool:
        return self.count > self.available


@dataclass(frozen=True)
class Row:
    topic: int | None
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Section:
    """The table of one kind; its questions are worth the same."""

    kind: str
    title: str
    points: Decimal
    times: int
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        return sum(box.count for row in self.rows for box in row.boxes)

    @property
    def sum(self) -> Decimal:
        return self.count * self.points


def sections_of(
    blueprint: Blueprint, bank: Sequence[Candidate], kinds: Mapping[str, str], topics: Sequence[int]
) -> list[Section]:
    """The tables of all kinds the bank or the blueprint has; `kinds` are names in their order."""
    asked = {(cell.kind, cell.topic, cell.difficulty): cell for cell in blueprint.cells}
    there = {question.kind for question in bank} | {cell.kind for cell in blueprint.cells}
    found = []
    for kind in kinds:
        if kind not in there:
            continue
        cells = [cell for cell in blueprint.cells if cell.kind == kind]
        own = [question for question in bank if question.kind == kind]
        rows = tuple(
            Row(topic, tuple(_box(kind, topic, column, asked, own) for column in COLUMNS))
            for topic in (None, *topics)
        )
        rows = tuple(
            row
            for row in rows
            if row.topic is None or any(box.available or box.count for box in row.boxes)
        )
        first = cells[0] if cells else Cell(kind, 0, Decimal(2), kinds[kind])
        times = max((cell.pool // cell.count for cell in cells if cell.count), default=0)
        found.append(Section(kind, first.section, first.points, max(times, 1), rows))
    return found


def read(
    sent: Mapping[str, str], kinds: Mapping[str, str], topics: Sequence[int], *, is_random: bool
) -> tuple[Blueprint, list[str]]:
    """The blueprint that was filled in, and the names of the fields that cannot be read."""
    cells: list[Cell] = []
    wrong: list[str] = []
    for kind in kinds:
        counts = {}
        for topic in (None, *topics):
            for column in COLUMNS:
                name = box_name(kind, topic, column)
                count = _whole(sent.get(name, ""), most=MOST_A_CELL)
                if count is None:
                    wrong.append(name)
                elif count:
                    counts[topic, column] = count
        if not counts:
            continue
        points = _points(sent.get(f"points-{kind}", ""))
        times = _whole(sent.get(f"times-{kind}", "1"), most=MOST_TIMES)
        if points is None:
            wrong.append(f"points-{kind}")
        if times is None:
            wrong.append(f"times-{kind}")
        title = sent.get(f"title-{kind}", "").strip()[:LONGEST_TITLE] or kinds[kind]
        cells += [
            Cell(
                kind=kind,
                count=count,
                points=points or Decimal(1),
                section=title,
                topic=topic,
                difficulty=column,
                pool=count * (times or 1) if is_random else 0,
            )
            for (topic, column), count in counts.items()
        ]
    return Blueprint(tuple(cells)), wrong


def box_name(kind: str, topic: int | None, difficulty: int | None) -> str:
    return f"n-{kind}-{topic or ANY}-{difficulty or ANY}"


def _box(
    kind: str,
    topic: int | None,
    difficulty: int | None,
    asked: Mapping[tuple[str, int | None, int | None], Cell],
    own: Sequence[Candidate],
) -> Box:
    cell = asked.get((kind, topic, difficulty)) or Cell(
        kind, 0, Decimal(1), topic=topic, difficulty=difficulty
    )
    available = sum(cell.fits(question) for question in own)
    return Box(box_name(kind, topic, difficulty), topic, difficulty, cell.count, available)


def _whole(text: str, *, most: int) -> int | None:
    text = text.strip() or "0"
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= most else None


def _points(text: str) -> Decimal | None:
    try:
        points = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not points.is_finite() or not 0 < points <= MOST_POINTS:
        return None
    exact = points.quantize(Decimal("0.01"))
    return exact if exact == points else None
