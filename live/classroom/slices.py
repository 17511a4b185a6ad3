"""A recorder's slices in chunks, as several machines keep them in one storage; pure.

A slice has a number within its recorder and always the same bytes. So chunks may overlap, as they
do where a machine that was thought dead wrote one more: whichever is read, the stream is the same.
"""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LENGTH = struct.Struct(">I")
_NAME = re.compile(r"([0-9]{8})-([0-9]{8})", re.ASCII)


class TornChunkError(ValueError):
    """The bytes are no chunk of that many slices."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The slices from number `first` up to, without, number `end`."""

    first: int
    end: int

    @property
    def name(self) -> str:
        return f"{self.first:08}-{self.end:08}"


@dataclass(frozen=True, slots=True)
class Use:
    """Of this chunk all slices but the first `skip`, which came before."""

    chunk: Chunk
    skip: int


def read_name(name: str) -> Chunk | None:
    """The chunk a file is named after; None for a file that is none."""
    found = _NAME.fullmatch(name)
    if found is None or int(found[1]) >= int(found[2]):
        return None
    return Chunk(int(found[1]), int(found[2]))


def pack(slices: Sequence[bytes]) -> bytes:
    """Each slice with its length before it."""
    return b"".join(_LENGTH.pack(len(each)) + each for each in slices)


def unpack(chunk: Chunk, data: bytes) -> list[bytes]:
    """The slices of a chunk; raises TornChunkError."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        if len(data) - at < _LENGTH.size:
            raise TornChunkError(chunk.name)
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        found.append(data[at : at + length])
        at += length
    if at != len(data) or len(found) != chunk.end - chunk.first:
        raise TornChunkError(chunk.name)
    return found


def plan(chunks: Iterable[Chunk]) -> list[Use]:
    """Which chunks to read for the longest stream without a gap from its beginning, in order."""
    uses: list[Use] = []
    count = 0
    for chunk in sorted(chunks, key=lambda each: (each.first, -each.end)):
        if chunk.first > count:
            break
        if chunk.end > count:
            uses.append(Use(chunk, count - chunk.first))
            count = chunk.end
    return uses


def reach(chunks: Iterable[Chunk]) -> int:
    """How many slices there are from the first on, without a gap."""
    uses = plan(chunks)
    return uses[-1].chunk.end if uses else 0
