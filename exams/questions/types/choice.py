"""Questions answered by choosing among options."""

import random
from fractions import Fraction
from typing import Any

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    Share,
    WrittenWrongError,
)

FEWEST_OPTIONS = 2
MOST_OPTIONS = 26  # as many as there are letters


class SingleChoice(QuestionType):
    """One option is right.

    content {"options": [text, …]} · key {"correct": index} · answer {"chosen": index} ·
    sent {"choice": [position]}
    """

    name = "single"

    def check(self, content: Json, key: Json) -> None:
        options = content.get("options")
        if not isinstance(options, list) or not all(
            isinstance(option, str) and option.strip() for option in options
        ):
            raise WrittenWrongError("options")
        if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
            raise WrittenWrongError("option_count")
        if key.get("correct") not in range(len(options)):
            raise WrittenWrongError("correct")

    def arrangement(self, content: Json, chance: random.Random) -> list[int]:
        order = list(range(len(content["options"])))
        chance.shuffle(order)
        return order

    def arranged(self, content: Json, arrangement: Arrangement) -> dict[str, Any]:
        if not arrangement:
            return dict(content)
        return {**content, "options": [content["options"][index] for index in arrangement]}

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        chosen = sent.get("choice", [])
        if not chosen:
            return {}
        if len(chosen) != 1 or not str(chosen[0]).isdecimal():
            raise AnswerError("choice")
        position = int(chosen[0])
        if position >= len(content["options"]):
            raise AnswerError("choice")
        return {"chosen": arrangement[position] if arrangement else position}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        chosen = answer["chosen"]
        return {"choice": [str(arrangement.index(chosen) if arrangement else chosen)]}

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        return Fraction(answer["chosen"] == key["correct"])


SINGLE = SingleChoice()
