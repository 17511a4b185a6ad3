"""Damaged and hostile recordings by the dozen: good files cut, flipped and lied about.

Every file is made from a good one by a rule with a name, so that a failure names its file. Boxes
of MP4 are changed in place: sizes, counts, times, references, nesting (ISO/IEC 14496-12).
"""

import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.factories.media import make_recording

SMALL = {"seconds": 1, "size": "64x48", "rate": "10"}
# A container for each family of demuxers on the whitelist.
CONTAINERS: dict[str, tuple[str, ...]] = {
    "mp4": ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "5", "-c:a", "aac"),
    "mkv": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-c:a", "libopus"),
    "avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "flv": ("-c:v", "flv1", "-ar", "22050", "-c:a", "libmp3lame"),
    "ts": ("-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2"),
    "wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "mpg": ("-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2"),
    "mp3": ("-vn", "-c:a", "libmp3lame"),
}
CUTS = range(5, 100, 10)
FLIPS = range(6)


def good(folder: Path, container: str) -> Path:
    """The whole file the others are made from."""
    path = folder / f"good.{container}"
    return make_recording(path, options=CONTAINERS[container], **SMALL)  # type: ignore[arg-type]


def damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, content): cut off at every tenth, bytes flipped in the head and throughout."""
    for percent in CUTS:
        yield f"cut-{percent}", whole[: len(whole) * percent // 100]
    for seed in FLIPS:
        chance = random.Random(seed)
        flipped = bytearray(whole)
        reach = 2_000 if seed % 2 else len(whole)
        for _ in range(40):
            flipped[chance.randrange(min(reach, len(whole)))] = chance.randrange(256)
        yield f"flip-{seed}", bytes(flipped)
    yield "twice", whole + whole
    yield "noise-after", whole + random.Random(1).randbytes(50_000)
    yield "noise-before", random.Random(2).randbytes(5_000) + whole


# --- Boxes ------------------------------------------------------------------------------------


def _find(data: bytes, kind: bytes) -> int:
    """Where the first box of that kind begins: at its size."""
    at = data.index(kind)
    return at - 4


def _size(kind: bytes, size: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = _find(data, kind)
        return data[:at] + struct.pack(">I", size) + data[at + 4 :]

    return change


def _large_size(kind: bytes, size: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = _find(data, kind)
        return data[:at] + struct.pack(">I", 1) + kind + struct.pack(">Q", size) + data[at + 16 :]

    return change


def _word(kind: bytes, offset: int, value: int) -> Callable[[bytes], bytes]:
    """A 32-bit word so many bytes into the box's content."""

    def change(data: bytes) -> bytes:
        at = _find(data, kind) + 8 + offset
        return data[:at] + struct.pack(">I", value) + data[at + 4 :]

    return change


def _without(kind: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = _find(data, kind)
        (size,) = struct.unpack_from(">I", data, at)
        return data[:at] + data[at + size :]

    return change


def _doubled(kind: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = _find(data, kind)
        (size,) = struct.unpack_from(">I", data, at)
        return data + data[at : at + size]

    return change


def _nested(depth: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        inner = b""
        for level in range(depth):
            inner = struct.pack(">I4s", 8 + 8 * level, b"moov" if level % 2 else b"trak") + inner
        return data[: _find(data, b"moov")] + inner

    return change


def _elsewhere(neighbour: str) -> Callable[[bytes], bytes]:
    """The samples are said to lie in another file: a data reference that is not "this one"."""

    def change(data: bytes) -> bytes:
        at = _find(data, b"url ")
        name = neighbour.encode() + b"\0"
        entry = struct.pack(">I4sI", 12 + len(name), b"url ", 0) + name
        return data[:at] + entry + data[at + 12 + len(name) :]

    return change


def box_changes(neighbour: str) -> dict[str, Callable[[bytes], bytes]]:
    """Every lie about boxes, by name; `neighbour` is a path one of them points at."""
    changes: dict[str, Callable[[bytes], bytes]] = {}
    for kind in (b"moov", b"mdat", b"trak", b"stbl", b"stsd", b"ftyp"):
        name = kind.decode()
        changes |= {
            f"{name}-size-0": _size(kind, 0),
            f"{name}-size-1": _size(kind, 1),
            f"{name}-size-7": _size(kind, 7),
            f"{name}-size-max": _size(kind, 0xFFFF_FFFF),
            f"{name}-size-2^63": _large_size(kind, 2**63),
        }
    for kind in (b"stts", b"stsz", b"stsc", b"stco", b"ctts"):
        place = 8 if kind == b"stsz" else 4
        changes[f"{kind.decode()}-2^31-entries"] = _word(kind, place, 2**31 - 1)
        changes[f"{kind.decode()}-all-entries"] = _word(kind, place, 0xFFFF_FFFF)
    changes |= {
        "timescale-0": _word(b"mvhd", 12, 0),
        "track-timescale-0": _word(b"mdhd", 12, 0),
        "a-hundred-years": _word(b"mvhd", 16, 0xFFFF_FFFF),
        "no-length": _word(b"mvhd", 16, 0),
        "edit-far-back": _word(b"elst", 12, 0x8000_0001),
        "edit-for-ever": _word(b"elst", 8, 0x7FFF_FFFF),
        "width-65535": _word(b"avc1", 24, 0xFFFF_FFFF),
        "no-moov": _without(b"moov"),
        "no-mdat": _without(b"mdat"),
        "no-samples": _without(b"stbl"),
        "moov-twice": _doubled(b"moov"),
        "nested-10000": _nested(10_000),
        "samples-elsewhere": _elsewhere(neighbour),
        "samples-at-an-address": _elsewhere(f"http://127.0.0.1/{neighbour}"),
    }
    return changes
