"""Questions answered in one's own words; people mark them."""

from typing import Any

from exams.questions.types.base import (
    AnswerError,
    Arrangement,
    Json,
    QuestionType,
    WrittenWrongError,
)

LONGEST = 20_000


class ShortAnswer(QuestionType):
    """A few sentences.

    content {} · key {"model": text, "rubric": [{"text": …, "points": "2"}, …]} ·
    answer {"text": text} · sent {"text": [text]}
    """

    name = "short"
    is_machine_marked = False

    def check(self, content: Json, key: Json) -> None:
        if not isinstance(key.get("model"), str):
            raise WrittenWrongError("model")
        if not isinstance(key.get("rubric", []), list):
            raise WrittenWrongError("rubric")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        text = str(sent.get("text", [""])[0]).strip()
        if len(text) > LONGEST:
            raise AnswerError("text")
        return {"text": text} if text else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        return {"text": [answer["text"]]} if answer else {}

    def _share(self, content: Json, key: Json, answer: Json) -> None:
        return None


SHORT = ShortAnswer()
