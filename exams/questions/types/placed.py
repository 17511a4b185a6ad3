"""Questions answered by putting things in place: beside each other, or in order.

What is to be placed is kept sorted by its text, never in the author's order: that order *is* the
key, and a paper may be shown without shuffling.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    Share,
    WrittenWrongError,
    check_texts,
    position_of,
)

FEWEST_PLACED = 2
MOST_PLACED = 20


def _check_sorted(texts: Any, problem: str) -> list[str]:
    found = check_texts(texts, problem, fewest=FEWEST_PLACED, most=MOST_PLACED)
    if len(set(found)) != len(found):
        raise WrittenWrongError(f"{problem}_twice")
    if found != sorted(found):
        raise WrittenWrongError(f"{problem}_order")
    return found


class Matching(QuestionType):
    """To each on the left belongs one on the right; each earns an equal part.

    content {"left": [text, …], "right": [text, …] sorted} · key {"pairs": [right index, …]} by
    left · answer {"pairs": [right index or None, …]} · sent {"match": [position or "", …]} by left

    Only the right side is shuffled. It may hold more than is needed, and one may belong to several.
    """

    name = "matching"
    shuffled = "right"

    def check(self, content: Json, key: Json) -> None:
        left = check_texts(content.get("left"), "left", most=MOST_PLACED)
        if len(left) < FEWEST_PLACED or len(set(left)) != len(left):
            raise WrittenWrongError("left")
        right = _check_sorted(content.get("right"), "right")
        pairs = key.get("pairs")
        if (
            not isinstance(pairs, list)
            or len(pairs) != len(left)
            or any(isinstance(each, bool) or each not in range(len(right)) for each in pairs)
        ):
            raise WrittenWrongError("pairs")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        given = list(sent.get("match", []))
        if len(given) > len(content["left"]):
            raise AnswerError("match")
        given += [""] * (len(content["left"]) - len(given))
        pairs: list[int | None] = []
        for each in given:
            if each == "":
                pairs.append(None)
                continue
            position = position_of(each, len(content["right"]), "match")
            pairs.append(arrangement[position] if arrangement else position)
        return {"pairs": pairs} if any(each is not None for each in pairs) else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        return {
            "match": [
                "" if each is None else str(arrangement.index(each) if arrangement else each)
                for each in answer["pairs"]
            ]
        }

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return self._words(content, answer["pairs"]) if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        return self._words(content, key["pairs"])

    def _words(self, content: Json, pairs: Sequence[int | None]) -> list[str]:
        return [
            f"{left} — {'' if each is None else content['right'][each]}"
            for left, each in zip(content["left"], pairs, strict=True)
        ]

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        right = sum(
            given == wanted for given, wanted in zip(answer["pairs"], key["pairs"], strict=True)
        )
        return Fraction(right, len(key["pairs"]))


class Ordering(QuestionType):
    """Things to be put in order.

    content {"items": [text, …] sorted} · key {"order": [index, …]}, first to last ·
    answer {"places": [1 …, or None, …]} by item · sent {"place": [number or "", …]} by item as
    it stands on the screen

    It earns by neighbours: of each two that follow one another in the right order, whether they
    follow one another in the answer. Thus one thing put wrong does not spoil all behind it, as
    counting right places would, and guessing earns little, as counting pairs would not.
    """

    name = "ordering"
    shuffled = "items"

    def check(self, content: Json, key: Json) -> None:
        items = _check_sorted(content.get("items"), "items")
        order = key.get("order")
        if not isinstance(order, list) or sorted(order) != list(range(len(items))):
            raise WrittenWrongError("order")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        count = len(content["items"])
        given = list(sent.get("place", []))
        if len(given) > count:
            raise AnswerError("place")
        places: list[int | None] = [None] * count
        for position, each in enumerate(given):
            if each != "":
                index = arrangement[position] if arrangement else position
                places[index] = position_of(each, count + 1, "place")
        if 0 in places:
            raise AnswerError("place")
        return {"places": places} if any(places) else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        places = answer["places"]
        shown = [places[index] for index in arrangement or range(len(places))]
        return {"place": ["" if each is None else str(each) for each in shown]}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        if not answer:
            return []
        placed = [
            (place, content["items"][index])
            for index, place in enumerate(answer["places"])
            if place is not None
        ]
        return [f"{place}. {text}" for place, text in sorted(placed)]

    def key_words(self, content: Json, key: Json) -> list[str]:
        return [
            f"{place}. {content['items'][index]}" for place, index in enumerate(key["order"], 1)
        ]

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        at = {
            place: index
            for index, place in enumerate(answer["places"])
            if place is not None and answer["places"].count(place) == 1
        }
        wanted = set(pairwise(key["order"]))
        found = sum((at[place], at.get(place + 1)) in wanted for place in at)
        return Fraction(found, len(wanted))


def matched(
    pairs: Sequence[tuple[str, str]], beside: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key of a matching question from its pairs, and what belongs to nothing."""
    right = sorted({*(text for _left, text in pairs), *beside})
    return (
        {"left": [left for left, _right in pairs], "right": right},
        {"pairs": [right.index(text) for _left, text in pairs]},
    )


def ordered(texts: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key of an ordering question from its things in the right order."""
    items = sorted(texts)
    return {"items": items}, {"order": [items.index(text) for text in texts]}


MATCHING = Matching()
ORDERING = Ordering()
