"""The types of question, one module each, behind one registry."""

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    QuestionTypeError,
    Share,
    WrittenWrongError,
    sent_from,
)
from exams.questions.types.case import Case
from exams.questions.types.choice import MULTIPLE, SINGLE, TRUE_FALSE
from exams.questions.types.filled import BLANK, NUMERIC
from exams.questions.types.placed import MATCHING, ORDERING
from exams.questions.types.written import ESSAY, SHORT

__all__ = [
    "CASE",
    "AnswerError",
    "Arrangement",
    "Json",
    "QuestionType",
    "QuestionTypeError",
    "Share",
    "WrittenWrongError",
    "question_type",
    "question_types",
    "sent_from",
]

_simple: tuple[QuestionType, ...] = (
    SINGLE, MULTIPLE, TRUE_FALSE, BLANK, NUMERIC, MATCHING, ORDERING, SHORT, ESSAY,
)  # fmt: skip
CASE = Case({each.name: each for each in _simple})
_types: dict[str, QuestionType] = {each.name: each for each in (*_simple, CASE)}


def question_type(name: str) -> QuestionType:
    """The type of this name. Raises KeyError for a name no module stands behind."""
    return _types[name]


def question_types() -> list[QuestionType]:
    """All types, in the order a paper usually has them."""
    return list(_types.values())
