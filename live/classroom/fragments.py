"""Reading a fragmented MP4 as it comes out of a pipe: its beginning, then piece by piece; pure."""

import struct
from dataclasses import dataclass

from media_pipeline.boxes import TrackHead, heads, runs

MOST_BYTES = 32 * 1024**2


class NotFragmentedError(ValueError):
    """What came is no fragmented MP4."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The init segment: what a player has to have before any fragment."""

    data: bytes
    tracks: tuple[TrackHead, ...]

    @property
    def codecs(self) -> str:
        return ",".join(track.codec for track in self.tracks)

    @property
    def has_picture(self) -> bool:
        return any(track.handler == "vide" for track in self.tracks)


@dataclass(frozen=True, slots=True)
class Fragment:
    """About 100 ms of picture and sound; `start` and `duration` in seconds of its stream.

    They are those of the picture where there is one. Only from a fragment that `is_key` can one
    begin to watch.
    """

    data: bytes
    start: float
    duration: float
    is_key: bool


class FragmentReader:
    """Takes bytes as they come, gives back what is whole."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._head = b""
        self._moof = b""
        self.beginning: Beginning | None = None

    def feed(self, data: bytes) -> list[Beginning | Fragment]:
        """Raises NotFragmentedError."""
        self._held += data
        found: list[Beginning | Fragment] = []
        while len(self._held) >= 8:
            size, kind = struct.unpack_from(">I4s", self._held)
            if not 8 <= size <= MOST_BYTES:
                raise NotFragmentedError(f"a box of {size} bytes")
            if len(self._held) < size:
                break
            box = bytes(self._held[:size])
            del self._held[:size]
            each = self._box(kind, box)
            if each is not None:
                found.append(each)
        return found

    def _box(self, kind: bytes, box: bytes) -> Beginning | Fragment | None:
        if kind == b"ftyp":
            self._head = box
        elif kind == b"moov":
            data = self._head + box
            self.beginning = Beginning(data, tuple(heads(data)))
            return self.beginning
        elif kind == b"moof":
            self._moof = box
        elif kind == b"mdat" and self._moof and self.beginning is not None:
            data, self._moof = self._moof + box, b""
            return self._fragment(data, self.beginning)
        return None

    def _fragment(self, data: bytes, beginning: Beginning) -> Fragment | None:
        found = runs(data, list(beginning.tracks))
        leading = "vide" if beginning.has_picture else "soun"
        own = [run for run in found if run.handler == leading]
        if not own:
            # Sound that comes alone goes with the picture around it.
            first = min((run.start for run in found), default=0.0)
            return Fragment(data, first, 0.0, is_key=False) if found else None
        is_key = leading == "soun" or own[0].starts_with_key
        return Fragment(data, own[0].start, sum(run.duration for run in own), is_key)
