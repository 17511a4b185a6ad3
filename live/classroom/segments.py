"""Gathering fragments into segments of one or two seconds, and the playlists that name them; pure.

A part is what one take left behind: its init segment and its segments in order. The playlist of a
class is its parts with a discontinuity between them (RFC 8216).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from live.classroom.fragments import Fragment

# A segment ends before the first fragment one can begin with after LEAST, at MOST in any case.
LEAST_SECONDS = 0.95
MOST_SECONDS = 2.3
TARGET_SECONDS = 2
# What a player that joins late is shown of a running class.
WINDOW = 12
INIT_NAME = "init.mp4"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a take: `number` from 1, its seconds, and when its first fragment came."""

    number: int
    seconds: float
    at: dt.datetime

    @property
    def name(self) -> str:
        return f"{self.number:05}.m4s"

    def line(self) -> str:
        """As it is kept, one line a segment."""
        return f"{self.number} {self.seconds:.4f} {self.at.isoformat()}\n"


@dataclass(frozen=True, slots=True)
class Part:
    """The segments of take `take` there are."""

    take: int
    segments: tuple[Segment, ...]


class Gatherer:
    """Fragments in, segments out."""

    def __init__(self, number: int = 1) -> None:
        self._number = number
        self._waiting: list[Fragment] = []
        self._seconds = 0.0
        self._at: dt.datetime | None = None

    def add(self, fragment: Fragment, at: dt.datetime) -> tuple[Segment, bytes] | None:
        """The segment this fragment has ended, if it has, with its bytes."""
        ended = None
        is_long = self._seconds >= LEAST_SECONDS and fragment.is_key
        if self._waiting and (is_long or self._seconds + fragment.duration > MOST_SECONDS):
            ended = self.rest()
        if self._at is None:
            self._at = at
        self._waiting.append(fragment)
        self._seconds += fragment.duration
        return ended

    def rest(self) -> tuple[Segment, bytes] | None:
        """What has been gathered so far, as the last segment."""
        if not self._waiting or self._at is None or self._seconds <= 0:
            return None
        segment = Segment(self._number, self._seconds, self._at)
        data = b"".join(fragment.data for fragment in self._waiting)
        self._number += 1
        self._waiting, self._seconds, self._at = [], 0.0, None
        return segment, data


def read_part(take: int, text: str) -> Part:
    """A part as it was kept; a last line that was cut off does not count."""
    segments = []
    for line in text.split("\n")[:-1]:
        number, seconds, at = line.split(" ")
        segments.append(Segment(int(number), float(seconds), dt.datetime.fromisoformat(at)))
    return Part(take, tuple(segments))


def live_playlist(parts: Sequence[Part]) -> str:
    """The last few segments, for who watches now."""
    count = sum(len(part.segments) for part in parts)
    return _playlist(parts, skip=max(0, count - WINDOW), ending=[])


def replay_playlist(parts: Sequence[Part]) -> str:
    """Everything from the beginning, and its end."""
    return _playlist(parts, skip=0, ending=["#EXT-X-ENDLIST"])


def _playlist(parts: Sequence[Part], *, skip: int, ending: list[str]) -> str:
    body: list[str] = []
    before, breaks = skip, 0
    for place, part in enumerate(part for part in parts if part.segments):
        first = min(skip, len(part.segments))
        skip -= first
        shown = part.segments[first:]
        if not shown:
            continue
        if not body:
            # Of the breaks before the window the playlist only says how many there were.
            breaks = max(0, place if first else place - 1)
        if place and not first:
            body.append("#EXT-X-DISCONTINUITY")
        moment = shown[0].at.astimezone(dt.UTC).isoformat(timespec="milliseconds")
        body.append(f'#EXT-X-MAP:URI="{part.take}/{INIT_NAME}"')
        body.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment.replace('+00:00', 'Z')}")
        for segment in shown:
            body += [f"#EXTINF:{segment.seconds:.4f},", f"{part.take}/{segment.name}"]
    return "\n".join(
        [
            *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}"),
            *(f"#EXT-X-MEDIA-SEQUENCE:{before}", f"#EXT-X-DISCONTINUITY-SEQUENCE:{breaks}"),
            *(["#EXT-X-PLAYLIST-TYPE:VOD"] if ending else []),
            *body,
            *ending,
            "",
        ]
    )
