"""The files of a class at any of several machines: playlists made here, segments fetched once.

A playlist is made of what the database knows, and the same at every machine. A segment comes from
the bucket and stays in memory for the thousand who ask for it in the same second; nothing of it
lies on this machine's disk. Who asks for what is at hand is answered in the event loop; the rest
waits for threads of its own, so that a bucket that does not answer holds up nothing else.
"""

import asyncio
import re
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from live.classroom import folders, queries, shared
from live.classroom.segments import Part, Segment, live_playlist, replay_playlist
from media_pipeline.segment_lane import Reading
from media_pipeline.storage import StorageUnavailableError, media_storage, read_bytes

# So old a playlist may be, and what is known of a class nobody asks for is kept so long.
FRESH_SECONDS = 0.4
FORGET_SECONDS = 120.0
MOST_BYTES = 64 * 1024**2
_PLAYLIST = re.compile(rf"{folders.KEY_PREFIX}([0-9a-f-]{{36}})/(live|index)\.m3u8", re.ASCII)


_hands = ThreadPoolExecutor(8, thread_name_prefix="live-read")
_going: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Future[bytes | None]] = {}


def read(key: str) -> bytes | None:
    """The bytes of a file of a class; None if there is no such file, or not at this moment, or
    it lies in a folder.
    """
    playlist = _PLAYLIST.fullmatch(key)
    if playlist is None:
        return None if media_storage().is_here else _segments.get(key)
    room = UUID(playlist[1])
    return _live(room) if playlist[2] == "live" else _replay(room)


async def soon(key: str) -> bytes | None:
    """As `read`, without holding up the event loop; who asks for the same waits together."""
    ready = _ready(key)
    if ready is not None or (media_storage().is_here and not _PLAYLIST.fullmatch(key)):
        return ready
    loop = asyncio.get_running_loop()
    going = _going.get((loop, key))
    if going is None:
        going = _going[loop, key] = loop.run_in_executor(_hands, _read, key)
        going.add_done_callback(lambda _done: _going.pop((loop, key), None))
    return await asyncio.shield(going)


def _ready(key: str) -> bytes | None:
    """What is in memory and still holds."""
    playlist = _PLAYLIST.fullmatch(key)
    if playlist is None:
        return _segments.held(key)
    known = _classes.get(UUID(playlist[1])) if playlist[2] == "live" else None
    return known.text if known is not None and known.is_fresh else None


def _read(key: str) -> bytes | None:
    try:
        return read(key)
    finally:
        connection.close()  # the thread may wait for long


def reader() -> Reading | None:
    """How files of classes are read; None where they lie in the folder of this one machine."""
    return soon if shared.is_shared() else None


# --- Playlists ------------------------------------------------------------------------------------


@dataclass
class _Known:
    """The segments of one class as far as they were read; rows are only ever added."""

    order: threading.Lock = field(default_factory=threading.Lock)
    last: int = 0
    takes: dict[int, list[Segment]] = field(default_factory=dict)
    read_at: float = -FORGET_SECONDS
    text: bytes | None = None

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.read_at < FRESH_SECONDS

    def look(self, room: UUID) -> None:
        rows = queries.segments_after(room, self.last)
        for row in rows:
            self.takes.setdefault(row.take.number, []).append(
                Segment(row.number, row.seconds, row.at)
            )
            self.last = row.pk
        self.read_at = time.monotonic()
        if rows:
            self.text = live_playlist(self.parts()).encode()

    def parts(self) -> list[Part]:
        return [Part(take, tuple(found)) for take, found in sorted(self.takes.items())]


_classes: dict[UUID, _Known] = {}
_order = threading.Lock()


def _known(room: UUID) -> _Known:
    with _order:
        found = _classes.get(room)
        if found is None:
            old = time.monotonic() - FORGET_SECONDS
            for each in [name for name, known in _classes.items() if known.read_at < old]:
                del _classes[each]
            found = _classes[room] = _Known(read_at=time.monotonic() - FRESH_SECONDS)
    return found


def _live(room: UUID) -> bytes | None:
    known = _known(room)
    with known.order:
        if not known.is_fresh:
            known.look(room)
        return known.text


def _replay(room: UUID) -> bytes | None:
    if not queries.is_all_served(room):
        return None
    known = _known(room)
    with known.order:
        known.look(room)
        return replay_playlist(known.parts()).encode() if known.takes else None


# --- Segments -------------------------------------------------------------------------------------


class _Segments:
    """The files last asked for, up to MOST_BYTES; each fetched by one while others wait for it."""

    def __init__(self) -> None:
        self._order = threading.Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._fetching: dict[str, threading.Event] = {}

    def held(self, key: str) -> bytes | None:
        with self._order:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def get(self, key: str) -> bytes | None:
        while True:
            with self._order:
                if key in self._held:
                    self._held.move_to_end(key)
                    return self._held[key]
                other = self._fetching.get(key)
                if other is None:
                    self._fetching[key] = mine = threading.Event()
                    break
            other.wait()
            with self._order:
                if key not in self._held:
                    return None  # it was not there for the other either
        try:
            data = _fetched(key)
            if data is not None:
                self._hold(key, data)
            return data
        finally:
            with self._order:
                del self._fetching[key]
            mine.set()

    def _hold(self, key: str, data: bytes) -> None:
        with self._order:
            self._held[key] = data
            self._bytes += len(data)
            while self._bytes > MOST_BYTES:
                _oldest, dropped = self._held.popitem(last=False)
                self._bytes -= len(dropped)


def _fetched(key: str) -> bytes | None:
    try:
        return read_bytes(media_storage(), key)
    except (FileNotFoundError, StorageUnavailableError):
        return None


_segments = _Segments()
