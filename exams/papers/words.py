"""Cells, sections and what is missing, in words."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.papers.blueprint import Blueprint, Cell, Lack
from exams.questions.models import QuestionKind
from lms.core.design.texts import figure

DIFFICULTIES = {
    1: gettext_lazy("容易"),
    2: gettext_lazy("较易"),
    3: gettext_lazy("中等"),
    4: gettext_lazy("较难"),
    5: gettext_lazy("难"),
}
NUMERALS = "一二三四五六七八九十"


def cell_name(cell: Cell, topics: Mapping[int, str]) -> str:
    """单选题·党章·较难"""
    parts = [str(QuestionKind(cell.kind).label)]
    if cell.topic is not None:
        parts.append(topics.get(cell.topic, _("已删除的知识点")))
    if cell.difficulty is not None:
        parts.append(str(DIFFICULTIES[cell.difficulty]))
    return "·".join(parts)


def lack_sentence(blueprint: Blueprint, lack: Lack, topics: Mapping[int, str]) -> str:
    """What one cell lacks; where others use what would fit, so is said."""
    words = {
        "cell": cell_name(blueprint.cells[lack.cell], topics),
        "needed": lack.needed,
        "found": lack.found,
        "used": lack.fitting - lack.found,
    }
    if lack.fitting > lack.found:
        return (
            _("%(cell)s：需要 %(needed)s 题，只剩 %(found)s 题，另有 %(used)s 题其他格要用") % words
        )
    return _("%(cell)s：需要 %(needed)s 题，只有 %(found)s 题") % words


def lack_sentences(
    blueprint: Blueprint, lacks: Sequence[Lack], topics: Mapping[int, str]
) -> list[str]:
    return [lack_sentence(blueprint, lack, topics) for lack in lacks]


def section_heading(number: int, section: str, points: Sequence[object]) -> str:
    """一、单选题（共 10 题，每题 2 分，共 20 分）"""
    each = set(points)
    words = {
        "count": len(points),
        "each": figure(next(iter(each))) if each else "",
        "sum": figure(sum(points)),  # type: ignore[call-overload]
    }
    said = (
        _("共 %(count)s 题，每题 %(each)s 分，共 %(sum)s 分")
        if len(each) == 1
        else _("共 %(count)s 题，共 %(sum)s 分")
    ) % words
    place = NUMERALS[number] if number < len(NUMERALS) else str(number + 1)
    return _("%(place)s、%(section)s（%(said)s）") % {
        "place": place,
        "section": section,
        "said": said,
    }
