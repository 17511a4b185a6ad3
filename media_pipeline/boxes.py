"""Reading what we have packaged: the boxes of fragmented MP4, as far as a check needs them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

NOT_SYNC = 0x0001_0000  # sample_is_non_sync_sample, ISO/IEC 14496-12, 8.8.3.1
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex"}


class BrokenBoxError(ValueError):
    """A box ends beyond its parent: the file is cut off or not ours."""


@dataclass(frozen=True)
class TrackHead:
    """One track of an init segment: its clock and, for a picture, its RFC 6381 codec."""

    track_id: int
    handler: str
    timescale: int
    codec: str


@dataclass(frozen=True)
class TrackRun:
    """One track's samples in one media segment: start and length in seconds."""

    handler: str
    start: float
    duration: float
    samples: int
    starts_with_key: bool


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(type, payload start, payload end) of every box on this level."""
    end = len(data) if end is None else end
    position = start
    while position < end:
        if position + 8 > end:
            raise BrokenBoxError(f"{end - position} bytes left over")
        size, kind = struct.unpack_from(">I4s", data, position)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, position + 8)
            head = 16
        if size < head or position + size > end:
            raise BrokenBoxError(f"{kind!r} of {size} bytes at {position} of {end}")
        yield kind, position + head, position + size
        position += size


def _walk(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for kind, inner, stop in boxes(data, start, end):
        yield kind, inner, stop
        if kind in _CONTAINERS:
            yield from _walk(data, inner, stop)


def heads(init: bytes) -> list[TrackHead]:
    """The tracks an init segment declares."""
    found = []
    for kind, start, end in _walk(init, 0, len(init)):
        if kind != b"trak":
            continue
        parts = {name: (a, b) for name, a, b in _walk(init, start, end)}
        track_head, media_head = parts[b"tkhd"][0], parts[b"mdhd"][0]
        (track_id,) = struct.unpack_from(">I", init, track_head + (20 if init[track_head] else 12))
        (timescale,) = struct.unpack_from(">I", init, media_head + (20 if init[media_head] else 12))
        handler = init[parts[b"hdlr"][0] + 8 : parts[b"hdlr"][0] + 12].decode("latin-1")
        found.append(TrackHead(track_id, handler, timescale, _codec(init, *parts[b"stsd"])))
    return found


def _codec(init: bytes, start: int, end: int) -> str:
    at = init.find(b"avcC", start, end)
    if at >= 0:
        return "avc1." + init[at + 5 : at + 8].hex()
    return "mp4a.40.2" if init.find(b"mp4a", start, end) >= 0 else ""


def runs(segment: bytes, tracks: list[TrackHead]) -> list[TrackRun]:
    """What one media segment holds of each track; raises BrokenBoxError if it is not whole."""
    by_id = {track.track_id: track for track in tracks}
    found: list[TrackRun] = []
    for kind, start, end in boxes(segment):
        if kind != b"moof":
            continue
        for inner, a, b in boxes(segment, start, end):
            if inner == b"traf":
                found.append(_run(segment, a, b, by_id))
    return found


def _run(data: bytes, start: int, end: int, by_id: dict[int, TrackHead]) -> TrackRun:
    track = None
    ticks = samples = begins = 0
    default_duration = default_flags = 0
    first_flags: int | None = None
    for kind, at, _stop in boxes(data, start, end):
        version = data[at]
        flags = int.from_bytes(data[at + 1 : at + 4], "big")
        cursor = at + 4
        if kind == b"tfhd":
            (track_id,) = struct.unpack_from(">I", data, cursor)
            track = by_id[track_id]
            cursor += 4 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
            if flags & 0x8:
                (default_duration,) = struct.unpack_from(">I", data, cursor)
                cursor += 4
            if flags & 0x10:
                cursor += 4
            if flags & 0x20:
                (default_flags,) = struct.unpack_from(">I", data, cursor)
        elif kind == b"tfdt":
            (begins,) = struct.unpack_from(">Q" if version else ">I", data, cursor)
        elif kind == b"trun":
            (count,) = struct.unpack_from(">I", data, cursor)
            cursor += 4 + (4 if flags & 0x1 else 0)
            if flags & 0x4:
                (first_flags,) = struct.unpack_from(">I", data, cursor)
                cursor += 4
            width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
            if first_flags is None and flags & 0x400 and count:
                offset = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200))
                (first_flags,) = struct.unpack_from(">I", data, cursor + offset)
            if flags & 0x100:
                ticks += sum(
                    struct.unpack_from(">I", data, cursor + width * n)[0] for n in range(count)
                )
            else:
                ticks += count * default_duration
            samples += count
    if track is None:
        raise BrokenBoxError("a fragment without a track")
    first = default_flags if first_flags is None else first_flags
    return TrackRun(
        handler=track.handler,
        start=begins / track.timescale,
        duration=ticks / track.timescale,
        samples=samples,
        starts_with_key=not first & NOT_SYNC,
    )
