"""Finding words in what is said: Chinese by its characters and pairs of them; pure.

What is asked for may begin in one line and end in the next, for lines break where breath does.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from media_pipeline.captions import Cue

MOST_LETTERS = 60


@dataclass(frozen=True)
class Hit:
    """A line in which something was found: its place among the cues, and which letters of it."""

    at: int
    cue: Cue
    ranges: tuple[tuple[int, int], ...]

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The line in pieces, each with whether it was asked for."""
        return pieces(self.cue.text, self.ranges)


def pieces(text: str, ranges: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """A text cut at ranges that are in order and apart."""
    found: list[tuple[str, bool]] = []
    at = 0
    for start, end in ranges:
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(piece for piece in [*found, (text[at:], False)] if piece[0])


@dataclass(frozen=True)
class _Letter:
    """One folded letter: from which text and where in it."""

    sign: str
    text: int
    start: int


def _folded(texts: Iterable[str]) -> Iterator[_Letter]:
    """Letters and digits alone, of one width and case; a gap stands only between Latin words."""
    gap, before = False, ""
    for number, text in enumerate(texts):
        gap = True
        for at, sign in enumerate(text):
            for letter in unicodedata.normalize("NFKC", sign).casefold():
                if not letter.isalnum():
                    gap = True
                    continue
                if gap and before.isascii() and letter.isascii() and before:
                    yield _Letter(" ", number, at)
                yield _Letter(letter, number, at)
                gap, before = False, letter


def folded(text: str) -> str:
    """A text as it is compared."""
    return "".join(letter.sign for letter in _folded([text]))


def grams_of(cues: Iterable[Cue]) -> list[str]:
    """Every letter and every pair of neighbours in what is said, for an index; in order."""
    said = "".join(letter.sign for letter in _folded(cue.text for cue in cues))
    return sorted({*said, *(said[at : at + 2] for at in range(len(said) - 1))} - {" "})


def wanted_grams(text: str) -> list[str]:
    """What a lecture's grams must contain for `text` to be found in it; empty for no question."""
    found: set[str] = set()
    for word in text[:MOST_LETTERS].split():
        plain = folded(word)
        found |= {plain[at : at + 2] for at in range(len(plain) - 1)} or set(plain)
    return sorted(found - {" "})


def hits(cues: Sequence[Cue], text: str) -> tuple[Hit, ...]:
    """Where `text` is said, in order: as it stands, else its words if all of them are said."""
    letters = list(_folded(cue.text for cue in cues))
    said = "".join(letter.sign for letter in letters)
    text = text[:MOST_LETTERS]
    needles = [folded(text)]
    if needles[0] and needles[0] not in said:
        needles = [folded(word) for word in text.split()]
        if not all(needle in said for needle in needles):
            return ()
    marked: dict[int, set[int]] = {}
    for needle in filter(None, needles):
        place = said.find(needle)
        while place != -1:
            for letter in letters[place : place + len(needle)]:
                if letter.sign != " ":
                    marked.setdefault(letter.text, set()).add(letter.start)
            place = said.find(needle, place + len(needle))
    return tuple(Hit(at, cues[at], _ranges(marked[at], cues[at].text)) for at in sorted(marked))


def _ranges(places: set[int], text: str) -> tuple[tuple[int, int], ...]:
    """Neighbouring letters as one range; what lies between two of them unspoken goes along."""
    found: list[list[int]] = []
    for place in sorted(places):
        between = text[found[-1][1] : place] if found else ""
        if found and not any(sign.isalnum() for sign in between):
            found[-1][1] = place + 1
        else:
            found.append([place, place + 1])
    return tuple((start, end) for start, end in found)
