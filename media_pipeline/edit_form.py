"""The times an editor typed or marked become cuts: pure decisions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media_pipeline.editing import Span

_TIME = re.compile(
    r"\s*(?:(?:(\d{1,2})[:：])?(\d{1,3})[:：])?(\d{1,5})(?:[.．,，](\d{1,3}))?\s*", re.ASCII
)
# As many rows as the page offers without a script.
BLANK_ROWS = 3


class UnreadableTimeError(ValueError):
    """Not a time: hours, minutes and seconds with colons, or seconds."""


def read_time(text: str) -> int | None:
    """Milliseconds of "1:02:03.5", "62:03" or "3723"; None for an empty field."""
    if not text.strip():
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        raise UnreadableTimeError(text)
    hours, minutes, seconds, fraction = found.groups()
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def write_time(milliseconds: int) -> str:
    """As `read_time` reads it, with hours only where there are some."""
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{lead}:{seconds:02d}.{milliseconds:03d}"


@dataclass(frozen=True)
class Typed:
    """What stands in the fields: the end of the opening, the start of the closing, the breaks."""

    head: str = ""
    tail: str = ""
    breaks: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The breaks and some empty rows to fill in."""
        return [*self.breaks, *[("", "")] * BLANK_ROWS]

    def cuts(self, length_ms: int) -> list[Span]:
        """What is to be cut; raises UnreadableTimeError. A row half filled in is unreadable."""
        cuts: list[Span] = []
        head, tail = read_time(self.head), read_time(self.tail)
        if head:
            cuts.append((0, head))
        if tail is not None and tail < length_ms:
            cuts.append((tail, length_ms))
        for first, last in self.breaks:
            start, end = read_time(first), read_time(last)
            if start is None or end is None:
                raise UnreadableTimeError(f"{first}–{last}")
            cuts.append((start, end))
        return cuts


def typed(head: str, tail: str, starts: Sequence[str], ends: Sequence[str]) -> Typed:
    """The fields as they were sent; rows with nothing in them are left out."""
    rows = zip(starts, ends, strict=False)
    return Typed(head, tail, tuple(row for row in rows if row[0].strip() or row[1].strip()))
