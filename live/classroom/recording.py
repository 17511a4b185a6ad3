"""One take on the disk: what the recorder sent, and what players are given of it.

A slice that is acknowledged has been handed to the disk: it outlives this process.
"""

import os
import struct
from pathlib import Path

from live.classroom import folders
from live.classroom.segments import INIT_NAME, Segment

_END = struct.Struct(">Q")


class RawFile:
    """The recorder's stream, slice after slice; how many there are is known after a crash."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._raw = os.open(folder / folders.RAW_NAME, flags, 0o640)
        self._slices = os.open(folder / folders.SLICES_NAME, flags, 0o640)
        size = os.fstat(self._slices).st_size // _END.size
        self.count = size
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

    def close(self) -> None:
        os.fsync(self._raw)
        os.close(self._raw)
        os.close(self._slices)


class SegmentFiles:
    """The init segment and the segments of a take, each there whole before it is named."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part = os.open(
            folder / folders.PART_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640
        )

    def begin(self, init: bytes) -> None:
        self._write(INIT_NAME, init)

    def add(self, segment: Segment, data: bytes) -> None:
        self._write(segment.name, data)
        os.write(self._part, segment.line().encode("ascii"))

    def close(self) -> None:
        os.close(self._part)

    def _write(self, name: str, data: bytes) -> None:
        part = self._folder / f".{name}.part"
        part.write_bytes(data)
        part.replace(self._folder / name)
