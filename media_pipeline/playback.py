"""Links to a lecture's files: bound to one member and one lecture, and soon over.

The token stands in the path, so the relative names inside playlists inherit it and no playlist
is rewritten: /hls/<token>/<expiry>/<member>/<asset>/<take>/<file>.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline import files, queries
from media_pipeline.captions import as_webvtt
from media_pipeline.command import POSTER_NAME, PROGRESSIVE_NAME
from media_pipeline.models import Asset
from media_pipeline.packaging import MASTER_NAME, captions_playlist, with_captions

LINK_SECONDS = 600
# Links made within the same half minute are the same link: a page loaded twice shares them.
GRAIN_SECONDS = 30
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Every name there can be; whatever else is asked for does not exist.
_FILE = re.compile(
    r"(?P<take>[0-9a-f]{32})/"
    r"(?P<name>master\.m3u8|poster\.jpg|low\.mp4"
    r"|(?:[1-9][0-9]{0,3}p|sound)/(?:index\.m3u8|init\.mp4|[0-9]{5,6}\.m4s))",
    re.ASCII,
)
# What is written when it is asked for.
_WRITTEN = re.compile(
    r"(?P<take>[0-9a-f]{32})/(?:(?P<master>master)|captions/(?P<language>[A-Za-z-]{2,12}))"
    r"\.(?P<kind>m3u8|vtt)",
    re.ASCII,
)
CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt; charset=utf-8",
}


class NotPlayableError(DomainError):
    """Nothing of this lecture can be watched yet."""

    def __init__(self) -> None:
        super().__init__(_("视频还在处理，请稍后再看。"))


class Verdict(Enum):
    """What a link is worth: to be served, over, or never made by us."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True)
class Link:
    """A checked link's file: where it lies and what it is."""

    path: Path
    relative: str
    content_type: str
    is_playlist: bool


@dataclass(frozen=True)
class Written:
    """A checked link's content that is no file."""

    text: str
    content_type: str


def _token(expiry: str, member_id: str, asset_id: str) -> str:
    key = salted_hmac("media_pipeline.playback", "", algorithm="sha256").digest()
    digest = hmac.new(key, f"{expiry}/{member_id}/{asset_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _signed(asset: Asset, member: Member, now: dt.datetime, name: str) -> str:
    if not asset.take:
        raise NotPlayableError
    signed = signed_path(subject=str(asset.pk), member=member, now=now)
    return f"/hls/{signed}/{asset.take}/{name}"


def signed_path(*, subject: str, member: Member, now: dt.datetime) -> str:
    """<token>/<expiry>/<member>/<subject>: what `verdict` judges; `subject` is a UUID's text."""
    grains = int(now.timestamp() + LINK_SECONDS) // GRAIN_SECONDS + 1
    expiry = str(grains * GRAIN_SECONDS)
    return f"{_token(expiry, str(member.pk), subject)}/{expiry}/{member.pk}/{subject}"


def signed_playlist(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the lecture's master playlist for this member, good for LINK_SECONDS."""
    return _signed(asset, member, now, MASTER_NAME)


def signed_poster(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the lecture's poster picture for this member."""
    return _signed(asset, member, now, POSTER_NAME)


def signed_progressive(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the lowest rendition as one file, for browsers that know no better."""
    return _signed(asset, member, now, PROGRESSIVE_NAME)


def signed_captions(*, asset: Asset, member: Member, now: dt.datetime) -> list[dict[str, str]]:
    """The lecture's captions for this member as players take them: src, lang and label."""
    return [
        {
            "src": _signed(asset, member, now, f"captions/{language}.vtt"),
            "lang": language.value,
            "label": str(language.label),
        }
        for language in queries.caption_languages(asset.pk)
    ]


def verdict(
    *, token: str, expiry: str, member_id: str, asset_id: str, by: int, now: dt.datetime
) -> Verdict:
    """Judge a link as its parts stand in the path; `by` is the member who asks."""
    shaped = (
        _TOKEN.fullmatch(token)
        and _NUMBER.fullmatch(expiry)
        and _NUMBER.fullmatch(member_id)
        and _UUID.fullmatch(asset_id)
    )
    if not shaped or not hmac.compare_digest(token, _token(expiry, member_id, asset_id)):
        return Verdict.FORGED
    if member_id != str(by):
        return Verdict.FORGED
    return Verdict.VALID if now.timestamp() < int(expiry) else Verdict.EXPIRED


def linked_file(*, asset_id: str, rest: str) -> Link | None:
    """The file a link's last part names; None for any name we do not give to files."""
    found = _FILE.fullmatch(rest)
    if found is None:
        return None
    path = files.take_folder(uuid.UUID(asset_id), found["take"]) / found["name"]
    return Link(
        path=path,
        relative=f"lectures/{asset_id}/{rest}",
        content_type=CONTENT_TYPES[path.suffix],
        is_playlist=path.suffix == ".m3u8",
    )


def linked_text(*, asset_id: str, rest: str) -> Written | None:
    """What a link's last part names if that is made of the captions; None for all the rest."""
    found = _WRITTEN.fullmatch(rest)
    if found is None:
        return None
    content_type = CONTENT_TYPES[f".{found['kind']}"]
    if found["master"]:
        text = _captioned_master(uuid.UUID(asset_id), found["take"])
        return Written(text, content_type) if text and found["kind"] == "m3u8" else None
    track = queries.caption_track(asset_id, found["language"])
    if track is None or track.asset.take != found["take"]:
        return None
    if found["kind"] == "vtt":
        return Written(as_webvtt(track.spoken), content_type)
    text = captions_playlist(f"{track.language}.vtt", track.asset.duration_ms)
    return Written(text, content_type)


def _captioned_master(asset_id: uuid.UUID, take: str) -> str:
    """The master playlist with the lecture's captions; empty where there are none of either."""
    languages = queries.caption_languages(asset_id)
    path = files.take_folder(asset_id, take) / MASTER_NAME
    if not languages or not path.exists():
        return ""
    return with_captions(
        path.read_text(encoding="utf-8"), [(one.value, str(one.label)) for one in languages]
    )
