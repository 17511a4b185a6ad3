"""Whether a text contains one of a school's plain words; pure.

Both are folded the same way: compatibility forms (full width, circled, ligatures) become ordinary
ones, capitals small, and what cannot be seen goes. Blanks between Chinese characters go too, so
that a word is found however it is spaced out; between Latin letters and digits one stays.
"""

import re
import unicodedata
from collections.abc import Iterable

SHORTEST, LONGEST = 2, 30
_BLANKS = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")


def folded(text: str) -> str:
    """As it is compared; folding what is folded changes nothing."""
    while (plain := _once(text)) != text:
        text = plain
    return plain


def _once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(
        char
        for char in plain
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn", "Co")
    )
    return _BLANKS.sub("", " ".join(seen.split()))


def found(text: str, words: Iterable[str]) -> list[str]:
    """Those of `words` (folded) that stand in `text`, in their order."""
    said = folded(text)
    return [word for word in words if word and word in said]


def listed(text: str) -> list[str]:
    """The words of a list with one a line, as they were written, each once."""
    known: dict[str, str] = {}
    for line in text.splitlines():
        word = " ".join(line.split())
        key = folded(word)
        if key:
            known.setdefault(key, word)
    return list(known.values())
