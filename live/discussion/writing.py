"""What members write, cut into paragraphs, lines and pieces that a page can show; pure.

Members write plain text. Nothing of it becomes markup; what leads to a page of our own becomes a
link, an address of anybody else stays text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

# What may follow the host: pages are named by plain letters, digits and few signs.
_ADDRESS = re.compile(r"(?P<host>https?://[A-Za-z0-9.:\[\]-]+)?(?P<path>/[A-Za-z0-9/_.?=&%~+#-]*)")
_SECOND = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(?![\d:])", re.ASCII)
# Pages people share; everything else that begins with a slash is left as it was written.
_PLACES = ("/courses/", "/lessons/", "/live/", "/discussion/", "/exams/", "/practice/", "/help/")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_SIGN = "@"
_NAME = re.compile(r"[\w·]{1,20}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `href` is set for a link (always a path of ours), `kind` says what it is."""

    text: str
    kind: str = "text"  # text, link, name
    href: str = ""


def tidied(text: str) -> str:
    """As it is kept: no invisible or direction-turning signs, no more than one empty line."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    lines = [line.rstrip() for line in plain.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def paragraphs(
    text: str, *, names: Mapping[str, int] | None = None, host: str = "", lesson: str = ""
) -> list[list[list[Piece]]]:
    """Paragraphs of lines of pieces. `names` are the members meant by an @, `host` is our own
    address without a scheme, `lesson` the page whose seconds a `12:34` leads to.
    """
    known = sorted(names or {}, key=len, reverse=True)
    return [
        [list(_pieces(line, known, host, lesson)) for line in block.split("\n")]
        for block in re.split(r"\n\n+", text)
        if block
    ]


def asked_names(text: str) -> list[str]:
    """Whatever may be a name: every run after an @, from the longest to a single sign."""
    found: dict[str, None] = {}
    for part in text.split(_SIGN)[1:]:
        run = _NAME.match(part)
        if run:
            for end in range(len(run[0]), 0, -1):
                found[run[0][:end]] = None
    return list(found)


def mentioned(text: str, known: Mapping[str, int]) -> dict[str, int]:
    """Of the known names those that stand after an @, the longest one at each."""
    found: dict[str, int] = {}
    names = sorted(known, key=len, reverse=True)
    for part in text.split(_SIGN)[1:]:
        name = next((name for name in names if part.startswith(name)), None)
        if name is not None:
            found[name] = known[name]
    return found


def _pieces(line: str, names: list[str], host: str, lesson: str) -> Iterator[Piece]:
    plain = 0
    at = 0
    while at < len(line):
        piece = _piece_at(line, at, names, host, lesson)
        if piece is None:
            at += 1
            continue
        if plain < at:
            yield Piece(line[plain:at])
        yield piece
        at += len(piece.text)
        plain = at
    if plain < len(line):
        yield Piece(line[plain:])


def _piece_at(line: str, at: int, names: list[str], host: str, lesson: str) -> Piece | None:
    sign = line[at]
    if sign == _SIGN:
        name = next((name for name in names if line.startswith(name, at + 1)), None)
        return Piece(_SIGN + name, "name") if name else None
    if sign in "h/":
        if at and ((line[at - 1].isascii() and line[at - 1].isalnum()) or line[at - 1] in "/:.<"):
            return None
        found = _ADDRESS.match(line, at)
        if not found:
            return None
        if found["host"] and (not host or urlsplit(found["host"]).netloc != host):
            return None
        path = found["path"].rstrip(".?&")
        if not path.startswith(_PLACES) or "//" in path or ".." in path:
            return None
        return Piece(line[at : found.start("path") + len(path)], "link", path)
    if lesson and sign.isascii() and sign.isdigit():
        time = _SECOND.match(line, at)
        if time:
            seconds = int(time[1] or 0) * 3600 + int(time[2]) * 60 + int(time[3])
            return Piece(time[0], "link", f"{lesson}?t={seconds}")
    return None
