"""Answers and keys in words, whatever the type of question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from exams.questions.models import QuestionVersion
from exams.questions.types import CASE, Arrangement, question_type

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as the member saw it; `is_right` is None where the key is not shown."""

    letter: str
    text: str
    is_own: bool
    is_right: bool | None


def option_rows(
    version: QuestionVersion,
    arrangement: Arrangement,
    answer: Mapping[str, Any],
    keys: Sequence[Mapping[str, Any]] | None,
) -> list[OptionRow]:
    """The options of a choice in the order of the screen; none for other types."""
    options = version.content.get("options")
    own = chosen(answer.get("chosen"))
    if not isinstance(options, list) or own is None:
        return []
    right = None if keys is None else right_options(keys)
    shown = question_type(version.kind).arranged(version.content, arrangement)["options"]
    order = list(arrangement) or list(range(len(options)))
    return [
        OptionRow(
            LETTERS[place], str(text), index in own, None if right is None else index in right
        )
        for place, (index, text) in enumerate(zip(order, shown, strict=True))
    ]


def chosen(value: Any) -> frozenset[int] | None:
    """The chosen options by the author's index; None if the answer is of another shape."""
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return frozenset({value})
    if isinstance(value, list) and all(type(each) is int for each in value):
        return frozenset(value)
    return None


def right_options(keys: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """The options that any of the keys calls right."""
    found = (chosen(key.get("correct")) for key in keys)
    return frozenset(index for indexes in found for index in indexes or ())


def answer_lines(version: QuestionVersion, answer: Mapping[str, Any]) -> list[str]:
    """An answer as its type of question says it, a line for each of its parts."""
    if "paper" in answer:
        where = (
            _("写在答题卡上，卡号 %(sheet)s。")
            if "area" in answer
            else _("写在纸质题本上，卡号 %(sheet)s。")
        )
        return [where % {"sheet": answer["paper"]}]
    return question_type(version.kind).answer_words(version.content, dict(answer))


def key_lines(version: QuestionVersion, keys: Sequence[Mapping[str, Any]]) -> list[str]:
    """What would have been right: the model answer, or what each of the keys says."""
    models = [key["model"] for key in keys if isinstance(key.get("model"), str)]
    kind = question_type(version.kind)
    return models or [line for key in keys for line in kind.key_words(version.content, dict(key))]


@dataclass(frozen=True, slots=True)
class PartLines:
    """One part of a case in words."""

    stem: str
    points: Decimal
    own: list[str]
    right: list[str]


def part_lines(
    version: QuestionVersion, answer: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]
) -> list[PartLines]:
    """The parts of a case, each with its question; none for other types."""
    if version.kind != CASE.name:
        return []
    parts = version.content["parts"]
    given = answer.get("parts") or [{}] * len(parts)
    found = []
    for place, part in enumerate(parts):
        kind = question_type(part["kind"])
        right = [
            line for key in keys for line in kind.key_words(part["content"], key["parts"][place])
        ]
        own = kind.answer_words(part["content"], given[place])
        found.append(PartLines(part["stem"], Decimal(str(part["points"])), own, right))
    return found


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing points are given for."""

    text: str
    points: Decimal


def rubric_lines(version: QuestionVersion) -> list[RubricLine]:
    """The rubric of a written question; none if it does not say points for every line."""
    found = []
    for line in version.key.get("rubric") or []:
        try:
            found.append(RubricLine(str(line["text"]), Decimal(str(line["points"]))))
        except (KeyError, TypeError, InvalidOperation):
            return []
    return found
