"""The types of question, one module each, behind one registry."""

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    QuestionTypeError,
    Share,
    WrittenWrongError,
)
from exams.questions.types.choice import SINGLE
from exams.questions.types.written import SHORT

__all__ = [
    "AnswerError",
    "Arrangement",
    "Json",
    "QuestionType",
    "QuestionTypeError",
    "Share",
    "WrittenWrongError",
    "question_type",
    "question_types",
]

_types: dict[str, QuestionType] = {each.name: each for each in (SINGLE, SHORT)}


def question_type(name: str) -> QuestionType:
    """The type of this name. Raises KeyError for a name no module stands behind."""
    return _types[name]


def question_types() -> list[QuestionType]:
    """All types, in the order a paper usually has them."""
    return list(_types.values())
