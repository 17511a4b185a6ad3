"""Between a draft and the content and key its type of question keeps."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exams.exchange.drafts import Draft
from exams.exchange.markup import to_html, to_text
from exams.questions.types.wording import normalised

DEFAULT_POINTS = Decimal(2)
ESSAY_POINTS = Decimal(10)


def content_and_key(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a whole draft is kept as; options and the like lose their markup."""
    match draft.kind:
        case "single":
            return {"options": _texts(draft.options)}, {"correct": draft.right[0]}
        case "multiple":
            key = {"correct": list(draft.right), "scoring": "all"}
            return {"options": _texts(draft.options)}, key
        case "true_false":
            return {}, {"correct": draft.is_true}
        case "blank":
            words = [[word for word in blank if normalised(word)] for blank in draft.blanks]
            return {"blanks": len(words), "any_order": False}, {"blanks": words}
        case "numeric":
            return {"unit": ""}, {"value": str(draft.number), "tolerance": str(draft.tolerance)}
        case "matching":
            right = sorted({to_text(right) for _left, right in draft.pairs})
            pairs = [right.index(to_text(right_)) for left, right_ in draft.pairs if left]
            left = [to_text(left) for left, _right in draft.pairs if left]
            return {"left": left, "right": right}, {"pairs": pairs}
        case "ordering":
            items = _texts(draft.options)
            order = sorted(items)
            return {"items": order}, {"order": [order.index(item) for item in items]}
        case "case":
            return _case(draft)
        case _:
            return {}, {"model": draft.model, "rubric": _rubric(draft)}


def _texts(markups: Sequence[str]) -> list[str]:
    return [to_text(markup) for markup in markups]


def _rubric(draft: Draft) -> list[dict[str, str]]:
    """An essay is never without one: a single line for all its points until people refine it."""
    if draft.kind != "essay":
        return []
    return [{"text": "按参考要点评分", "points": str(draft.points or ESSAY_POINTS)}]


def _case(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    parts, keys = [], []
    for part in draft.parts:
        content, key = content_and_key(part)
        points = str(part.points or DEFAULT_POINTS)
        parts.append({"kind": part.kind, "stem": part.stem, "content": content, "points": points})
        keys.append(key)
    return {"parts": parts}, {"parts": keys}


def loses_markup(draft: Draft) -> bool:
    """Whether an option or the like has markup that is not kept."""
    texts = [*draft.options, *(side for pair in draft.pairs for side in pair)]
    return any(to_html(to_text(text)) != text for text in texts) or any(
        map(loses_markup, draft.parts)
    )


def draft_of(
    kind: str, stem: str, content: dict[str, Any], key: dict[str, Any], **about: Any
) -> Draft:
    """The draft of a version; `about` are the fields of `Draft` the version does not hold."""
    told: dict[str, Any]
    match kind:
        case "single":
            told = {"options": _htmls(content["options"]), "right": (key["correct"],)}
        case "multiple":
            told = {"options": _htmls(content["options"]), "right": tuple(sorted(key["correct"]))}
        case "true_false":
            told = {"is_true": key["correct"]}
        case "blank":
            told = {"blanks": tuple(map(tuple, key["blanks"]))}
        case "numeric":
            told = {"number": Decimal(key["value"]), "tolerance": Decimal(key["tolerance"])}
        case "matching":
            told = {"pairs": tuple(_pairs(content, key))}
        case "ordering":
            told = {"options": _htmls([content["items"][index] for index in key["order"]])}
        case "case":
            told = {
                "parts": tuple(
                    draft_of(
                        part["kind"],
                        part["stem"],
                        part["content"],
                        part_key,
                        points=Decimal(part["points"]),
                    )
                    for part, part_key in zip(content["parts"], key["parts"], strict=True)
                )
            }
        case _:
            told = {"model": key["model"]}
    return Draft(kind, stem, **told, **about)


def _htmls(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(to_html, texts))


def _pairs(content: dict[str, Any], key: dict[str, Any]) -> list[tuple[str, str]]:
    right = content["right"]
    used = [(left, right[index]) for left, index in zip(content["left"], key["pairs"], strict=True)]
    spare = [("", each) for index, each in enumerate(right) if index not in key["pairs"]]
    return [(to_html(left), to_html(each)) for left, each in [*used, *spare]]
