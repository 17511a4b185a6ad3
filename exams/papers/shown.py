"""A paper as people read it: sections with headings, questions with their options in order."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from exams.papers.drawing import draw
from exams.papers.models import Paper, PaperItem, PaperKind
from exams.papers.queries import items_of, pool_of
from exams.papers.words import DIFFICULTIES, section_heading
from exams.questions.types import question_type

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class ShownItem:
    """One question: what may be shown, and apart from it what only markers see."""

    number: int
    item: PaperItem
    content: Mapping[str, Any]
    arrangement: Sequence[int]
    options: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def answer(self) -> str:
        return answer_words(
            self.item.version.kind, self.item.version.content, self.item.version.key,
            self.arrangement,
        )  # fmt: skip

    @property
    def difficulty(self) -> str:
        return str(DIFFICULTIES[self.item.version.question.difficulty])


@dataclass(frozen=True)
class ShownSection:
    heading: str
    items: Sequence[ShownItem]


def shown_paper(paper: Paper, form: str | None = None) -> list[ShownSection]:
    """The paper as it is printed; of a random paper, what one attempt may get."""
    items = list(items_of(paper, form))
    if paper.kind == PaperKind.RANDOM:
        drawn = draw(pool_of(paper, items), seed=paper.seed, shuffles=False)
        by_id = {item.pk: item for item in items}
        items = [by_id[id_] for id_ in drawn]
    return sections(items, seed=paper.seed)


def sections(
    items: Sequence[PaperItem],
    *,
    seed: int,
    arrangements: Mapping[int, Sequence[int]] | None = None,
) -> list[ShownSection]:
    """The items in sections, numbered through; options in the order of print, or in these."""
    numbered = [
        _shown(
            number,
            item,
            printed_arrangement(item, seed) if arrangements is None else arrangements[item.pk],
        )
        for number, item in enumerate(items, start=1)
    ]
    names = list(dict.fromkeys(item.section for item in items))
    found = []
    for place, name in enumerate(names):
        inside = [shown for shown in numbered if shown.item.section == name]
        points: list[Decimal] = [shown.item.points for shown in inside]
        found.append(ShownSection(section_heading(place, name, points), inside))
    return found


def printed_arrangement(item: PaperItem, seed: int) -> list[int]:
    """The order of the options in print: the author's, but on form B one that the seed decides."""
    if item.form != "B":
        return []
    chance = random.Random(f"{seed}:{item.form}:{item.version_id}")  # noqa: S311 (to be repeated)
    return question_type(item.version.kind).arrangement(item.version.content, chance)


def _shown(number: int, item: PaperItem, arrangement: Sequence[int]) -> ShownItem:
    version = item.version
    content = question_type(version.kind).arranged(version.content, arrangement)
    options = tuple(zip(LETTERS, (str(o) for o in content.get("options", ())), strict=False))
    return ShownItem(number, item, content, arrangement, options)


def answer_words(
    kind: str, content: Mapping[str, Any], key: Mapping[str, Any], arrangement: Sequence[int]
) -> str:
    """The key as markers read it, by the letters that stand in print."""
    correct = key.get("correct")
    if "options" in content and isinstance(correct, int | list):
        chosen = [correct] if isinstance(correct, int) else correct
        places = [arrangement.index(one) if arrangement else one for one in chosen]
        return "".join(LETTERS[place] for place in sorted(places))
    return "；".join(_told(value) for value in key.values())


def _told(value: Any) -> str:
    """Whatever a key holds, in a line."""
    if isinstance(value, bool):
        return "√" if value else "×"
    if isinstance(value, list | tuple):
        return "、".join(_told(one) for one in value)
    if isinstance(value, Mapping):
        return "，".join(_told(one) for one in value.values())
    return plain(str(value))


def plain(html: str) -> str:
    """The words of sanitised HTML; paragraphs become lines."""
    broken = html.replace("</p>", "\n").replace("<br>", "\n").replace("<br/>", "\n")
    return unescape(strip_tags(broken)).strip()
