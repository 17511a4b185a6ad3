"""Which written answers resemble each other (pure): a hint for whoever reads them, no finding.

Two texts are compared by their shingles, all runs of five characters after what does not matter
(width, case, spaces, punctuation) is taken away. The resemblance is Jaccard's: shingles in both
over shingles in either (A. Z. Broder, "On the resemblance and containment of documents", 1997),
computed exactly; within one question of one exam there is nothing to estimate.
"""

import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

SHINGLE = 5
# Short answers to the same question resemble each other honestly.
SHORTEST = 40
RESEMBLES = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another text and how much of the two is the same."""

    key: Hashable
    share: float


def plain(text: str) -> str:
    """What counts of a text: letters, figures and ideographs."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def shingles(text: str) -> frozenset[str]:
    """The runs of five characters of a text that has been made plain."""
    return frozenset(text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1))


def resemblance(one: str, other: str) -> float:
    """Jaccard's, of two texts as they were written."""
    a, b = shingles(plain(one)), shingles(plain(other))
    return len(a & b) / len(a | b) if a and b else 0.0


def likest(text: str, others: Iterable[tuple[Hashable, str]], *, most: int = 3) -> list[Likeness]:
    """The other texts that resemble this one, the likest first; at most `most`."""
    own = plain(text)
    if len(own) < SHORTEST:
        return []
    a = shingles(own)
    found = []
    for key, other in others:
        words = plain(other)
        if len(words) < SHORTEST:
            continue
        b = shingles(words)
        # The smaller of the two cannot have more than all of its shingles in the larger.
        if min(len(a), len(b)) < RESEMBLES * max(len(a), len(b)):
            continue
        share = len(a & b) / len(a | b)
        if share >= RESEMBLES:
            found.append(Likeness(key, share))
    return sorted(found, key=lambda likeness: (-likeness.share, str(likeness.key)))[:most]
