"""Adding up what was answered; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exams.questions.types.wording import normalised

# What a sentence that is right or not is answered by, in the order of the screen.
TRUE_FALSE = ("true", "false")
MOST_LISTED_CHARS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """One answer, and how many wrote it."""

    text: str
    count: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answered, and how often each option was chosen, in the order of the screen.

    Of a question without options `written` is what was written, the most frequent first, and
    `rights` every spelling of it that is right.
    """

    answered: int
    counts: tuple[int, ...]
    written: tuple[Written, ...] = ()
    rights: tuple[str, ...] = ()


def options_of(type_: str, content: Mapping[str, Any], arrangement: Sequence[int]) -> list[str]:
    """What can be chosen, in the order of the screen; of a sentence "true" and "false"."""
    if type_ == "true_false":
        return list(TRUE_FALSE)
    options = list(content.get("options", []))
    return [options[index] for index in arrangement] if arrangement else options


def tally(
    type_: str,
    content: Mapping[str, Any],
    arrangement: Sequence[int],
    answers: Iterable[tuple[Mapping[str, Any], int]],
) -> Tally:
    """`answers` in the author's terms, each with how many gave it."""
    chosen: Counter[Any] = Counter()
    answered = 0
    for answer, count in answers:
        answered += count
        picked = answer.get("chosen")
        for each in picked if isinstance(picked, list) else [picked]:
            chosen[each] += count
    if type_ == "true_false":
        return Tally(answered, (chosen[True], chosen[False]))
    order = arrangement or range(len(content.get("options", [])))
    return Tally(answered, tuple(chosen[index] for index in order))


def tally_written(answers: Iterable[tuple[str, int, bool]]) -> Tally:
    """`answers` as they were typed, each with how many typed it and whether it is right.

    What differs by width, case, spaces or punctuation alone is listed once, as most wrote it.
    """
    spellings: dict[tuple[str, bool], Counter[str]] = {}
    for text, count, is_right in answers:
        spellings.setdefault((normalised(text) or text, is_right), Counter())[text] += count
    written = [
        Written(_most_written(found)[:MOST_LISTED_CHARS], found.total(), is_right)
        for (_normal, is_right), found in spellings.items()
    ]
    written.sort(key=lambda each: (-each.count, each.text))
    rights = sorted(text for (_, right), found in spellings.items() if right for text in found)
    return Tally(
        sum(each.count for each in written),
        (),
        tuple(written),
        tuple(rights),
    )


def _most_written(found: Counter[str]) -> str:
    return min(found, key=lambda text: (-found[text], text))


def right_places(type_: str, key: Mapping[str, Any], arrangement: Sequence[int]) -> list[int]:
    """Where on the screen what is right stands."""
    correct = key["correct"]
    if type_ == "true_false":
        return [0 if correct else 1]
    wanted = correct if isinstance(correct, list) else [correct]
    return sorted(arrangement.index(each) if arrangement else each for each in wanted)
