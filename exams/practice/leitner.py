"""When to ask a question again: boxes after Leitner.

Every question one has practised lies in a box. A right answer moves it one box on, where it rests
longer; a wrong one puts it back into the first. It enters the book of wrong answers with a wrong
answer and leaves it with the second right one in a row, on another day.
"""

import datetime as dt
from dataclasses import dataclass

# Days a question rests in each box: 0 was answered wrong, the last is known by heart.
REST_DAYS = (1, 2, 4, 8, 16, 32)
LAST_BOX = len(REST_DAYS) - 1
KNOWN_FROM = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a question stands for one member."""

    box: int
    due_on: dt.date
    is_in_book: bool


def after_answer(before: Standing | None, *, is_right: bool, today: dt.date) -> Standing:
    """Where it stands after an answer of `today`.

    A right answer before it is due changes nothing: what was read a minute ago is not known yet.
    """
    if not is_right:
        return Standing(0, today + dt.timedelta(days=REST_DAYS[0]), is_in_book=True)
    if before is not None and today < before.due_on:
        return before
    box = 1 if before is None else min(before.box + 1, LAST_BOX)
    was_in_book = before is not None and before.is_in_book
    return Standing(
        box, today + dt.timedelta(days=REST_DAYS[box]), is_in_book=was_in_book and box < KNOWN_FROM
    )
