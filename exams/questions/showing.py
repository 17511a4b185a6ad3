"""What a page shows of a question and of an answer, worked out beside the templates."""

from dataclasses import dataclass, field

from exams.questions.types import CASE, Arrangement, Json, question_type, sent_from
from exams.questions.types.base import letter
from exams.questions.types.filled import BLANK

CHOICES = ("single", "multiple", "true_false")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to choose, to fill in or to place, and how it stands."""

    name: str
    text: str = ""
    value: str = ""
    mark: str = ""  # the letter or number in front of it
    is_chosen: bool = False
    is_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a form asks it; `rows` are its fields, `choices` what a row chooses from."""

    kind: str
    prefix: str
    rows: list[Row]
    choices: list[tuple[str, str]] = field(default_factory=list)
    unit: str = ""
    any_order: bool = False
    parts: list[tuple[str, str, "Asked"]] = field(default_factory=list)


def asked(kind: str, content: Json, sent: Json, prefix: str) -> Asked:
    """The fields of a question whose `content` is arranged, filled with what was `sent`."""
    if kind == "case":
        parts = [
            (
                part["stem"],
                str(part["points"]),
                asked(
                    part["kind"],
                    part["content"],
                    sent_from(sent, f"{place}-"),
                    f"{prefix}{place}-",
                ),
            )
            for place, part in enumerate(content["parts"])
        ]
        return Asked(kind, prefix, [], parts=parts)
    if kind in {"single", "multiple"}:
        chosen = sent.get("choice", [])
        rows = [
            Row(f"{prefix}choice", text, str(place), letter(place), str(place) in chosen)
            for place, text in enumerate(content["options"])
        ]
        return Asked(kind, prefix, rows)
    if kind == "true_false":
        chosen = sent.get("choice", [])
        rows = [Row(f"{prefix}choice", "", each, "", each in chosen) for each in ("true", "false")]
        return Asked(kind, prefix, rows)
    if kind == "blank":
        texts = _filled_up(sent.get("blank", []), content["blanks"])
        rows = [
            Row(f"{prefix}blank", "", text, str(number)) for number, text in enumerate(texts, 1)
        ]
        return Asked(kind, prefix, rows, any_order=content["any_order"])
    if kind == "matching":
        given = _filled_up(sent.get("match", []), len(content["left"]))
        rows = [
            Row(f"{prefix}match", left, value, str(number))
            for number, (left, value) in enumerate(zip(content["left"], given, strict=True), 1)
        ]
        rights = [
            (str(place), f"{letter(place)}. {right}")
            for place, right in enumerate(content["right"])
        ]
        return Asked(kind, prefix, rows, choices=rights)
    if kind == "ordering":
        given = _filled_up(sent.get("place", []), len(content["items"]))
        rows = [
            Row(f"{prefix}place", item, value, letter(place))
            for place, (item, value) in enumerate(zip(content["items"], given, strict=True))
        ]
        numbers = [(str(number), str(number)) for number in range(1, len(rows) + 1)]
        return Asked(kind, prefix, rows, choices=numbers)
    name = "number" if kind == "numeric" else "text"
    value = next(iter(sent.get(name, [])), "")
    return Asked(kind, prefix, [Row(f"{prefix}{name}", "", value)], unit=content.get("unit", ""))


def _filled_up(values: list[str], count: int) -> list[str]:
    return [*values, *[""] * (count - len(values))][:count]


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer beside what is right, for reading."""

    kind: str
    rows: list[Row]
    given: list[str]
    wanted: list[str]
    # True, False, or None for "in part" and for what people decide.
    is_right: bool | None
    is_empty: bool
    waits: bool
    parts: list[tuple[str, "Settled"]] = field(default_factory=list)


def settled(
    kind: str, content: Json, key: Json, answer: Json, arrangement: Arrangement = ()
) -> Settled:
    """`content`, `key` and `answer` as the author has them; options as they stood on the screen."""
    type_ = question_type(kind)
    share = type_.share(content, key, answer)
    parts = []
    if kind == "case":
        answers = answer["parts"] if answer else [{}] * len(content["parts"])
        own = CASE.arrangements(content, arrangement)
        parts = [
            (part["stem"], settled(part["kind"], part["content"], right, given, order))
            for part, right, given, order in zip(
                content["parts"], key["parts"], answers, own, strict=True
            )
        ]
    return Settled(
        kind=kind,
        rows=_rows(kind, content, key, answer, arrangement),
        given=type_.answer_words(content, answer),
        wanted=type_.key_words(content, key),
        is_right={0: False, 1: True}.get(share) if share is not None else None,  # type: ignore[call-overload]
        is_empty=not answer,
        waits=share is None,
        parts=parts,
    )


def _rows(kind: str, content: Json, key: Json, answer: Json, arrangement: Arrangement) -> list[Row]:
    """The options of a choice, or the blanks, each with whether it is right."""
    if kind in {"single", "multiple"}:
        correct = key["correct"] if kind == "multiple" else [key["correct"]]
        chosen = answer.get("chosen", [])
        chosen = chosen if isinstance(chosen, list) else [chosen]
        return [
            Row("", content["options"][index], "", letter(place), index in chosen, index in correct)
            for place, index in enumerate(arrangement or range(len(content["options"])))
        ]
    if kind == "true_false":
        return [
            Row("", "", value, "", answer.get("chosen") is truth, key["correct"] is truth)
            for value, truth in (("true", True), ("false", False))
        ]
    if kind == "blank" and answer:
        rights = BLANK.rights(content, key, answer)
        return [
            Row("", text, "", str(number), bool(text), right)
            for number, (text, right) in enumerate(zip(answer["texts"], rights, strict=True), 1)
        ]
    return []
