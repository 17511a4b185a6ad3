"""A text to work on, with questions of other types about it."""

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from exams.questions.types.base import (
    Arrangement,
    Json,
    QuestionType,
    Share,
    WrittenWrongError,
    sent_from,
)

MOST_PARTS = 20


class Case(QuestionType):
    """Parts of other types, each with its points; the stem is the text they are about.

    content {"parts": [{"kind", "stem", "content", "points": "2"}, …]} · key {"parts": [key, …]} ·
    answer {"parts": [answer, …]} · sent: what the parts send, under "0-", "1-", …

    The arrangement is those of the parts, one behind the other. A part marked by people leaves
    the whole to people, unless it was left empty.
    """

    name = "case"

    def __init__(self, types: Mapping[str, QuestionType]) -> None:
        self.types = types

    def check(self, content: Json, key: Json) -> None:
        parts, keys = content.get("parts"), key.get("parts")
        if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
            raise WrittenWrongError("part_count")
        if not isinstance(keys, list) or len(keys) != len(parts):
            raise WrittenWrongError("part_count")
        for part, part_key in zip(parts, keys, strict=True):
            self._check_part(part, part_key)

    def _check_part(self, part: Any, key: Any) -> None:
        if (
            not isinstance(part, dict)
            or not isinstance(key, dict)
            or part.get("kind") not in self.types
            or not isinstance(part.get("content"), dict)
        ):
            raise WrittenWrongError("part")
        if not isinstance(part.get("stem"), str) or not part["stem"].strip():
            raise WrittenWrongError("part_stem")
        try:
            points = Decimal(str(part.get("points")))
        except InvalidOperation:
            raise WrittenWrongError("part_points") from None
        if not points.is_finite() or points <= 0:
            raise WrittenWrongError("part_points")
        self.types[part["kind"]].check(part["content"], key)

    def needs_people(self, content: Json) -> bool:
        return any(
            self.types[part["kind"]].needs_people(part["content"]) for part in content["parts"]
        )

    def arrangement(self, content: Json, chance: random.Random) -> list[int]:
        return [
            index
            for part in content["parts"]
            for index in self.types[part["kind"]].arrangement(part["content"], chance)
        ]

    def arrangements(self, content: Json, arrangement: Arrangement) -> list[list[int]]:
        """The arrangement of each part."""
        return [list(own) for _part, own in self._parts(content, arrangement)]

    def _parts(self, content: Json, arrangement: Arrangement) -> Iterator[tuple[Any, Arrangement]]:
        begin = 0
        for part in content["parts"]:
            if not arrangement:
                yield part, ()
                continue
            # How long a part's own is, is told by its content alone.
            length = len(
                self.types[part["kind"]].arrangement(part["content"], random.Random(0))  # noqa: S311
            )
            yield part, arrangement[begin : begin + length]
            begin += length

    def arranged(self, content: Json, arrangement: Arrangement) -> dict[str, Any]:
        return {
            **content,
            "parts": [
                {**part, "content": self.types[part["kind"]].arranged(part["content"], own)}
                for part, own in self._parts(content, arrangement)
            ],
        }

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        answers = [
            self.types[part["kind"]].read(part["content"], own, sent_from(sent, f"{place}-"))
            for place, (part, own) in enumerate(self._parts(content, arrangement))
        ]
        return {"parts": answers} if any(answers) else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        return {
            f"{place}-{name}": value
            for place, (part, own) in enumerate(self._parts(content, arrangement))
            for name, value in self.types[part["kind"]]
            .written(part["content"], own, answer["parts"][place])
            .items()
        }

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        if not answer:
            return []
        return [
            f"({number}) {line}"
            for number, (part, given) in enumerate(
                zip(content["parts"], answer["parts"], strict=True), 1
            )
            for line in self.types[part["kind"]].answer_words(part["content"], given)
        ]

    def key_words(self, content: Json, key: Json) -> list[str]:
        return [
            f"({number}) {line}"
            for number, (part, right) in enumerate(
                zip(content["parts"], key["parts"], strict=True), 1
            )
            for line in self.types[part["kind"]].key_words(part["content"], right)
        ]

    def part_shares(self, content: Json, key: Json, answer: Json) -> list[Share | None]:
        """What each part earns of its own points; None where people have to say."""
        answers = answer["parts"] if answer else [{}] * len(content["parts"])
        return [
            self.types[part["kind"]].share(part["content"], right, given)
            for part, right, given in zip(content["parts"], key["parts"], answers, strict=True)
        ]

    def _share(self, content: Json, key: Json, answer: Json) -> Share | None:
        points = [Fraction(str(part["points"])) for part in content["parts"]]
        earned = Fraction(0)
        for share, worth in zip(self.part_shares(content, key, answer), points, strict=True):
            if share is None:
                return None
            earned += share * worth
        return earned / sum(points)
