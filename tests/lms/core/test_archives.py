"""No archive is unpacked that is larger than it may be, locked, forged or cut."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.documents.archives import BadArchiveError, opened_archive

KILOBYTE = b"a" * 1024


def packed(*parts: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        for name, content in parts:
            archive.writestr(name, content)
    return held.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    with opened_archive(content, most_entries=2, most_unpacked_bytes=2048) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def locked() -> bytes:
    """As a password leaves it: the flag in the directory at the end."""
    content = bytearray(packed(("a", KILOBYTE)))
    at = content.index(b"PK\x01\x02") + 8
    content[at] |= 1
    return bytes(content)


def lying() -> bytes:
    """A megabyte that says it is a byte."""
    content = packed(("a", b"a" * 1024**2))
    return content.replace(struct.pack("<L", 1024**2), struct.pack("<L", 1))


def overlapping() -> bytes:
    """Two entries that are the same bytes, which is how the worst bombs are built."""
    content = packed(("a", KILOBYTE), ("b", KILOBYTE))
    second = content.rindex(b"PK\x01\x02")
    return content[: second + 42] + struct.pack("<L", 0) + content[second + 46 :]


def test_an_archive_within_its_bounds_is_read() -> None:
    parts = {"a": KILOBYTE, "b": KILOBYTE}
    assert read(packed(*parts.items())) == parts


@pytest.mark.parametrize(
    ("content", "case"),
    [
        (lambda: packed(("a", KILOBYTE), ("b", KILOBYTE + b"a")), "large"),
        (lambda: packed(("a", b""), ("b", b""), ("c", b"")), "large"),
        (lambda: packed(("a", b"one"), ("a", b"two")), "damaged"),
        (locked, "locked"),
        (lying, "damaged"),
        (overlapping, "damaged"),
        (lambda: packed(("a", KILOBYTE))[:-9], "damaged"),
        (lambda: b"PK\x03\x04", "damaged"),
        (lambda: b"", "damaged"),
    ],
)
def test_others_are_refused_by_name(content: Callable[[], bytes], case: str) -> None:
    with pytest.raises(BadArchiveError) as refused:
        read(content())
    assert refused.value.case == case


@given(at=st.integers(0, 10_000), mask=st.integers(1, 255))
def test_a_wrong_byte_never_raises_anything_else(at: int, mask: int) -> None:
    content = bytearray(packed(("word/document.xml", KILOBYTE), ("b", b"b")))
    content[at % len(content)] ^= mask
    try:
        parts = read(bytes(content))
    except BadArchiveError:
        return
    assert sum(map(len, parts.values())) <= 2048
