"""Making papers: by hand, from a blueprint, and sealing them for good."""

import secrets
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from exams.papers import blueprint as plans
from exams.papers import queries, sealing
from exams.papers.blueprint import Blueprint
from exams.papers.errors import CellsLackError, PaperItemError, PaperSealedError
from exams.papers.models import Paper, PaperItem, PaperKind, PaperState
from exams.papers.words import lack_sentences
from exams.questions.models import Question
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member

MOST_ITEMS = 1000
MOST_POINTS = Decimal(100)
_OUT_OF_THE_WAY = 10_000


def make_paper(*, paper: Paper, by: Member) -> Paper:
    """A new, empty draft."""
    paper.state = PaperState.DRAFT
    paper.seed = secrets.randbits(40)
    paper.points = Decimal(0)
    paper.made_by = by
    paper.made_at = clock.now()
    paper.save(force_insert=True)
    return paper


@transaction.atomic
def update_paper(*, paper: Paper) -> Paper:
    """Write what the form holds: title, branch and kind of a draft."""
    held = _draft(paper)
    if held.branch_id != paper.branch_id and held.items.exists():
        raise PaperItemError(_("试卷里已有题目，不能换所属组织。请先移出题目，或者新建一份。"))
    Paper.objects.filter(pk=paper.pk).update(
        title=paper.title, branch=paper.branch_id, kind=paper.kind
    )
    _settle(held)
    return paper


@transaction.atomic
def discard_paper(*, paper: Paper) -> None:
    """A draft is thrown away with its items; nobody has seen it."""
    _draft(paper).delete()


@transaction.atomic
def set_blueprint(*, paper: Paper, blueprint: Blueprint) -> None:
    """What the paper is to be made of; what stands on it stays until it is filled anew."""
    held = _draft(paper)
    held.blueprint = plans.as_json(blueprint)
    held.save(update_fields=["blueprint"])
    # Cells are known by their place: what was filled into the old ones belongs to none now.
    _uncell(held, len(blueprint.cells))
    _settle(held)
    paper.blueprint = held.blueprint


@transaction.atomic
def fill_from_blueprint(*, paper: Paper, draws_anew: bool = False) -> int:
    """Replace what is on the paper by questions drawn for its blueprint; how many there are.

    The paper's seed draws: with the same bank the same questions, unless it `draws_anew`.
    Raises CellsLackError naming each cell that cannot be filled, and changes nothing then.
    """
    held = _draft(paper)
    blueprint = plans.from_json(held.blueprint)
    if not blueprint.cells:
        raise PaperItemError(_("还没有设蓝图。请先在“组卷蓝图”里填每格的题数。"))
    if draws_anew:
        held.seed = secrets.randbits(40)
        held.save(update_fields=["seed"])
    filled = plans.fill(blueprint, queries.candidates_of(held.branch), seed=held.seed)
    if filled.lacks:
        topics = queries.topics_named(cell.topic for cell in blueprint.cells if cell.topic)
        told = lack_sentences(blueprint, filled.lacks, topics)
        raise CellsLackError(
            _("题库里的题不够，没有组卷。%(cells)s。") % {"cells": "；".join(told)}
        )
    versions = dict(
        Question.objects.filter(pk__in=[q for cell in filled.cells for q in cell]).values_list(
            "pk", "current"
        )
    )
    held.items.all().delete()
    # Cells of one section stand together, in the order in which sections first come up.
    sections = list(dict.fromkeys(cell.section for cell in blueprint.cells))
    placed = sorted(
        enumerate(blueprint.cells), key=lambda pair: (sections.index(pair[1].section), pair[0])
    )
    rows = [
        (number, cell, question) for number, cell in placed for question in filled.cells[number]
    ]
    PaperItem.objects.bulk_create(
        PaperItem(
            paper=held,
            position=position,
            section=cell.section,
            cell=number,
            version_id=versions[question],
            points=cell.points,
        )
        for position, (number, cell, question) in enumerate(rows, start=1)
    )
    _settle(held)
    paper.seed, paper.points = held.seed, held.points
    return len(rows)


