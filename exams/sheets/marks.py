"""What the code on each page says: which sheet and page, and that the school printed it; pure."""

import hashlib
import hmac
import re
from dataclasses import dataclass

_SAID = re.compile(
    r"([A-Z]{1,5})\.(\d{1,9})\.([A-D])(\d{1,2})-(\d{1,2})\.([0-9A-F]{10})\.([0-9A-F]{10})"
)
MOST_SERIAL = 16**10


@dataclass(frozen=True)
class SheetMark:
    """One page of one sheet: `serial` is the paper's own, the same on all its pages."""

    use: str
    subject_id: int
    form: str
    page: int
    pages: int
    serial: str


@dataclass(frozen=True)
class ReadMark:
    """As it was read, with the check that has still to be compared."""

    mark: SheetMark
    check: str


def printed(mark: SheetMark, *, key: bytes, digest: str) -> str:
    """The text of the code. `digest` is the layout's: a sheet printed before it was changed is
    not read by the new one.
    """
    return f"{_text(mark)}.{_check(mark, key, digest)}"


def read(text: str) -> ReadMark | None:
    """What a code says; None if it is none of ours."""
    found = _SAID.fullmatch(text)
    if found is None:
        return None
    use, subject, form, page, pages, serial, check = found.groups()
    return ReadMark(SheetMark(use, int(subject), form, int(page), int(pages), serial), check)


def is_genuine(found: ReadMark, *, key: bytes, digest: str) -> bool:
    """The school printed it, for just this layout."""
    return hmac.compare_digest(_check(found.mark, key, digest), found.check)


def serial_of(number: int) -> str:
    """A number (a person's attempt, or a random one for blank sheets) as it is printed."""
    return f"{number % MOST_SERIAL:010X}"


def _text(mark: SheetMark) -> str:
    return f"{mark.use}.{mark.subject_id}.{mark.form}{mark.page}-{mark.pages}.{mark.serial}"


def _check(mark: SheetMark, key: bytes, digest: str) -> str:
    said = f"{_text(mark)}.{digest}".encode()
    return hmac.digest(key, said, hashlib.sha256).hex()[:10].upper()
