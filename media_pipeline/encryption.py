"""AES-128 over whole segments, as HLS has it (RFC 8216, 4.3.2.4 and 5.2): pure, bytes and texts.

The init segment is encrypted under an initialization vector the playlist states, as the RFC wants
of one. Segments take their number for it: no two of a rendition are encrypted alike, and the
playlist grows by two lines.
"""

import re

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16
# Padding makes every file up to so many bytes longer.
MOST_PADDING_BYTES = 16
_MAP = re.compile(r"^#EXT-X-MAP:.*$", re.MULTILINE)
_KEY_LINE = re.compile(r"^#EXT-X-KEY:.*\n", re.MULTILINE)
_STATED = re.compile(r"^#EXT-X-KEY:METHOD=AES-128,.*IV=0x([0-9a-f]{32})\n#EXT-X-MAP:", re.MULTILINE)
_BANDWIDTH = re.compile(r"(?<=[:,])(BANDWIDTH|AVERAGE-BANDWIDTH)=([0-9]+)")
# A segment counts for the peak from one second on: see `packaging.checked`.
_PEAK_BITS, _AVERAGE_BITS = 8 * MOST_PADDING_BYTES, 8 * MOST_PADDING_BYTES // 4


def encrypted(data: bytes, *, key: bytes, vector: bytes) -> bytes:
    """A whole file in CBC with PKCS7 padding."""
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES128(key), modes.CBC(vector)).encryptor()
    return cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()


def decrypted(data: bytes, *, key: bytes, vector: bytes) -> bytes:
    """What `encrypted` was given; raises ValueError where key, vector or data are not its."""
    cipher = Cipher(algorithms.AES128(key), modes.CBC(vector)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(cipher.update(data) + cipher.finalize()) + unpadder.finalize()


def numbered_vector(number: int) -> bytes:
    """The vector of a segment that states none: its media sequence number, big-endian."""
    return number.to_bytes(16, "big")


def with_keys(index: str, *, init_vector: bytes, address: str) -> str:
    """A rendition's playlist that says where the key is, for the init segment and for the rest.

    The key is the take's, beside the master playlist: `address` is seen from the rendition.
    """
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{address}"'
    sealed, count = _MAP.subn(
        lambda line: f"{key},IV=0x{init_vector.hex()}\n{line[0]}\n{key}", index
    )
    if count != 1:
        raise ValueError("a playlist of ours names one init segment")
    return sealed


def without_keys(index: str) -> tuple[str, bytes]:
    """A playlist as it was before `with_keys`, and the init segment's vector."""
    stated = _STATED.search(index)
    if stated is None:
        raise ValueError("the playlist states no vector")
    return _KEY_LINE.sub("", index), bytes.fromhex(stated[1])


def with_padding(master: str, *, sign: int = 1) -> str:
    """The master playlist of files that have grown by their padding; `sign` -1 takes it away."""

    def said(found: "re.Match[str]") -> str:
        bits = _PEAK_BITS if found[1] == "BANDWIDTH" else _AVERAGE_BITS
        return f"{found[1]}={int(found[2]) + sign * bits}"

    return _BANDWIDTH.sub(said, master)
