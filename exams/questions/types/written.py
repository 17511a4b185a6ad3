"""Questions answered in one's own words; people mark them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    WrittenWrongError,
)

LONGEST = 20_000
MOST_LINES = 20


class InOwnWords(QuestionType):
    """A text, marked by people, line by line of a rubric where there is one.

    content {} · key {"model": text, "rubric": [{"text": …, "points": "2"}, …]} ·
    answer {"text": text} · sent {"text": [text]}
    """

    is_machine_marked = False
    needs_rubric = False

    def check(self, content: Json, key: Json) -> None:
        if not isinstance(key.get("model"), str):
            raise WrittenWrongError("model")
        rubric = key.get("rubric", [])
        if not isinstance(rubric, list) or len(rubric) > MOST_LINES:
            raise WrittenWrongError("rubric")
        if self.needs_rubric and not rubric:
            raise WrittenWrongError("rubric")
        for line in rubric:
            _check_line(line)

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        given = sent.get("text", [])
        if len(given) > 1:
            raise AnswerError("text")
        # A form sends the ends of lines as CR LF.
        text = str(given[0]).replace("\r\n", "\n").strip() if given else ""
        if len(text) > LONGEST:
            raise AnswerError("text")
        return {"text": text} if text else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        return {"text": [answer["text"]]} if answer else {}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return answer["text"].splitlines() if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        lines = [f"{line['text']} ({line['points']})" for line in key.get("rubric", [])]
        return [*key["model"].splitlines(), *lines]

    def _share(self, content: Json, key: Json, answer: Json) -> None:
        return None


def _check_line(line: Any) -> None:
    """One line of a rubric: what is looked for, and the points it is worth."""
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise WrittenWrongError("rubric")
    try:
        points = Decimal(str(line.get("points")))
    except InvalidOperation:
        raise WrittenWrongError("rubric") from None
    if not line["text"].strip() or not points.is_finite() or points <= 0:
        raise WrittenWrongError("rubric")


class ShortAnswer(InOwnWords):
    """A few sentences."""

    name = "short"


class Essay(InOwnWords):
    """A text of some length; never without a rubric, so that two markers look for the same."""

    name = "essay"
    needs_rubric = True


SHORT = ShortAnswer()
ESSAY = Essay()
