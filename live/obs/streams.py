"""Keys and streams of OBS, as far as nothing has to be asked; pure."""

import hashlib
import re
import secrets
from dataclasses import dataclass

# Of FLV: its head and the first empty size, and of each tag its head and the size after it.
_HEAD_BYTES, _TAG_BYTES, _AFTER_BYTES = 13, 11, 4
_SOUND_TAG, _PICTURE_TAG = 8, 9
_AAC, _AVC = 10, 7
# More recent codecs say so by this bit and four letters.
_EXTENDED = 0x80
_KEY = re.compile(r"[0-9a-f]{40}")
MOST_HEAD_BYTES = 200_000
# What such a stream is called towards the carrier, as a recorder calls its own.
MIME = "video/x-flv;codecs=avc1,mp4a.40.2"


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


@dataclass(frozen=True, slots=True)
class Codecs:
    """The codecs of a stream, by their numbers in FLV; None where there is no such track."""

    picture: int | None
    sound: int | None

    @property
    def is_understood(self) -> bool:
        """A picture in H.264 and a sound in AAC."""
        return (self.picture, self.sound) == (_AVC, _AAC)

    @property
    def lacks_sound(self) -> bool:
        return (self.picture, self.sound) == (_AVC, None)


def codecs_of(head: bytes) -> Codecs | None:
    """The codecs of an FLV stream by the first tag of each of its tracks.

    None while `head` is too short to say. What is no FLV at all has neither picture nor sound.
    """
    if len(head) < _HEAD_BYTES:
        return None
    if head[:3] != b"FLV":
        return Codecs(None, None)
    wanted = {tag for tag, bit in ((_PICTURE_TAG, 1), (_SOUND_TAG, 4)) if head[4] & bit}
    found: dict[int, int] = {}
    at = _HEAD_BYTES
    while not wanted <= set(found):
        if len(head) < at + _TAG_BYTES + 1:
            return None
        tag, size, first = head[at], int.from_bytes(head[at + 1 : at + 4], "big"), head[at + 11]
        if size and tag == _PICTURE_TAG:
            found.setdefault(tag, first if first & _EXTENDED else first & 0x0F)
        elif size and tag == _SOUND_TAG:
            found.setdefault(tag, first >> 4)
        at += _TAG_BYTES + size + _AFTER_BYTES
    return Codecs(found.get(_PICTURE_TAG), found.get(_SOUND_TAG))
