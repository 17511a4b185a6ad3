"""The tus checksum extension: what a piece's sender says of its bytes (pure)."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _crc32(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")


# sha1 is what the protocol demands of every server; ours is asked for sha256.
ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "sha256": _sha256,
    "sha1": _sha1,
    "crc32": _crc32,
}


class UnreadableChecksumError(ValueError):
    """An algorithm we do not know, or no Base64."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def fits(self, data: bytes) -> bool:
        return ALGORITHMS[self.algorithm](data) == self.digest


def read_checksum(header: str) -> Checksum:
    """`Upload-Checksum: sha256 base64(digest)`; raises UnreadableChecksumError."""
    algorithm, _space, value = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise UnreadableChecksumError(header)
    try:
        return Checksum(algorithm, base64.b64decode(value.strip(), validate=True))
    except binascii.Error as error:
        raise UnreadableChecksumError(header) from error
