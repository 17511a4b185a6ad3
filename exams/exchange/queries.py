"""Uploads of question files, and what is written out of the bank."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from exams.exchange.drafts import Draft
from exams.exchange.models import QuestionImport
from exams.exchange.pictures import with_tags
from exams.exchange.shapes import draft_of
from exams.questions.models import Question
from exams.questions.stems import editable_stem


def visible_imports(by: Any) -> QuerySet[QuestionImport]:
    """One's own uploads, the newest first, without their bytes."""
    return QuestionImport.objects.filter(by=by).select_related("branch").defer("content")


def drafts_of(questions: Iterable[Question]) -> list[Draft]:
    """The current versions as drafts, with the pictures their stems name."""
    return [_draft(question) for question in questions if question.current is not None]


def _draft(question: Question) -> Draft:
    version = question.current
    assert version is not None
    stem, pictures = with_tags(_unwrapped(version.stem))
    return draft_of(
        version.kind,
        stem,
        _content(version.content),
        dict(version.key),
        explanation=_unwrapped(version.explanation),
        category=question.category,
        topic=question.topic.name if question.topic else "",
        difficulty=question.difficulty,
        clause=question.clause.number if question.clause else "",
        pictures=pictures,
    )


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as a draft has it: the stems of a case's parts unwrapped too."""
    parts = [{**part, "stem": _unwrapped(part["stem"])} for part in content.get("parts", ())]
    return {**content, "parts": parts} if parts else dict(content)


def _unwrapped(stem: str) -> str:
    """A kept stem without the paragraph around it, where that is all it has."""
    bare = editable_stem(stem)
    return bare if bare == stem else bare.replace("\n", "<br>")
