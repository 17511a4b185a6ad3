"""What every type of question can do: be checked, shown in an order of its own, answered, marked.

A question is kept in two parts that never travel together. Its *content* is what a member sees
(options, blanks, items to order); its *key* is what decides about an answer. Whoever serves a
paper loads contents only.

An *answer* is kept in the author's terms (option 0 is the first the author wrote). What a member
sees may stand in another order, the *arrangement*: positions on the screen tell nothing of the
author's order, in which the right option so often comes first.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

Json: TypeAlias = Mapping[str, Any]
# Screen position → the author's index, for whatever of a question can be shuffled.
Arrangement: TypeAlias = Sequence[int]
# Of a question's points: 0 to 1, exact. No type takes away points of other questions.
Share: TypeAlias = Fraction


class QuestionTypeError(Exception):
    """A fault in data of a question type; `problem` says which, in a word for programs."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class WrittenWrongError(QuestionTypeError):
    """Content and key do not make a question of this type."""


class AnswerError(QuestionTypeError):
    """What was sent is not an answer to this question."""


class QuestionType(ABC):
    """One type of question. Stateless; all data comes in as arguments."""

    name: ClassVar[str]
    # Whether `share` can decide; if not, people mark every answer that is not empty.
    is_machine_marked: ClassVar[bool] = True
    # The list of texts in the content that may stand in another order on the screen; "" for none.
    shuffled: ClassVar[str] = ""

    @abstractmethod
    def check(self, content: Json, key: Json) -> None:
        """Raise WrittenWrongError if the two are not a whole question of this type."""

    def needs_people(self, content: Json) -> bool:
        """Whether an answer to this question waits for people."""
        return not self.is_machine_marked

    def arrangement(self, content: Json, chance: random.Random) -> list[int]:
        """An order for the screen; empty where nothing of this type can be shuffled."""
        count = len(content[self.shuffled]) if self.shuffled else 0
        return sorted(range(count), key=lambda _index: chance.random())

    def arranged(self, content: Json, arrangement: Arrangement) -> dict[str, Any]:
        """The content in the order of the screen. An empty arrangement changes nothing."""
        if not arrangement:
            return dict(content)
        return {**content, self.shuffled: [content[self.shuffled][index] for index in arrangement]}

    @abstractmethod
    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        """The answer in the author's terms from what the screen sent; {} if it is empty.

        `sent` holds what a form of this type sends: lists of strings by name. Raises AnswerError.
        """

    @abstractmethod
    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        """The reverse of `read`: what the screen has to show as chosen or written."""

    def share(self, content: Json, key: Json, answer: Json) -> Share | None:
        """How much of the points an answer earns; None if people have to say.

        An empty answer ({}) earns nothing, whatever the type.
        """
        if not answer:
            return Fraction(0)
        return self._share(content, key, answer)

    @abstractmethod
    def answer_words(self, content: Json, answer: Json) -> list[str]:
        """An answer in plain text for people, a line for each of its parts; [] if it is empty."""

    @abstractmethod
    def key_words(self, content: Json, key: Json) -> list[str]:
        """What is right in plain text, in the form of `answer_words`."""

    @abstractmethod
    def _share(self, content: Json, key: Json, answer: Json) -> Share | None:
        """As `share`, of an answer that is not empty."""


def sent_from(lists: Mapping[str, Sequence[str]], prefix: str) -> dict[str, list[str]]:
    """What one question sent, of a form that asks several: its names begin with `prefix`.

    `lists` is such a form's values by name: `dict(request.POST.lists())`.
    """
    return {
        name.removeprefix(prefix): list(values)
        for name, values in lists.items()
        if name.startswith(prefix)
    }


def check_texts(texts: Any, problem: str, *, fewest: int = 1, most: int) -> list[str]:
    """`texts` if it is a list of so many texts that are not empty; else WrittenWrongError."""
    if not isinstance(texts, list) or not all(
        isinstance(text, str) and text.strip() for text in texts
    ):
        raise WrittenWrongError(problem)
    if not fewest <= len(texts) <= most:
        raise WrittenWrongError(f"{problem[:-1]}_count" if problem.endswith("s") else problem)
    return texts


def position_of(sent: Any, count: int, problem: str) -> int:
    """The position among `count` that was sent as text; else AnswerError."""
    text = str(sent)
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text) < count):
        raise AnswerError(problem)
    return int(text)


def letter(index: int) -> str:
    """How an option is called: A, B, C, …"""
    return chr(ord("A") + index)
