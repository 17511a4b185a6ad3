"""What a paper must be before it is sealed."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from exams.papers import blueprint as plans
from exams.papers.errors import PaperNotReadyError
from exams.papers.models import Paper, PaperItem, PaperKind
from exams.papers.queries import topics_named
from exams.papers.words import cell_name
from exams.questions.models import QuestionState


def refuse_unready(paper: Paper, items: Sequence[PaperItem]) -> None:
    """Raise PaperNotReadyError with the first thing that stands in the way."""
    problems = problems_of(paper, items)
    if problems:
        raise PaperNotReadyError(problems[0])


def problems_of(paper: Paper, items: Sequence[PaperItem]) -> list[str]:
    """What stands in the way of sealing, a sentence each; `items` have their questions loaded."""
    if not items:
        return [_("试卷里还没有题目。请先按蓝图组卷，或者逐题加入。")]
    return [*_unready_questions(items), *_unfilled_cells(paper, items)]


def _unready_questions(items: Sequence[PaperItem]) -> list[str]:
    told = []
    retired = [item for item in items if item.version.question.state != QuestionState.READY]
    if retired:
        told.append(_("第 %(numbers)s 题已停用，请移出或换题。") % {"numbers": _numbers(retired)})
    revised = [
        item
        for item in items
        if item not in retired and item.version.question.current_id != item.version_id
    ]
    if revised:
        told.append(
            _("第 %(numbers)s 题后来修改过，请点“换成最新版本”。") % {"numbers": _numbers(revised)}
        )
    return told


def _unfilled_cells(paper: Paper, items: Sequence[PaperItem]) -> list[str]:
    """A cell holds what the blueprint says; on a random paper all of it for the same points."""
    cells = plans.from_json(paper.blueprint).cells
    topics = topics_named(cell.topic for cell in cells if cell.topic)
    told = []
    for number, cell in enumerate(cells):
        held = [item for item in items if item.cell == number]
        words = {"cell": cell_name(cell, topics), "needed": cell.count, "found": len(held)}
        if len(held) < cell.count:
            told.append(
                _("%(cell)s：蓝图要 %(needed)s 题，卷上有 %(found)s 题。请补题或改蓝图。") % words
            )
        elif paper.kind == PaperKind.RANDOM and len({item.points for item in held}) > 1:
            told.append(_("%(cell)s：同一格随机抽的题，分值要一样。") % words)
    return told


def _numbers(items: Sequence[PaperItem]) -> str:
    return "、".join(str(item.position) for item in items)
