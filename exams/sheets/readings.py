"""What was read from one page: which boxes are marked, and what a person has to look at; pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Doubt(StrEnum):
    """Why a machine does not decide."""

    FAINT = "faint"
    ERASED = "erased"
    TWO = "two"
    CROSSED = "crossed"
    OUTSIDE = "outside"
    CREASED = "creased"
    MISSING = "missing"


class Refusal(StrEnum):
    """Why a page is not read at all."""

    BLANK = "blank"
    NO_MARKS = "no_marks"
    TWO_SHEETS = "two_sheets"
    BENT = "bent"
    BLURRED = "blurred"
    NO_CODE = "no_code"
    OTHER_USE = "other_use"
    OTHER_FORM = "other_form"
    OTHER_PRINT = "other_print"
    TWICE = "twice"
    BY_USE = "by_use"
    BY_HAND = "by_hand"


class FileRefusal(StrEnum):
    """Why a file is not opened."""

    HEIC = "heic"
    UNKNOWN = "unknown"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    EMPTY = "empty"
    TOO_SLOW = "too_slow"


@dataclass(frozen=True)
class Answer:
    """One field: the options marked (from 0), and the doubt if there is one.

    `ink` is how dark each box is inside: 0 as paper, 1 as the black of the corner marks.
    """

    key: str
    marked: tuple[int, ...]
    ink: tuple[float, ...]
    doubt: Doubt | None = None


@dataclass(frozen=True)
class Reading:
    """One page: either refused, or answered field by field; `code` is what its QR code said."""

    code: str = ""
    refusal: Refusal | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def doubts(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.doubt is not None)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "refusal": self.refusal,
            "answers": [
                {
                    "key": one.key,
                    "marked": list(one.marked),
                    "ink": list(one.ink),
                    "doubt": one.doubt,
                }
                for one in self.answers
            ],
        }

    def answer(self, key: str) -> Answer | None:
        return next((one for one in self.answers if one.key == key), None)

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> "Reading":
        return cls(
            code=said["code"],
            refusal=Refusal(said["refusal"]) if said["refusal"] else None,
            answers=tuple(
                Answer(
                    one["key"],
                    tuple(one["marked"]),
                    tuple(one["ink"]),
                    Doubt(one["doubt"]) if one["doubt"] else None,
                )
                for one in said["answers"]
            ),
        )


def number_of(marked: dict[str, tuple[int, ...]]) -> str:
    """The digits of the number grid; empty unless there is just one mark in each column."""
    places = sorted((key for key in marked if key.startswith("d")), key=lambda key: int(key[1:]))
    if not places or any(len(marked[key]) != 1 for key in places):
        return ""
    return "".join(str(marked[key][0]) for key in places)
