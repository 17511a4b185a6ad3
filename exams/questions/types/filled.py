"""Questions answered by filling in: words in blanks, a number with a tolerance."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
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
)
from exams.questions.types.wording import normalised

MOST_BLANKS = 20
MOST_SYNONYMS = 20
LONGEST_BLANK = 200
LONGEST_NUMBER = 40


class Blanks(QuestionType):
    """Blanks in the stem, in its order; each earns an equal part.

    content {"blanks": how many, "any_order": bool} · key {"blanks": [[accepted, …], …]} ·
    answer {"texts": [text, …]}, one a blank · sent {"blank": [text, …]}

    In any order, each text counts for one blank and each blank for one text, as well as can be.
    """

    name = "blank"

    def check(self, content: Json, key: Json) -> None:
        count = content.get("blanks")
        if isinstance(count, bool) or count not in range(1, MOST_BLANKS + 1):
            raise WrittenWrongError("blank_count")
        if not isinstance(content.get("any_order"), bool):
            raise WrittenWrongError("any_order")
        accepted = key.get("blanks")
        if not isinstance(accepted, list) or len(accepted) != count:
            raise WrittenWrongError("blank_count")
        for synonyms in accepted:
            texts = check_texts(synonyms, "blanks", most=MOST_SYNONYMS)
            if not all(normalised(text) and len(text) <= LONGEST_BLANK for text in texts):
                raise WrittenWrongError("blanks")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        texts = [str(text).strip() for text in sent.get("blank", [])]
        if len(texts) > content["blanks"] or any(len(text) > LONGEST_BLANK for text in texts):
            raise AnswerError("blank")
        texts += [""] * (content["blanks"] - len(texts))
        return {"texts": texts} if any(texts) else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        return {"blank": list(answer["texts"])} if answer else {}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return _numbered(answer["texts"]) if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        return _numbered([" / ".join(synonyms) for synonyms in key["blanks"]])

    def rights(self, content: Json, key: Json, answer: Json) -> list[bool]:
        """Of each blank as it was filled in, whether it counts."""
        accepted = [{normalised(text) for text in synonyms} for synonyms in key["blanks"]]
        given = [normalised(text) for text in answer["texts"]]
        if not content["any_order"]:
            return [text in synonyms for text, synonyms in zip(given, accepted, strict=True)]
        fits = [[place for place, words in enumerate(accepted) if text in words] for text in given]
        matched = _matched(fits, len(accepted))
        return [place in matched for place in range(len(given))]

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        return Fraction(sum(self.rights(content, key, answer)), content["blanks"])


def _matched(fits: Sequence[Sequence[int]], blanks: int) -> set[int]:
    """The texts that find a blank of their own, as many as can (augmenting paths)."""
    held: dict[int, int] = {}

    def place(text: int, tried: set[int]) -> bool:
        for blank in fits[text]:
            if blank in tried:
                continue
            tried.add(blank)
            if blank not in held or place(held[blank], tried):
                held[blank] = text
                return True
        return False

    for text in range(len(fits)):
        place(text, set())
    return set(held.values())


def _numbered(texts: Sequence[str]) -> list[str]:
    if len(texts) == 1:
        return list(texts)
    return [f"{number}. {text}" for number, text in enumerate(texts, 1)]


class Numeric(QuestionType):
    """A number, right within a tolerance.

    content {"unit": text, may be empty} · key {"value": number as text, "tolerance": the same} ·
    answer {"text": as it was typed} · sent {"number": [text]}

    Full-width digits, spaces, 1,000 and the unit behind the number are all understood. What is
    no number is kept as it was typed, for a save in the middle of typing must not lose it.
    """

    name = "numeric"

    def check(self, content: Json, key: Json) -> None:
        if not isinstance(content.get("unit"), str):
            raise WrittenWrongError("unit")
        if not isinstance(key.get("value"), str) or number_in(key["value"]) is None:
            raise WrittenWrongError("value")
        tolerance = number_in(key["tolerance"]) if isinstance(key.get("tolerance"), str) else None
        if tolerance is None or tolerance < 0:
            raise WrittenWrongError("tolerance")

    def read(self, content: Json, arrangement: Arrangement, sent: Json) -> dict[str, Any]:
        given = sent.get("number", [])
        if len(given) > 1:
            raise AnswerError("number")
        text = str(given[0]).strip() if given else ""
        if len(text) > LONGEST_NUMBER:
            raise AnswerError("number")
        return {"text": text} if text else {}

    def written(self, content: Json, arrangement: Arrangement, answer: Json) -> dict[str, Any]:
        return {"number": [answer["text"]]} if answer else {}

    def answer_words(self, content: Json, answer: Json) -> list[str]:
        return [answer["text"]] if answer else []

    def key_words(self, content: Json, key: Json) -> list[str]:
        unit = f" {content['unit']}" if content["unit"] else ""
        near = f" (±{key['tolerance']})" if number_in(key["tolerance"]) else ""
        return [f"{key['value']}{unit}{near}"]

    def _share(self, content: Json, key: Json, answer: Json) -> Share:
        given = number_in(answer["text"], content["unit"])
        value, tolerance = number_in(key["value"]), number_in(key["tolerance"])
        if given is None or value is None or tolerance is None:
            return Fraction(0)
        # As fractions: exact, whatever the precision of the decimal context.
        return Fraction(abs(Fraction(given) - Fraction(value)) <= Fraction(tolerance))


def number_in(text: str, unit: str = "") -> Decimal | None:
    """The number a text says, with or without its unit; None if it says none."""
    plain = _plain(text)
    if unit:
        plain = plain.removesuffix(_plain(unit))
    plain = plain.replace(",", "").replace("−", "-").replace("。", ".")
    if len(plain) > LONGEST_NUMBER or not set(plain) <= set("+-.0123456789"):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


BLANK = Blanks()
NUMERIC = Numeric()
