"""The chapters of a lecture: read from lines as people write them, written as WebVTT; pure."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

MOST_CHAPTERS = 100
MOST_LETTERS = 80

_LINE = re.compile(
    r"[\[(（【]?(?:(\d{1,2})[:：])?(\d{1,3})[:：](\d{1,2})(?:[.,](\d{1,3}))?[\])）】]?"
    r"[\s　、．.\-–—:：]*(.*)",
    re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff]")


@dataclass(frozen=True)
class Chapter:
    """From this moment on, in milliseconds, the lecture speaks of this; up to the next one."""

    start_ms: int
    title: str


class Flaw(Enum):
    """Why lines are not taken."""

    NO_TIME = auto()
    NO_TITLE = auto()
    LONG_TITLE = auto()
    BEYOND_END = auto()
    SAME_MOMENT = auto()
    TOO_MANY = auto()


class UnreadableChaptersError(Exception):
    """Nothing of these lines is taken; `flaw` says why, `line` which one, as it was written."""

    def __init__(self, flaw: Flaw, line: str = "") -> None:
        super().__init__(flaw.name)
        self.flaw = flaw
        self.line = line


def read_lines(text: str, *, length_ms: int) -> tuple[Chapter, ...]:
    """The chapters in lines such as `12:30 标题`, in order; empty lines are passed over.

    Hours, fractions of a second, brackets around the time and full-width colons are understood.
    Raises UnreadableChaptersError.
    """
    found: dict[int, Chapter] = {}
    for raw in text.splitlines():
        line = _CONTROL.sub(" ", raw).strip()
        if not line:
            continue
        chapter = _read_line(line)
        if chapter.start_ms >= length_ms:
            raise UnreadableChaptersError(Flaw.BEYOND_END, line)
        if chapter.start_ms in found:
            raise UnreadableChaptersError(Flaw.SAME_MOMENT, line)
        found[chapter.start_ms] = chapter
    if len(found) > MOST_CHAPTERS:
        raise UnreadableChaptersError(Flaw.TOO_MANY)
    return tuple(found[start] for start in sorted(found))


def _read_line(line: str) -> Chapter:
    match = _LINE.fullmatch(line)
    if match is None or int(match[3]) > 59 or (match[1] and int(match[2]) > 59):
        raise UnreadableChaptersError(Flaw.NO_TIME, line)
    hours, minutes, seconds, fraction, title = match.groups()
    title = " ".join(title.split())
    if not title:
        raise UnreadableChaptersError(Flaw.NO_TITLE, line)
    if len(title) > MOST_LETTERS:
        raise UnreadableChaptersError(Flaw.LONG_TITLE, line)
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return Chapter(whole * 1000 + int((fraction or "").ljust(3, "0")), title)


def from_source(raw: Iterable[Sequence[object]], *, length_ms: int) -> tuple[Chapter, ...]:
    """The chapters a recording brought itself, as (milliseconds, title): what cannot be is left.

    A single chapter, or chapters without any name, divide nothing and are none.
    """
    found: dict[int, Chapter] = {}
    for start, title in raw:
        words = " ".join(_CONTROL.sub(" ", str(title)).split())[:MOST_LETTERS].strip()
        if isinstance(start, int) and 0 <= start < length_ms and words:
            found.setdefault(start, Chapter(start, words))
    kept = tuple(found[start] for start in sorted(found)[:MOST_CHAPTERS])
    return kept if len(kept) > 1 else ()


def as_lines(chapters: Iterable[Chapter]) -> str:
    """The chapters as `read_lines` reads them."""
    return "".join(f"{clock(one.start_ms)} {one.title}\n" for one in chapters)


def clock(milliseconds: int) -> str:
    """754000 → 12:34, 3723500 → 1:02:03.500."""
    whole, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    said = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
    return f"{said}.{milliseconds:03d}" if milliseconds else said


def as_webvtt(chapters: Sequence[Chapter], *, length_ms: int) -> str:
    """A chapters track (WebVTT): each chapter up to the next, the last to the end."""
    ends = [*(one.start_ms for one in chapters[1:]), *([length_ms] if chapters else [])]
    parts = ["WEBVTT"]
    for chapter, end in zip(chapters, ends, strict=True):
        title = html.escape(chapter.title, quote=False)
        parts.append(f"{_long(chapter.start_ms)} --> {_long(end)}\n{title}")
    return "\n\n".join(parts) + "\n"


def _long(milliseconds: int) -> str:
    whole, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"
