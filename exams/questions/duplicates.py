"""When two questions are the same, or nearly: compared by what they say, not how it was typed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from exams.questions.types.wording import normalised

LONG = 3  # characters of a shingle: a Chinese word and a bit
NEAR = Fraction(7, 10)  # shingles in common, of all of both


def said_by(stem: str, content: Mapping[str, Any]) -> str:
    """All a question says, normalised: its stem as plain text, then its texts in no order."""
    return "".join([normalised(stem), *sorted(normalised(text) for text in _texts(content))])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name in sorted(value):
            if name not in {"kind", "points"}:
                yield from _texts(value[name])
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def fingerprint(said: str) -> str:
    """The same for the same words, however they were typed and in whatever order options stand."""
    return hashlib.sha256(said.encode()).hexdigest()


def shingles(said: str) -> frozenset[str]:
    """All runs of `LONG` characters; a shorter text is one of its own."""
    if len(said) <= LONG:
        return frozenset([said] if said else [])
    return frozenset(said[place : place + LONG] for place in range(len(said) - LONG + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """What two have in common, of all that both have: 0 to 1 (Jaccard)."""
    together = len(one & other)
    return Fraction(together, len(one) + len(other) - together) if together else Fraction(0)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions that say nearly the same; `first` has the smaller id."""

    first: int
    second: int
    likeness: Fraction


def near_to(
    said: str, others: Mapping[int, str], *, at_least: Fraction = NEAR
) -> list[tuple[int, Fraction]]:
    """Which of `others` (what they say by id) are near `said`, the nearest first."""
    own = shingles(said)
    found = []
    for number, text in others.items():
        # Sizes alone rule most out.
        if min(len(text), len(said)) < at_least * (max(len(text), len(said)) - LONG):
            continue
        alike = likeness(own, shingles(text))
        if alike >= at_least:
            found.append((number, alike))
    return sorted(found, key=lambda each: (-each[1], each[0]))


def near_pairs(said: Mapping[int, str], *, at_least: Fraction = NEAR) -> list[Pair]:
    """All pairs at least so alike, the most alike first.

    Two texts so alike share one of the rarest shingles of each: only those are looked up, which
    leaves few pairs to compare (prefix filtering).
    """
    sets = {number: shingles(text) for number, text in said.items()}
    how_often = Counter(shingle for each in sets.values() for shingle in each)
    by_rare: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for number in sorted(sets):
        own = sets[number]
        for other in _candidates(_rarest(own, how_often, at_least), by_rare, number):
            alike = likeness(own, sets[other])
            if alike >= at_least:
                pairs.append(Pair(other, number, alike))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def _rarest(own: frozenset[str], how_often: Counter[str], at_least: Fraction) -> list[str]:
    ordered = sorted(own, key=lambda shingle: (how_often[shingle], shingle))
    return ordered[: len(ordered) - ceil(at_least * len(ordered)) + 1]


def _candidates(rarest: Iterable[str], by_rare: dict[str, list[int]], number: int) -> set[int]:
    """Those met before that share a rare shingle; `number` is entered for those to come."""
    found: set[int] = set()
    for shingle in rarest:
        found.update(by_rare[shingle])
        by_rare[shingle].append(number)
    return found
