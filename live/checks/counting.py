"""Adding up what was answered; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What a sentence that is right or not is answered by, in the order of the screen.
TRUE_FALSE = ("true", "false")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answered, and how often each option was chosen, in the order of the screen."""

    answered: int
    counts: tuple[int, ...]


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


def right_places(type_: str, key: Mapping[str, Any], arrangement: Sequence[int]) -> list[int]:
    """Where on the screen what is right stands."""
    correct = key["correct"]
    if type_ == "true_false":
        return [0 if correct else 1]
    wanted = correct if isinstance(correct, list) else [correct]
    return sorted(arrangement.index(each) if arrangement else each for each in wanted)
