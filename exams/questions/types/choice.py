"""Questions answered by choosing among options."""

from abc import abstractmethod
from fractions import Fraction
from typing import Any

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    Share,
    WrittenWrongError,
    check_texts,
    letter,
    position_of,
)

FEWEST_OPTIONS = 2
MOST_OPTIONS = 26  # as many as there are letters
# How a multiple choice earns points.
ALL, PARTIAL, MINUS = SCORINGS = ("all", "partial", "minus")


class Choice(QuestionType):
    """What single and multiple choice share: options that may stand in any order."""

    shuffled = "options"

    def check(self, content: Json, key: Json) -> None:
        options = check_texts(
            content.get("options"), "options", fewest=FEWEST_OPTIONS, most=MOST_OPTIONS
        )
        self._check_key(len(options), key)

    @abstractmethod
    def _check_key(self, count: int, key: Json) -> None:
        """Raise WrittenWrongError if the key does not fit so many options."""

    def _words(self, content: Json, indices: list[int]) -> list[str]:
        return [f"{letter(index)}. {content['options'][index]}" for index in sorted(indices)]


class SingleChoice(Choice):
    """One option is right.

    content {"options": [text, …]} · key {"correct": index} · answer {"chosen": index} ·
    sent {"choice": [position]}
    """

    name = "single"

    def _check_key(self, count: int, key: Json) -> None:
        correct = key.get("correct")
        if isinstance(correct, bool) or correct not in range(count):
            raise WrittenWrongError("correct")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        chosen = sent.get("choice", [])
        if not chosen:
            return {}
        if len(chosen) != 1:
            raise AnswerError("choice")
        position = position_of(chosen[0], len(content["options"]), "choice")
        return {"chosen": arrangement[position] if arrangement else position}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        chosen = answer["chosen"]
        return {"choice": [str(arrangement.index(chosen) if arrangement else chosen)]}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return self._words(content, [answer["chosen"]]) if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        return self._words(content, [key["correct"]])

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        return Fraction(answer["chosen"] == key["correct"])


class MultipleChoice(Choice):
    """One or more options are right.

    content {"options": [text, …]} · key {"correct": [index, …], "scoring": one of SCORINGS} ·
    answer {"chosen": [index, …]} ascending · sent {"choice": [position, …]}

    Scoring *all*: exactly the right ones, or nothing. *partial* (漏选得部分分，错选不得分): any
    wrong one spoils it, else the part of the right ones that was found. *minus*: each wrong one
    takes away what a right one gives, never below nothing.
    """

    name = "multiple"

    def _check_key(self, count: int, key: Json) -> None:
        correct = key.get("correct")
        if (
            not isinstance(correct, list)
            or not correct
            or len(set(correct)) != len(correct)
            or any(isinstance(index, bool) or index not in range(count) for index in correct)
        ):
            raise WrittenWrongError("correct")
        if key.get("scoring") not in SCORINGS:
            raise WrittenWrongError("scoring")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        count = len(content["options"])
        positions = {position_of(each, count, "choice") for each in sent.get("choice", [])}
        chosen = sorted(arrangement[each] if arrangement else each for each in positions)
        return {"chosen": chosen} if chosen else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        if not answer:
            return {}
        places = [arrangement.index(each) if arrangement else each for each in answer["chosen"]]
        return {"choice": [str(place) for place in sorted(places)]}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return self._words(content, answer["chosen"]) if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        return self._words(content, key["correct"])

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        chosen, correct = set(answer["chosen"]), set(key["correct"])
        right, wrong = len(chosen & correct), len(chosen - correct)
        if key["scoring"] == MINUS:
            return Fraction(max(0, right - wrong), len(correct))
        if key["scoring"] == PARTIAL:
            return Fraction(0) if wrong else Fraction(right, len(correct))
        return Fraction(chosen == correct)


class TrueFalse(QuestionType):
    """A sentence that is right or not.

    content {} · key {"correct": bool} · answer {"chosen": bool} · sent {"choice": ["true"]}
    """

    name = "true_false"

    def check(self, content: Json, key: Json) -> None:
        if not isinstance(key.get("correct"), bool):
            raise WrittenWrongError("correct")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        chosen = sent.get("choice", [])
        if not chosen:
            return {}
        if list(chosen) not in (["true"], ["false"]):
            raise AnswerError("choice")
        return {"chosen": chosen[0] == "true"}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        return {"choice": ["true" if answer["chosen"] else "false"]} if answer else {}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return [("错", "对")[answer["chosen"]]] if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        return [("错", "对")[key["correct"]]]

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        return Fraction(answer["chosen"] == key["correct"])


SINGLE = SingleChoice()
MULTIPLE = MultipleChoice()
TRUE_FALSE = TrueFalse()
