"""The checksum of one piece, as the protocol writes it."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.checksums import ALGORITHMS, UnreadableChecksumError, read_checksum


def test_known_values() -> None:
    said = {
        "sha1": "Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
        "sha256": "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=",
        "crc32": "DUoRhQ==",
    }
    fits = {
        name: read_checksum(f"{name} {value}").fits(b"hello world") for name, value in said.items()
    }
    assert fits == {"sha1": True, "sha256": True, "crc32": True}


@pytest.mark.parametrize(
    "header", ["", "sha256", "md5 AAAA", "sha256 ???", "sha256 AAA", "SHA256 AAAA"]
)
def test_headers_that_say_nothing(header: str) -> None:
    if header == "sha256":  # no digest is one that fits nothing
        assert not read_checksum(header).fits(b"")
        return
    with pytest.raises(UnreadableChecksumError):
        read_checksum(header)


@given(st.sampled_from(sorted(ALGORITHMS)), st.binary(max_size=200), st.binary(max_size=200))
def test_fits_its_own_bytes_alone(algorithm: str, data: bytes, other: bytes) -> None:
    header = f"{algorithm} {base64.b64encode(ALGORITHMS[algorithm](data)).decode()}"
    checksum = read_checksum(header)
    assert checksum.fits(data)
    if hashlib.sha256(other).digest() != hashlib.sha256(data).digest() and algorithm != "crc32":
        assert not checksum.fits(other)
