"""What of the bank somebody may see, and what stands there."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import managed_courses
from exams.questions.duplicates import Pair, near_pairs, near_to, said_by
from exams.questions.models import (
    Question,
    QuestionState,
    QuestionVersion,
    SourceClause,
    SourceEdition,
    SourceText,
    Topic,
)
from exams.questions.stems import plain_stem
from lms.members.models import Branch, Role
from lms.members.queries import branches_of_role

WRITING = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def writing_branches(by: Any) -> QuerySet[Branch]:
    """The branches whose questions `by` writes: the subtrees of the own roles."""
    return branches_of_role(by, *WRITING)


def visible_questions(by: Any) -> QuerySet[Question]:
    """The questions of those branches, the newest first, each with what a list shows."""
    return (
        Question.objects.filter(branch__in=writing_branches(by).order_by())
        .select_related("branch", "topic", "clause__edition__text", "current")
        .order_by("-created_at", "-pk")
    )


def found_questions(by: Any, asked: dict[str, Any]) -> QuerySet[Question]:
    """The visible questions that answer to all filters of a list that are set."""
    found = visible_questions(by)
    for name in ("kind", "state", "difficulty", "topic", "branch"):
        if asked.get(name):
            found = found.filter(**{name: asked[name]})
    if asked.get("clause"):
        found = found.filter(clause__number__icontains=asked["clause"])
    if asked.get("needs_review"):
        found = found.exclude(review_reason="")
    for word in (asked.get("words") or "").split():
        found = found.filter(
            Q(current__stem__icontains=word)
            | Q(current__content__icontains=word)
            | Q(category__icontains=word)
        )
    return found


def versions_of(question: Question) -> QuerySet[QuestionVersion]:
    """What the question has said, the latest first."""
    return question.versions.select_related("made_by").order_by("-number")


def topics_of(by: Any) -> QuerySet[Topic]:
    """The topics of the branches `by` writes for, with how many questions each has."""
    counted = (
        Question.objects.filter(topic=OuterRef("pk"))
        .order_by()
        .values("topic")
        .annotate(count=Count("pk"))
    )
    return (
        Topic.objects.filter(branch__in=writing_branches(by).order_by())
        .select_related("branch")
        .annotate(count=Coalesce(Subquery(counted.values("count")), 0))
        .order_by("branch__path", "name")
    )


def source_texts_of(by: Any) -> QuerySet[SourceText]:
    """The texts of the branches `by` writes for, with the date of their last edition."""
    return (
        SourceText.objects.filter(branch__in=writing_branches(by).order_by())
        .select_related("branch")
        .annotate(last_in_force=Max("editions__in_force_from"), count=Count("editions"))
        .order_by("branch__path", "title")
    )


def editions_of(text: SourceText) -> QuerySet[SourceEdition]:
    """The editions of a text, the last in force first."""
    return text.editions.order_by("-in_force_from", "-pk")


def clauses_of(edition: SourceEdition) -> QuerySet[SourceClause]:
    """Its clauses in their order, with how many questions rest on each."""
    return edition.clauses.annotate(count=Count("questions")).order_by("position")


def citable_clauses(by: Any) -> QuerySet[SourceClause]:
    """The clauses a question may rest on: those of every edition of the texts `by` works with."""
    return (
        SourceClause.objects.filter(edition__text__branch__in=writing_branches(by).order_by())
        .select_related("edition__text")
        .order_by("edition__text__title", "-edition__in_force_from", "position")
    )


def explaining_lessons(by: Any) -> QuerySet[LessonPage]:
    """The lessons of the courses `by` teaches, where a wrong answer may lead."""
    paths = Q(pk__in=[])
    for path in managed_courses(by).values_list("path", flat=True):
        paths |= Q(path__startswith=path)
    return LessonPage.objects.live().filter(paths).order_by("path")


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a question is used: papers it stands on, attempts at exams with those papers."""

    papers: int
    attempts: int


def usage_of(question: Question) -> Usage:
    counted = Question.objects.filter(pk=question.pk).aggregate(
        papers=Count("versions__paper_items__paper", distinct=True),
        attempts=Count("versions__paper_items__paper__exams__attempts", distinct=True),
    )
    return Usage(**counted)


def said_in(branch: Branch) -> dict[int, str]:
    """What the questions of this branch say that are not retired, normalised, by id."""
    rows = (
        Question.objects.filter(branch=branch, current__isnull=False)
        .exclude(state=QuestionState.RETIRED)
        .values_list("pk", "current__stem", "current__content")
    )
    return {key: said_by(plain_stem(stem), content) for key, stem, content in rows}


def like_it(
    *, branch: Branch, stem: str, content: dict[str, Any], apart_from: int | None = None
) -> list[tuple[Question, int]]:
    """The questions of the branch that say the same or nearly, with how near in per cent."""
    others = said_in(branch)
    others.pop(apart_from or 0, None)
    near = near_to(said_by(plain_stem(stem), content), others)[:5]
    questions = Question.objects.select_related("current").in_bulk([key for key, _alike in near])
    return [(questions[key], int(alike * 100)) for key, alike in near]


def alike_in(branch: Branch) -> list[tuple[Question, Question, int]]:
    """All pairs of questions of the branch that say the same or nearly, the most alike first."""
    pairs: list[Pair] = near_pairs(said_in(branch))
    keys = {pair.first for pair in pairs} | {pair.second for pair in pairs}
    questions = Question.objects.select_related("current").in_bulk(keys)
    return [
        (questions[pair.first], questions[pair.second], int(pair.likeness * 100)) for pair in pairs
    ]
