"""Answers and keys in words, whatever the type of question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from exams.questions.models import QuestionVersion
from exams.questions.types import Arrangement, question_type

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


def lines(said: Any) -> list[str]:
    """An answer or a key as lines to read: its texts in order."""
    if isinstance(said, bool):
        return [_("对") if said else _("错")]
    if isinstance(said, Mapping) and "paper" in said:
        where = (
            _("写在答题卡上，卡号 %(sheet)s。")
            if "area" in said
            else _("写在纸质题本上，卡号 %(sheet)s。")
        )
        return [where % {"sheet": said["paper"]}]
    if isinstance(said, Mapping):
        return [line for value in said.values() for line in lines(value)]
    if isinstance(said, list):
        return [line for value in said for line in lines(value)]
    text = str(said).strip()
    return [text] if text else []


def key_lines(version: QuestionVersion, keys: Sequence[Mapping[str, Any]]) -> list[str]:
    """What would have been right: the model answer, or what the keys say."""
    models = [key["model"] for key in keys if isinstance(key.get("model"), str)]
    return models or [line for key in keys for line in lines(key)]


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
