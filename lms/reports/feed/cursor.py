"""What a caller carries from one page to the next (pure).

To the caller it is a word without meaning. It names a place and no person, so whoever makes one
up gets another page of what the token may read, and nothing else.
"""

import base64
import binascii
import re
from enum import StrEnum

_FORM = re.compile(r"([a-z]):((?:0|[1-9][0-9]{0,17})(?:\.(?:0|[1-9][0-9]{0,8}))*)", re.ASCII)


class Kind(StrEnum):
    """Which list the cursor belongs to."""

    ENTRIES = "e"
    HEADS = "h"
    STATEMENTS = "s"


def encoded(kind: Kind, *place: int) -> str:
    said = f"{kind}:{'.'.join(map(str, place))}"
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def decoded(kind: Kind, cursor: str, length: int = 1) -> tuple[int, ...] | None:
    """The place the cursor names; None for what is no cursor of this list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        said = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    match = _FORM.fullmatch(said)
    if match is None or match[1] != kind:
        return None
    place = tuple(int(part) for part in match[2].split("."))
    return place if len(place) == length else None
