"""Keys and streams of OBS, as far as nothing has to be asked; pure."""

import hashlib
import re
import secrets

# Of a Matroska stream: each track's CodecID, and where its first cluster begins.
_CODEC = re.compile(rb"\x86(?=([\x80-\xff])([VA]_[A-Z0-9/_]+))")
_CLUSTER = b"\x1f\x43\xb6\x75"
_KEY = re.compile(r"[0-9a-f]{40}")
PICTURE, SOUND = "V_MPEG4/ISO/AVC", "A_AAC"
MOST_HEAD_BYTES = 200_000
# What such a stream is called towards the carrier, as a recorder calls its own.
MIME = "video/x-matroska;codecs=avc1,mp4a.40.2"


def new_key() -> str:
    """160 bits of chance, in letters OBS does not change."""
    return secrets.token_hex(20)


def is_key(said: str) -> bool:
    return _KEY.fullmatch(said) is not None


def digest_of(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def stream_name(digest: str) -> str:
    """What a stream is called inside the server: nobody can send by this name."""
    return f"c{digest[:40]}"


def codecs_of(head: bytes) -> list[str] | None:
    """The codecs of a Matroska stream's tracks; None while its head is not whole yet."""
    end = head.find(_CLUSTER)
    if end < 0:
        return None
    return [name[: size[0] & 0x7F].decode() for size, name in _CODEC.findall(head[:end])]


def is_understood(codecs: list[str]) -> bool:
    """One picture in H.264, and one sound in AAC."""
    return sorted(codecs) == sorted((PICTURE, SOUND))
