"""Caption files as people have them become cues, and cues become WebVTT: pure decisions."""

import html
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import pysubs2

from lms.core.decoding import UnknownEncodingError, decoded

# Three hours of speech are some 300 kB.
MOST_BYTES = 1024**2
MOST_CUES = 10_000
# Of one cue: more does not fit on any picture.
MOST_LETTERS = 1000

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"[ \t]*{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}(?:[ \t].*)?", re.ASCII)
_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
# Each looks no further than the next opening sign: hostile files cost no more than their length.
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[\d:.]+>")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_SRT_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_DRAWING = re.compile(r"\\p[1-9]")
# All that is neither text nor the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Cue:
    """What is said between two moments of a recording, in milliseconds; plain text, by lines."""

    start_ms: int
    end_ms: int
    text: str


class Flaw(Enum):
    """Why a file is not taken."""

    NOT_CAPTIONS = auto()
    NO_CUES = auto()
    TOO_LARGE = auto()
    TORN = auto()  # a line of times that is none, and would be shown as text
    BACKWARDS = auto()
    BEYOND_END = auto()
    LONG_TEXT = auto()


class UnreadableCaptionsError(Exception):
    """Nothing of this file is taken; `flaw` says why, `at_ms` where."""

    def __init__(self, flaw: Flaw, at_ms: int = 0) -> None:
        super().__init__(flaw.name)
        self.flaw = flaw
        self.at_ms = at_ms


def read_captions(content: bytes, *, length_ms: int) -> tuple[Cue, ...]:
    """The cues of an SRT, WebVTT, ASS or SSA file for a recording of that length, in order.

    Cues at the very same times (two languages in one file) become one of several lines; others
    may overlap. Raises UnreadableCaptionsError.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableCaptionsError(Flaw.TOO_LARGE)
    try:
        text = decoded(content)
    except UnknownEncodingError as error:
        raise UnreadableCaptionsError(Flaw.NOT_CAPTIONS) from error
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    head = text.lstrip()[:1000].lower()
    if "[script info]" in head or "\n[events]" in text.lower():
        found = list(_read_ass(text))
    elif head.startswith("webvtt"):
        found = list(_read_blocks(text, is_vtt=True))
    elif "-->" in text:
        found = list(_read_blocks(text, is_vtt=False))
    else:
        raise UnreadableCaptionsError(Flaw.NOT_CAPTIONS)
    return _checked(found, length_ms)


def edited_cues(rows: Any, *, length_ms: int) -> tuple[Cue, ...]:
    """Cues as an editor sends them, [[start_ms, end_ms, text], …], under the rules of a file.

    Raises UnreadableCaptionsError.
    """
    if not isinstance(rows, list) or len(rows) > MOST_CUES:
        raise UnreadableCaptionsError(Flaw.NOT_CAPTIONS)
    found: list[Cue] = []
    for row in rows:
        if not isinstance(row, list) or [type(part) for part in row] != [int, int, str]:
            raise UnreadableCaptionsError(Flaw.NOT_CAPTIONS)
        start_ms, end_ms, text = row
        if len(text) > MOST_LETTERS:
            raise UnreadableCaptionsError(Flaw.LONG_TEXT, max(0, start_ms))
        plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        found.append(Cue(start_ms, end_ms, _tidy(plain)))
    return _checked(found, length_ms)


def as_srt(cues: Iterable[Cue]) -> str:
    """The cues as an SRT file."""
    parts = [
        f"{number}\n{_srt_clock(cue.start_ms)} --> {_srt_clock(cue.end_ms)}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(parts)


def _srt_clock(milliseconds: int) -> str:
    return _clock(milliseconds).replace(".", ",")


def as_webvtt(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file; nothing in their text is markup."""
    parts = ["WEBVTT"]
    parts += [
        f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{html.escape(cue.text, quote=False)}"
        for cue in cues
    ]
    return "\n\n".join(parts) + "\n"


def _clock(milliseconds: int) -> str:
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def _checked(found: list[Cue], length_ms: int) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    shown = (cue for cue in found if cue.text and cue.end_ms != cue.start_ms)
    for cue in sorted(shown, key=lambda cue: (cue.start_ms, cue.end_ms)):
        if cue.start_ms < 0 or cue.end_ms < cue.start_ms:
            raise UnreadableCaptionsError(Flaw.BACKWARDS, max(0, cue.start_ms))
        if cue.start_ms >= length_ms:
            raise UnreadableCaptionsError(Flaw.BEYOND_END, cue.start_ms)
        end_ms = min(cue.end_ms, length_ms)
        last = cues[-1] if cues else None
        if last and (last.start_ms, last.end_ms) == (cue.start_ms, end_ms):
            cues[-1] = Cue(cue.start_ms, end_ms, f"{last.text}\n{cue.text}")
        else:
            cues.append(Cue(cue.start_ms, end_ms, cue.text))
    if not cues:
        raise UnreadableCaptionsError(Flaw.NO_CUES)
    return tuple(cues)


def _tidy(text: str) -> str:
    """Lines without blanks around them, none of them empty: an empty one would end the cue."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


# --- SRT and WebVTT ---------------------------------------------------------------------------


def _read_blocks(text: str, *, is_vtt: bool) -> Iterator[Cue]:
    """A line of times, and the lines up to the next one: without its name or number.

    In WebVTT an empty line ends a cue; what follows it are notes. In SRT people leave empty
    lines inside.
    """
    times: tuple[int, int] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        found = _TIMES.fullmatch(line)
        if found is None:
            lines.append(line)
            continue
        if lines and _NUMBER.fullmatch(lines[-1]):
            lines.pop()
        yield from _block(times, lines, is_vtt)
        times = (_milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:]))
        lines = []
    yield from _block(times, lines, is_vtt)


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


def _block(times: tuple[int, int] | None, lines: list[str], is_vtt: bool) -> Iterator[Cue]:
    if times is None:
        return
    if is_vtt:
        end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
        lines = lines[:end]
    if any("-->" in line for line in lines):
        raise UnreadableCaptionsError(Flaw.TORN, times[0])
    text = _SRT_OVERRIDE.sub("", _TAG.sub("", "\n".join(lines)))
    yield Cue(*times, _tidy(html.unescape(text) if is_vtt else text))


# --- ASS and SSA ------------------------------------------------------------------------------


def _read_ass(text: str) -> Iterator[Cue]:
    """What is spoken; styles, fonts, comments and drawings are left out."""
    spoken = "\n".join(line for line in text.split("\n") if line.lstrip().startswith("Dialogue:"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of margins and layers, which we do not use
            events = pysubs2.SSAFile.from_string(spoken, format_="ass").events
    except ValueError as error:
        raise UnreadableCaptionsError(Flaw.NOT_CAPTIONS) from error
    for event in events:
        overrides = _OVERRIDE.findall(event.text)
        if any(_DRAWING.search(override) for override in overrides):
            continue
        plain = _OVERRIDE.sub("", event.text).replace(r"\h", " ")
        plain = plain.replace(r"\n", "\n").replace(r"\N", "\n")
        yield Cue(event.start, event.end, _tidy(plain))
