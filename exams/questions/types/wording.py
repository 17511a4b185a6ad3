"""When two texts say the same, whatever keyboard they were typed on."""

import unicodedata

# A sign in front of or between digits tells numbers apart: 第1、2条 is not 第12条, -5 is not 5.
_TELLING = frozenset("%‰")


def normalised(text: str) -> str:
    """`text` as it is compared: full-width as half-width, lower case, no spaces, no punctuation.

    Punctuation between two digits stays, and so do a sign before a number and % and ‰.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    bare = [character for character in folded if unicodedata.category(character)[0] not in "ZC"]
    kept: list[str] = []
    for place, character in enumerate(bare):
        if unicodedata.category(character)[0] == "P" and character not in _TELLING:
            before = bare[place - 1] if place else ""
            after = bare[place + 1] if place + 1 < len(bare) else ""
            is_sign = character == "-" and not kept
            if not after.isdecimal() or not (before.isdecimal() or is_sign):
                continue
        kept.append(character)
    return "".join(kept)
