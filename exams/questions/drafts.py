"""A question as a plain form has it: rows of fields that can be added without JavaScript.

An empty row counts for nothing: emptying it is how an option is taken away. What is written is
checked by the question's type; nothing is refused here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exams.questions.types import Json
from exams.questions.types.placed import matched, ordered

Lists = Mapping[str, Sequence[str]]
ROWS = {
    "single": 4,
    "multiple": 5,
    "blank": 2,
    "matching": 4,
    "ordering": 4,
    "short": 2,
    "essay": 3,
}
MORE = 2
PARTS = ("single", "multiple", "true_false", "blank", "numeric", "short")
# The two texts of a row, in a kind that has rows.
FIRST, SECOND = "first", "second"


@dataclass
class Row:
    """One option, blank, pair, thing in order or line of a rubric."""

    number: int
    first: str = ""
    second: str = ""
    is_right: bool = False


@dataclass
class Draft:
    """The fields of one question or of one part of a case."""

    kind: str
    prefix: str = ""
    rows: list[Row] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    parts: list["Part"] = field(default_factory=list)


@dataclass
class Part:
    """One part of a case: its stem, its points, its fields."""

    prefix: str
    number: int
    stem: str
    points: str
    draft: Draft


def empty_draft(kind: str, prefix: str = "") -> Draft:
    rows = [Row(number) for number in range(ROWS.get(kind, 0))]
    return Draft(kind, prefix, rows, {"tolerance": "0", "scoring": "all", "correct": ""})


def draft_of(kind: str, content: Json, key: Json, prefix: str = "") -> Draft:
    """A kept question as a form shows it."""
    draft = empty_draft(kind, prefix)
    if kind in {"single", "multiple"}:
        correct = key["correct"] if kind == "multiple" else [key["correct"]]
        draft.rows = [
            Row(number, text, is_right=number in correct)
            for number, text in enumerate(content["options"])
        ]
        draft.values["scoring"] = key.get("scoring", "all")
    elif kind == "true_false":
        draft.values["correct"] = "true" if key["correct"] else "false"
    elif kind == "blank":
        draft.rows = [Row(number, " / ".join(each)) for number, each in enumerate(key["blanks"])]
        draft.values["any_order"] = "on" if content["any_order"] else ""
    elif kind == "numeric":
        draft.values |= {"unit": content["unit"], **key}
    elif kind == "matching":
        pairs = [content["right"][index] for index in key["pairs"]]
        beside = [text for text in content["right"] if text not in pairs]
        lefts = [*content["left"], *[""] * len(beside)]
        draft.rows = [
            Row(number, left, right)
            for number, (left, right) in enumerate(zip(lefts, [*pairs, *beside], strict=True))
        ]
    elif kind == "ordering":
        draft.rows = [Row(n, content["items"][index]) for n, index in enumerate(key["order"])]
    elif kind == "case":
        for number, (part, own) in enumerate(zip(content["parts"], key["parts"], strict=True)):
            name = f"{prefix}part-{number}-"
            inner = draft_of(part["kind"], part["content"], own, name)
            draft.parts.append(Part(name, number, part["stem"], part["points"], inner))
    else:
        draft.values["model"] = key["model"]
        draft.rows = [
            Row(n, line["text"], line["points"]) for n, line in enumerate(key.get("rubric", []))
        ]
    return draft


def sent_draft(kind: str, post: Lists, prefix: str = "") -> Draft:
    """What a form sent, with the rows it has and those just asked for."""

    def one(name: str) -> str:
        values = post.get(f"{prefix}{name}", [""])
        return values[-1].strip() if values else ""

    firsts = [text.strip() for text in post.get(f"{prefix}{FIRST}", [])]
    seconds = [text.strip() for text in post.get(f"{prefix}{SECOND}", [])]
    seconds += [""] * (len(firsts) - len(seconds))
    rights = set(post.get(f"{prefix}right", []))
    rows = [
        Row(number, text, seconds[number], str(number) in rights)
        for number, text in enumerate(firsts)
    ]
    if f"{prefix}more" in post:
        rows += [Row(len(rows) + number) for number in range(MORE)]
    names = ("correct", "scoring", "any_order", "value", "tolerance", "unit", "model")
    draft = Draft(kind, prefix, rows, {name: one(name) for name in names})
    if kind == "case":
        draft.parts = _sent_parts(post, prefix)
    return draft


def _sent_parts(post: Lists, prefix: str) -> list[Part]:
    parts = []
    for number, kind in enumerate(post.get(f"{prefix}part_kind", [])):
        name = f"{prefix}part-{number}-"
        stem, points = post.get(f"{name}stem", [""])[-1], post.get(f"{name}points", [""])[-1]
        if kind in PARTS and f"{name}drop" not in post:
            inner = sent_draft(kind, post, name)
            parts.append(Part(name, number, stem.strip(), points.strip(), inner))
    added = post.get(f"{prefix}add_part", [""])[-1]
    if added in PARTS:
        number = len(post.get(f"{prefix}part_kind", []))
        name = f"{prefix}part-{number}-"
        parts.append(Part(name, number, "", "", empty_draft(added, name)))
    return _numbered(parts, prefix)


def _numbered(parts: list[Part], prefix: str) -> list[Part]:
    """The parts counted anew, where one was taken out."""
    for number, part in enumerate(parts):
        part.number, part.prefix = number, f"{prefix}part-{number}-"
        part.draft.prefix = part.prefix
    return parts


def is_asking_for_more(post: Lists) -> bool:
    """Whether the button pressed was one for more or fewer fields, not the one that saves."""
    return any(
        name.endswith(("more", "-drop")) or (name.endswith("add_part") and post[name][-1])
        for name in post
    )


def written_in(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key of what a form says."""
    rows, values = [row for row in draft.rows if row.first], draft.values
    right = [number for number, row in enumerate(rows) if row.is_right]
    if draft.kind == "single":
        return _options(rows), {"correct": right[0] if len(right) == 1 else None}
    if draft.kind == "multiple":
        return _options(rows), {"correct": right, "scoring": values.get("scoring", "")}
    if draft.kind == "true_false":
        return {}, {"correct": {"true": True, "false": False}.get(values.get("correct", ""))}
    if draft.kind == "blank":
        blanks = [_synonyms(row.first) for row in rows]
        content = {"blanks": len(blanks), "any_order": bool(values.get("any_order"))}
        return content, {"blanks": blanks}
    if draft.kind == "numeric":
        key = {name: values.get(name, "") for name in ("value", "tolerance")}
        return {"unit": values.get("unit", "")}, key
    if draft.kind == "matching":
        pairs = [(row.first, row.second) for row in rows]
        return matched(pairs, [row.second for row in draft.rows if row.second and not row.first])
    if draft.kind == "ordering":
        return ordered([row.first for row in rows])
    if draft.kind == "case":
        inner = [written_in(part.draft) for part in draft.parts]
        parts = [
            {"kind": part.draft.kind, "stem": part.stem, "content": content, "points": part.points}
            for part, (content, _key) in zip(draft.parts, inner, strict=True)
        ]
        return {"parts": parts}, {"parts": [key for _content, key in inner]}
    rubric = [{"text": row.first, "points": row.second} for row in rows]
    return {}, {"model": values.get("model", ""), "rubric": rubric}


def _options(rows: list[Row]) -> dict[str, Any]:
    return {"options": [row.first for row in rows]}


def _synonyms(text: str) -> list[str]:
    parts = text.replace("／", "/").replace("|", "/").split("/")
    return [part.strip() for part in parts if part.strip()]