# --- By hand --------------------------------------------------------------------------------------


@transaction.atomic
def add_item(
    *, paper: Paper, question: Question, points: Decimal | None = None, section: str = ""
) -> PaperItem:
    """Put one question of the bank on the paper, at the end of its section.

    Where the blueprint has a cell with room for it, it fills that and is worth what the cell says.
    """
    held = _draft(paper)
    if not queries.bank_of(held.branch).filter(pk=question.pk).exists():
        raise PaperItemError(_("这道题不在本组织可用的题库里，请换一道。"))
    items = list(queries.items_of(held))
    if any(item.version.question_id == question.pk for item in items):
        raise PaperItemError(_("这道题已经在试卷里。"))
    if len(items) >= MOST_ITEMS:
        raise PaperItemError(_("试卷最多放 %(most)s 题。") % {"most": MOST_ITEMS})
    blueprint = plans.from_json(held.blueprint)
    counts: dict[int, int] = {}
    for item in items:
        counts[item.cell] = counts.get(item.cell, 0) + 1
    number = plans.cell_for(blueprint, counts, queries.candidate(question))
    if number is None:
        # A cell of its own, beyond those of the blueprint: everybody gets it.
        number = max([len(blueprint.cells) - 1, *counts]) + 1
        section = section or _section_for(question, items)
        points = points or _points_for(section, items)
    else:
        cell = blueprint.cells[number]
        section, points = cell.section, cell.points
    assert question.current is not None
    made = PaperItem.objects.create(
        paper=held,
        position=len(items) + 1,
        section=section,
        cell=number,
        version=question.current,
        points=_checked(points),
    )
    inside = max((place for place, item in enumerate(items) if item.section == section), default=-1)
    place = inside + 1 if inside >= 0 else len(items)
    _renumber(held, [*items[:place], made, *items[place:]])
    _settle(held)
    paper.points = held.points
    return made


@transaction.atomic
def remove_item(*, paper: Paper, item_id: int) -> None:
    """Take one question off the paper; the rest close up."""
    held = _draft(paper)
    _item(held, item_id).delete()
    _renumber(held, list(queries.items_of(held)))
    _settle(held)
    paper.points = held.points


@transaction.atomic
def move_item(*, paper: Paper, item_id: int, by: int) -> None:
    """Move a question up (negative) or down among those of its section."""
    held = _draft(paper)
    moved = _item(held, item_id)
    items = list(queries.items_of(held))
    inside = [item for item in items if item.section == moved.section]
    first = next(place for place, item in enumerate(items) if item.section == moved.section)
    old = next(place for place, item in enumerate(inside) if item.pk == moved.pk)
    new = min(max(old + by, 0), len(inside) - 1)
    inside.insert(new, inside.pop(old))
    _renumber(held, [*items[:first], *inside, *items[first + len(inside) :]])


@transaction.atomic
def set_points(*, paper: Paper, item_id: int, points: Decimal) -> None:
    """What a question is worth; on a random paper, all those drawn from the same cell."""
    held = _draft(paper)
    item = _item(held, item_id)
    there = held.items.filter(pk=item.pk)
    if held.kind == PaperKind.RANDOM:
        there = held.items.filter(cell=item.cell)
    there.update(points=_checked(points))
    _settle(held)
    paper.points = held.points


@transaction.atomic
def take_newest(*, paper: Paper) -> int:
    """Replace versions that have been revised since by the current ones; how many there were."""
    held = _draft(paper)
    old = [
        item
        for item in queries.items_of(held)
        if item.version.question.current_id not in (None, item.version_id)
    ]
    for item in old:
        assert item.version.question.current_id is not None
        item.version_id = item.version.question.current_id
    PaperItem.objects.bulk_update(old, ["version"])
    return len(old)


# --- Sealing --------------------------------------------------------------------------------------


