"""One take on the disk: what the recorder sent, and what players are given of it.

A slice that is acknowledged has been handed to the disk: it outlives this process.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from live.classroom import folders
from live.classroom.segments import INIT_NAME, Segment

_END = struct.Struct(">Q")


class RawKeeper(Protocol):
    """Keeps a recorder's stream. Of the slices before `next` the first `count` are safely kept."""

    next: int
    count: int

    def add(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Nothing more comes."""

    async def settled(self) -> None:
        """Return when what was added is kept, or will not be."""


class PartKeeper(Protocol):
    """Keeps the init segment and the segments of a take, in order."""

    def begin(self, init: bytes) -> None: ...

    def add(self, segment: Segment, data: bytes) -> None: ...

    def close(self) -> None:
        """Nothing more comes."""

    async def settled(self) -> None:
        """Return when what was added is kept, or will not be."""

    is_behind: bool  # so much waits that the take cannot go on


class RawFile(RawKeeper):
    """The recorder's stream, slice after slice; how many there are is known after a crash."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._raw = os.open(folder / folders.RAW_NAME, flags, 0o640)
        self._slices = os.open(folder / folders.SLICES_NAME, flags, 0o640)
        size = os.fstat(self._slices).st_size // _END.size
        self.next = self.count = size
        self.bytes = 0
        if size:
            (self.bytes,) = _END.unpack(os.pread(self._slices, _END.size, (size - 1) * _END.size))
        # What a killed process had written and not yet counted is sent again.
        os.ftruncate(self._raw, self.bytes)
        os.ftruncate(self._slices, size * _END.size)

    def add(self, data: bytes) -> None:
        """Raises OSError where the disk takes no more; nothing of the slice counts then."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._raw, view) :]
        self.bytes += len(data)
        os.write(self._slices, _END.pack(self.bytes))
        self.count += 1
        self.next = self.count

    def close(self) -> None:
        os.fsync(self._raw)
        os.close(self._raw)
        os.close(self._slices)

    async def settled(self) -> None:
        """Each slice was kept as it came."""


class SegmentFiles(PartKeeper):
    """The init segment and the segments of a take, each there whole before it is named.

    `kept` is called with each that is.
    """

    is_behind = False

    def __init__(self, folder: Path, kept: Callable[[Segment], None]) -> None:
        self._folder, self._kept = folder, kept
        self._part = os.open(
            folder / folders.PART_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640
        )

    def begin(self, init: bytes) -> None:
        self._write(INIT_NAME, init)

    def add(self, segment: Segment, data: bytes) -> None:
        self._write(segment.name, data)
        os.write(self._part, segment.line().encode("ascii"))
        self._kept(segment)

    def close(self) -> None:
        os.close(self._part)

    async def settled(self) -> None:
        """Each was kept as it came."""

    def _write(self, name: str, data: bytes) -> None:
        part = self._folder / f".{name}.part"
        part.write_bytes(data)
        part.replace(self._folder / name)
