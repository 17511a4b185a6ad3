"""An exam's first attempts as the figures take them, and the figures as the page shows them."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from exams.analysis.statistics import (
    Choice,
    ItemFigures,
    Person,
    Reliability,
    Response,
    groups,
    item_figures,
    reliability,
)
from exams.attempts.models import Attempt, AttemptState, Exam
from exams.marking.queries import Sheet, rulings_of, sheets
from exams.marking.scoring import Ruling
from exams.marking.words import LETTERS, chosen, right_options
from exams.papers.models import PaperItem
from exams.questions.models import QuestionVersion
from lms.core import clock
from lms.members.models import Membership
from lms.members.queries import standing_on

# Forms with their own reliability; more different papers than this were drawn one by one.
MOST_FORMS = 4


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question of the exam with its figures."""

    number: int
    version: QuestionVersion
    topic: str
    of: Decimal
    figures: ItemFigures

    @property
    def options(self) -> list[tuple[str, str, Choice]]:
        """Letter, words and figures of each option, in the author's order."""
        texts = self.version.content.get("options", [])
        return [
            (LETTERS[choice.option], str(texts[choice.option]), choice)
            for choice in self.figures.choices
        ]


@dataclass(frozen=True, slots=True)
class Part:
    """A topic or a branch: how many were asked or sat, and the mean part of the points."""

    name: str
    count: int
    mean: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """All figures of an exam."""

    exam: Exam
    people: int
    shares: Sequence[float]
    items: Sequence[ItemLine]
    topics: Sequence[Part]
    branches: Sequence[Part]
    forms: Sequence[tuple[str, Reliability]]
    left_out: int

    @property
    def flagged(self) -> list[ItemLine]:
        return [line for line in self.items if line.figures.flags]


def analysis_of(exam: Exam) -> Analysis:
    """The figures of an exam, in a number of statements that does not grow.

    First attempts alone, and of them those that are marked. Questions that were dropped or given
    to everybody say nothing about anybody and are left out.
    """
    first = Attempt.objects.filter(
        exam=exam, number=1, state__in=(AttemptState.MARKED, AttemptState.RELEASED)
    )
    rulings = rulings_of(exam.pk)
    out = {pk for pk, decided in rulings.items() if decided.ruling is not Ruling.ACCEPT}
    found = sheets(first.order_by("pk"), with_questions=True)
    people = [_person(sheet, out) for sheet in found]
    items = _items(found, out)
    ends = groups(people)
    weights: dict[Hashable, float] = {
        version: float(item.points) for version, item in items.items()
    }
    lines = []
    for number, (version_id, item) in enumerate(items.items(), start=1):
        version = item.version
        decided = rulings.get(version_id)
        keys = right_options(decided.keys if decided else (version.key,))
        options = version.content.get("options")
        figures = item_figures(
            people,
            version_id,
            ends=ends,
            options=len(options) if isinstance(options, list) and keys else 0,
            keys=keys,
            weights=weights,
        )
        assert figures is not None  # the question comes from somebody's sheet
        topic = version.question.topic
        lines.append(ItemLine(number, version, topic.name if topic else "", item.points, figures))
    return Analysis(
        exam=exam,
        people=len(people),
        shares=[one.total for one in people],
        items=lines,
        topics=_topics(found, out),
        branches=_branches(exam, found, people),
        forms=_forms(found, out),
        left_out=len(out),
    )


def _person(sheet: Sheet, out: set[int]) -> Person:
    kept = [item for item in sheet.items if item.version_id not in out]
    points = {item.version_id: _points(sheet, item) for item in kept}
    out_of = sum((item.points for item in kept), Decimal(0))
    return Person(
        total=float(sum(points.values(), Decimal(0)) / out_of) if out_of else 0.0,
        responses={
            item.version_id: Response(
                float(points[item.version_id] / item.points), _chosen(sheet, item)
            )
            for item in kept
        },
    )


def _points(sheet: Sheet, item: PaperItem) -> Decimal:
    answer = sheet.answers.get(item.pk)
    return (answer.points if answer else None) or Decimal(0)


def _chosen(sheet: Sheet, item: PaperItem) -> frozenset[int]:
    answer: Any = sheet.answers.get(item.pk)
    return (answer and chosen(answer.answer.get("chosen"))) or frozenset()


def _items(found: Sequence[Sheet], out: set[int]) -> dict[int, PaperItem]:
    """Each question once, in the order of the paper; of both forms as one."""
    items = {item.pk: item for sheet in found for item in sheet.items}
    kept: dict[int, PaperItem] = {}
    for item in sorted(items.values(), key=lambda item: (item.position, item.form, item.pk)):
        if item.version_id not in out:
            kept.setdefault(item.version_id, item)
    return kept


def _topics(found: Sequence[Sheet], out: set[int]) -> list[Part]:
    sums: dict[str, tuple[int, Decimal, Decimal]] = {}
    for sheet in found:
        for item in sheet.items:
            if item.version_id in out:
                continue
            topic = item.version.question.topic
            name = topic.name if topic else _("未归知识点")
            count, points, of = sums.get(name, (0, Decimal(0), Decimal(0)))
            sums[name] = (count + 1, points + _points(sheet, item), of + item.points)
    parts = [Part(name, count, float(points / of)) for name, (count, points, of) in sums.items()]
    return sorted(parts, key=lambda part: (part.mean, part.name))


def _branches(exam: Exam, found: Sequence[Sheet], people: Sequence[Person]) -> list[Part]:
    """By the branch each belonged to when the exam closed."""
    day = min(clock.today(), clock.local_date(exam.closes_at))
    members = [sheet.attempt.member_id for sheet in found]
    names = dict(
        Membership.objects.filter(standing_on(day), member__in=members).values_list(
            "member_id", "branch__name"
        )
    )
    totals: dict[str, list[float]] = defaultdict(list)
    for member, person in zip(members, people, strict=True):
        totals[names.get(member, _("不在组织中"))].append(person.total)
    return [
        Part(name, len(shares), sum(shares) / len(shares))
        for name, shares in sorted(totals.items())
    ]


def _forms(found: Sequence[Sheet], out: set[int]) -> list[tuple[str, Reliability]]:
    """Reliability of each set of questions that people shared; none where everybody's differs."""
    tables: dict[tuple[int, ...], list[list[float]]] = defaultdict(list)
    names: dict[tuple[int, ...], str] = {}
    for sheet in found:
        kept = sorted(
            (item for item in sheet.items if item.version_id not in out), key=lambda item: item.pk
        )
        shared = tuple(item.pk for item in kept)
        names[shared] = sheet.attempt.form
        tables[shared].append([float(_points(sheet, item)) for item in kept])
    if len(tables) > MOST_FORMS:
        return []
    return _known((names[shared], reliability(table)) for shared, table in tables.items())


def _known(forms: Iterable[tuple[str, Reliability | None]]) -> list[tuple[str, Reliability]]:
    return [(name, found) for name, found in forms if found is not None]
