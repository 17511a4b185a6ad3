"""A list of those present as it was written on paper, found among the members; pure.

One person a line: a number, a name, or a number and a name. Who does not belong to the branch is
found by number *and* name together, so that nobody learns names by trying numbers.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 1000

_ORDINAL = re.compile(r"^\d{1,3}\s*[.、)）．]\s*")  # 1. 2、 3)
_NUMBER = re.compile(r"[A-Za-z-]*[0-9][0-9A-Za-z-]*", re.ASCII)
_BETWEEN = re.compile(r"[\s,;，；、]+")
_DOTS = re.compile(r"[·•・‧.．]")


@dataclass(frozen=True, slots=True)
class Person:
    """One member who could be meant. `branch` is the name of the branch they belong to."""

    pk: int
    number: str
    name: str
    branch: str


class Fault(StrEnum):
    """Why a line names nobody."""

    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_NUMBER = "unknown_number"  # not of this branch; a guest needs the name as well
    AMBIGUOUS = "ambiguous"  # several of the branch bear this name
    DISAGREES = "disagrees"  # the number is somebody else's
    TWICE = "twice"  # stands on the list above
    PRESENT = "present"  # has signed in already


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was not taken. `numbers` are those among whom one has to choose."""

    line: int
    text: str
    fault: Fault
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Who is on the list, in its order, and which lines were not taken."""

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]


def plain_name(name: str) -> str:
    """A name without the spaces, widths and dots in which two writings of it may differ."""
    return _DOTS.sub("·", "".join(unicodedata.normalize("NFKC", name).split()))


def written(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, number, name) of each line that says something; either may be empty."""
    for line, said in enumerate(text.splitlines()[:MOST_LINES], start=1):
        said = unicodedata.normalize("NFKC", said)
        words = [word for word in _BETWEEN.split(_ORDINAL.sub("", said.strip())) if word]
        if not words:
            continue
        if _NUMBER.fullmatch(words[0]):
            yield line, words[0], "".join(words[1:])
        elif len(words) > 1 and _NUMBER.fullmatch(words[-1]):
            yield line, words[-1], "".join(words[:-1])
        else:
            yield line, "", "".join(words)


def numbers_written(text: str) -> list[str]:
    """The numbers a list mentions: what has to be looked up to read it."""
    return [number for _line, number, _name in written(text) if number]


def read_list(
    text: str, *, own: Sequence[Person], guests: Mapping[str, Person], present: Collection[int]
) -> Found:
    """Who is meant: among the branch's `own`, or among `guests` by number; each once."""
    by_number = {person.number: person for person in own}
    by_name: dict[str, list[Person]] = {}
    for person in own:
        by_name.setdefault(plain_name(person.name), []).append(person)
    people: dict[int, Person] = {}
    problems: list[Problem] = []
    for line, number, name in written(text):
        said = f"{number} {name}".strip()
        name = plain_name(name)
        if number:
            found = by_number.get(number) or (guests.get(number) if name else None)
            meant = [found] if found else []
        else:
            meant = by_name.get(name, [])
        if not meant:
            fault = Fault.UNKNOWN_NUMBER if number else Fault.UNKNOWN_NAME
        elif len(meant) > 1:
            numbers = tuple(person.number for person in meant)
            problems.append(Problem(line, said, Fault.AMBIGUOUS, numbers))
            continue
        elif number and name and plain_name(meant[0].name) != name:
            # Whose number a guest's is, is not told.
            fault = Fault.DISAGREES if number in by_number else Fault.UNKNOWN_NUMBER
        elif meant[0].pk in present:
            fault = Fault.PRESENT
        elif meant[0].pk in people:
            fault = Fault.TWICE
        else:
            people[meant[0].pk] = meant[0]
            continue
        problems.append(Problem(line, said, fault))
    return Found(tuple(people.values()), tuple(problems))
