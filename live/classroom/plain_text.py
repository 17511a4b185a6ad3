"""What of a text somebody wrote is shown to others; pure."""

import unicodedata

# They turn the writing of a whole line round, or hide in it; a joiner inside an emoji may stay.
_HIDDEN = {*"\u200b\u200e\u200f\u2060\ufeff", *map(chr, range(0x202A, 0x202F))}
_HIDDEN |= set(map(chr, range(0x2066, 0x206A)))
# Marks that are stacked upon one letter without end cover the lines above it.
_MOST_MARKS = 3


def cleaned(text: str) -> str:
    """One line: without control characters, runs of blanks and whatever hides; "" for nothing."""
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if char in _HIDDEN or category in ("Cs", "Cn", "Co"):
            continue
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            marks = 0
        kept.append(" " if category in ("Cc", "Zl", "Zp") else char)
    line = " ".join("".join(kept).split())
    return line if any(unicodedata.category(char)[0] not in "ZMC" for char in line) else ""