@transaction.atomic
def seal_paper(*, paper: Paper, by: Member) -> None:
    """Freeze the paper. Of an A/B paper, form B is made now, so that it can never fall behind."""
    held = _draft(paper)
    items = list(queries.items_of(held))
    sealing.refuse_unready(held, items)
    if held.kind == PaperKind.AB:
        other = plans.another_order(items, [item.section for item in items], seed=held.seed)
        held.items.update(form="A")
        PaperItem.objects.bulk_create(
            PaperItem(
                paper=held,
                form="B",
                position=position,
                section=item.section,
                cell=item.cell,
                version_id=item.version_id,
                points=item.points,
            )
            for position, item in enumerate(other, start=1)
        )
    advance_or_raise(
        paper,
        to=PaperState.SEALED,
        from_=[PaperState.DRAFT],
        message=_("试卷已经封卷。"),
        sealed_at=clock.now(),
    )
    log(instance=paper, action="exams.paper_sealed", user=by)


@transaction.atomic
def copy_paper(*, paper: Paper, by: Member) -> Paper:
    """A draft with the same questions: how a sealed paper is changed."""
    items = list(queries.items_of(paper))
    made = Paper.objects.create(
        branch=paper.branch,
        title=(_("%(title)s（副本）") % {"title": paper.title})[:120],
        kind=paper.kind,
        blueprint=paper.blueprint,
        seed=paper.seed,
        points=paper.points,
        made_by=by,
        made_at=clock.now(),
    )
    PaperItem.objects.bulk_create(
        PaperItem(
            paper=made,
            position=item.position,
            section=item.section,
            cell=item.cell,
            version_id=item.version_id,
            points=item.points,
        )
        for item in items
    )
    return made


def note_look(*, paper: Paper, by: Member, what: str) -> None:
    """Who has looked at a sealed paper stands in its history."""
    if paper.state == PaperState.SEALED:
        log(instance=paper, action="exams.paper_seen", user=by, data={"what": what})


# --- Inside ---------------------------------------------------------------------------------------


def _draft(paper: Paper) -> Paper:
    """The paper, held until the transaction ends, if it may still be changed."""
    held = Paper.objects.select_for_update(of=("self",)).select_related("branch").get(pk=paper.pk)
    if held.state != PaperState.DRAFT:
        raise PaperSealedError(_("试卷已经封卷，不能再改。需要修改时请复制一份。"))
    return held


def _item(paper: Paper, item_id: int) -> PaperItem:
    found = paper.items.filter(pk=item_id).first()
    if found is None:
        raise PaperItemError(_("这道题已经不在试卷里，请刷新页面。"))
    return found


def _settle(paper: Paper) -> None:
    """Write what the paper comes to."""
    items = list(paper.items.values_list("cell", "points"))
    paper.points = plans.worth(items, queries.takes_of(paper))
    Paper.objects.filter(pk=paper.pk).update(points=paper.points)


def _renumber(paper: Paper, items: Sequence[PaperItem]) -> None:
    paper.items.update(position=F("position") + _OUT_OF_THE_WAY)
    for position, item in enumerate(items, start=1):
        item.position = position
    PaperItem.objects.bulk_update(items, ["position"])


def _uncell(paper: Paper, first: int) -> None:
    """Each item in a cell of its own, from number `first` on."""
    items = list(paper.items.order_by("position"))
    for number, item in enumerate(items, start=first):
        item.cell = number
    PaperItem.objects.bulk_update(items, ["cell"])


def _section_for(question: Question, items: Sequence[PaperItem]) -> str:
    """Where questions of this kind stand already, else a section by the kind's name."""
    there = (item.section for item in items if item.version.kind == question.kind)
    return next(there, str(question.get_kind_display()))


def _points_for(section: str, items: Sequence[PaperItem]) -> Decimal:
    there = (item.points for item in items if item.section == section)
    return next(there, Decimal(1))


def _checked(points: Decimal) -> Decimal:
    if not 0 < points <= MOST_POINTS:
        raise PaperItemError(_("每题分值应大于 0，不超过 %(most)s 分。") % {"most": MOST_POINTS})
    return points
