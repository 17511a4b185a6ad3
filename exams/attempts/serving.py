"""What of a paper is served: contents in the attempt's own order, and never a key.

A sealed paper never changes, so every process keeps the ones it serves: a start and a save read
nothing of it again. Keys are not loaded at all.
"""

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.utils.html import escape

from exams.papers.drawing import DrawnFrom, draw, form_for
from exams.papers.models import Paper, PaperItem, PaperKind
from exams.questions.types import question_type
from lms.core.design.kept import sign

KEPT_PAPERS = 32


@dataclass(frozen=True)
class Item:
    """One question of a sealed paper, as its author wrote it."""

    id: int
    form: str
    position: int
    section: str
    cell: int
    points: Decimal
    kind: str
    stem: str
    content: Mapping[str, Any]

    @cached_property
    def texts(self) -> list[str]:
        """What is shuffled of it, in HTML and in the author's order."""
        return [escape(text) for text in self.content.get(question_type(self.kind).shuffled, ())]

    @cached_property
    def shape(self) -> str:
        """The content as one value, with a sign in the place of each of `texts`."""
        if not self.texts:
            return json.dumps(self.content)
        signs = [sign(f"text{place}") for place in range(len(self.texts))]
        return json.dumps({**self.content, question_type(self.kind).shuffled: signs})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it is shown: at this position, in this arrangement."""

    position: int
    item: Item
    arrangement: tuple[int, ...]


@dataclass(frozen=True)
class ServedPaper:
    """A sealed paper without its keys, kept by each process that serves it."""

    kind: str
    items: Mapping[int, Item]
    takes: Mapping[int, int]

    @property
    def has_forms(self) -> bool:
        return self.kind == PaperKind.AB

    def form_for(self, turn: int) -> str:
        """Which form a seat or an attempt gets: neighbours in number get different ones."""
        return form_for((item.form for item in self.items.values()), turn=turn)

    def arranged_for(
        self, *, seed: int, form: str, shuffles_questions: bool, shuffles_options: bool
    ) -> list[list[Any]]:
        """The frozen items of a new attempt: [[item id, [arrangement]], …]."""
        pool = [item for item in self.items.values() if item.form == form]
        if self.kind == PaperKind.RANDOM:
            shown = draw(
                [
                    DrawnFrom(
                        item.id, item.cell, self.takes[item.cell], item.position, item.section
                    )
                    for item in pool
                ],
                seed=seed,
                shuffles=shuffles_questions,
            )
        else:
            shown = draw(
                [DrawnFrom(item.id, 0, len(pool), item.position, item.section) for item in pool],
                seed=seed,
                shuffles=shuffles_questions,
            )
        chance = random.Random(seed)  # noqa: S311  (no secret: it is kept with the attempt)
        return [
            [
                id_,
                question_type(self.items[id_].kind).arrangement(self.items[id_].content, chance)
                if shuffles_options
                else [],
            ]
            for id_ in shown
        ]

    def count(self) -> int:
        """How many questions an attempt has."""
        if self.kind == PaperKind.RANDOM:
            return sum(self.takes.values())
        return len({item.position for item in self.items.values()})

    def points_of(self, items: Sequence[Sequence[Any]]) -> Decimal:
        return sum((self.items[id_].points for id_, _order in items), Decimal(0))

    def asked(self, items: Sequence[Sequence[Any]], position: int) -> Asked:
        """The question at `position` (from 1) of an attempt with these items."""
        id_, arrangement = items[position - 1]
        return Asked(position, self.items[id_], tuple(arrangement))

    def read(
        self, items: Sequence[Sequence[Any]], position: int, sent: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The answer in the author's terms. Raises AnswerError, or IndexError for no question."""
        if position < 1:
            raise IndexError(position)
        id_, arrangement = items[position - 1]
        item = self.items[id_]
        return question_type(item.kind).read(item.content, arrangement, sent)

    def written(
        self, items: Sequence[Sequence[Any]], position: int, answer: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the screen shows as chosen or written."""
        id_, arrangement = items[position - 1]
        item = self.items[id_]
        return question_type(item.kind).written(item.content, arrangement, answer)


@lru_cache(maxsize=KEPT_PAPERS)
def served_paper(paper_id: int, sealed_at: dt.datetime) -> ServedPaper:
    """The paper as it was sealed at that moment."""
    paper = Paper.objects.only("kind", "blueprint").get(pk=paper_id, sealed_at=sealed_at)
    rows = PaperItem.objects.filter(paper_id=paper_id).values_list(
        "id", "form", "position", "section", "cell", "points",
        "version__kind", "version__stem", "version__content",
    )  # fmt: skip
    items = {row[0]: Item(*row) for row in rows}
    return ServedPaper(paper.kind, items, takes_of(paper, items.values()))


def takes_of(paper: Paper, items: Collection[Item]) -> dict[int, int]:
    """How many of each cell of a random paper an attempt gets; without a blueprint, all."""
    asked = {number: cell["count"] for number, cell in enumerate(paper.blueprint.get("cells", ()))}
    held = Counter(item.cell for item in items)
    return {cell: min(asked.get(cell, there), there) for cell, there in held.items()}
