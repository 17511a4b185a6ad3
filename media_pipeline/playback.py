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
from pathlib import PurePosixPath

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline import chapters, files, queries, storyboard
from media_pipeline.captions import as_webvtt
from media_pipeline.command import POSTER_NAME, PROGRESSIVE_NAME
from media_pipeline.models import Asset
from media_pipeline.packaging import MASTER_NAME, captions_playlist, with_captions
from media_pipeline.posters import CANDIDATE_NAME
from media_pipeline.storage import media_storage, read_bytes

LINK_SECONDS = 600
# Links made within the same half minute are the same link: a page loaded twice shares them.
GRAIN_SECONDS = 30
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Every name there can be; whatever else is asked for does not exist.
_FILE = re.compile(
    r"(?P<take>[0-9a-f]{32})/"
    r"(?P<name>master\.m3u8|poster\.jpg|low\.mp4|(?:poster|storyboard)-[1-9]\.jpg"
    r"|(?:[0-9a-f]{8}/)?(?:[1-9][0-9]{0,3}p|sound)/(?:index\.m3u8|init\.mp4|[0-9]{5,6}\.m4s))",
    re.ASCII,
)
_BESIDE = re.compile(r"(?P<take>[0-9a-f]{32})/(?P<name>storyboard|chapters)\.vtt", re.ASCII)
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
    ".webp": "image/webp",
    ".vtt": "text/vtt; charset=utf-8",
}


class NotPlayableError(DomainError):
    """Nothing of this lecture can be watched yet."""

    def __init__(self) -> None:
        super().__init__(_("视频还在处理，请稍后再看。"))


class InternalMaterialError(NotPlayableError):
    """An internal lecture is not given out as one file."""

    def __init__(self) -> None:
        DomainError.__init__(self, _("这是内部资料，只能在课程页面里观看，不能作为单个文件播放。"))


class Verdict(Enum):
    """What a link is worth: to be served, over, or never made by us."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True)
class Link:
    """A checked link's file: its name in the storage and what it is."""

    key: str
    content_type: str
    may_change: bool


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


def signed_candidate(*, asset: Asset, member: Member, now: dt.datetime, number: int) -> str:
    """The address of a picture that may be chosen as the poster."""
    return _signed(asset, member, now, CANDIDATE_NAME % number)


def signed_storyboard(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the storyboard's index for this member; empty for a sound alone."""
    return _signed(asset, member, now, storyboard.INDEX_NAME) if asset.width else ""


def signed_chapters(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the lecture's chapters as a WebVTT track for this member."""
    return _signed(asset, member, now, "chapters.vtt")


def signed_progressive(*, asset: Asset, member: Member, now: dt.datetime) -> str:
    """The address of the lowest rendition as one file, for browsers that know no better.

    Raises InternalMaterialError: one file can carry no key.
    """
    if asset.is_internal:
        raise InternalMaterialError
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
    if found["name"] == PROGRESSIVE_NAME and queries.is_internal(asset_id):
        return None  # one from before it became internal
    if found["name"] == POSTER_NAME:
        return _poster(asset_id, found["take"])
    # A playlist of a lecture in the making still grows.
    return taken_file(asset_id, found["take"], found["name"], may_change=rest.endswith(".m3u8"))


def taken_file(
    asset_id: uuid.UUID | str, take: str, name: str, *, may_change: bool = False
) -> Link:
    """A file of a take; the name must be one of ours."""
    return Link(
        key=files.take_prefix(uuid.UUID(str(asset_id)), take) + name,
        content_type=CONTENT_TYPES[PurePosixPath(name).suffix],
        may_change=may_change,
    )


def _poster(asset_id: str, take: str) -> Link:
    """The picture chosen for the lecture, as its row says now; else what the run made first."""
    chosen = queries.stills_of(asset_id)
    if chosen is not None and chosen.own_picture:
        own = files.own_poster_key(asset_id, chosen.own_picture)
        if media_storage().facts(own) is not None:
            return Link(own, CONTENT_TYPES[".jpg"], may_change=True)
    if chosen is not None and chosen.shown:
        candidate = taken_file(asset_id, take, CANDIDATE_NAME % chosen.shown, may_change=True)
        if media_storage().facts(candidate.key) is not None:
            return candidate
    return taken_file(asset_id, take, POSTER_NAME, may_change=True)


def linked_text(*, asset_id: str, rest: str) -> Written | None:
    """What a link's last part names if we write it for each who asks; None for all the rest."""
    beside = _BESIDE.fullmatch(rest)
    if beside is not None:
        if beside["name"] == "chapters":
            return Written(_chapters(asset_id), CONTENT_TYPES[".vtt"])
        return Written(_board_index(uuid.UUID(asset_id), beside["take"]), CONTENT_TYPES[".vtt"])
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


def _chapters(asset_id: str) -> str:
    length_ms = queries.length_of(asset_id)
    return chapters.as_webvtt(queries.chapters_of(asset_id), length_ms=length_ms)


def _board_index(asset_id: uuid.UUID, take: str) -> str:
    """Where the storyboard's pictures lie; of a lecture made before there were any, none."""
    try:
        key = files.take_prefix(asset_id, take) + storyboard.INDEX_NAME
        return read_bytes(media_storage(), key).decode()
    except FileNotFoundError:
        return "WEBVTT\n"


def _captioned_master(asset_id: uuid.UUID, take: str) -> str:
    """The master playlist with the lecture's captions; empty where there are none of either."""
    languages = queries.caption_languages(asset_id)
    if not languages:
        return ""
    try:
        master = read_bytes(media_storage(), files.take_prefix(asset_id, take) + MASTER_NAME)
    except FileNotFoundError:
        return ""
    return with_captions(master.decode(), [(one.value, str(one.label)) for one in languages])


def is_take(name: str) -> bool:
    """Whether a take could be called so."""
    return re.fullmatch(r"[0-9a-f]{32}", name, re.ASCII) is not None


def watermark(*, asset: Asset, member: Member) -> str:
    """What is drawn over an internal lecture: who is watching; "" for every other lecture."""
    return f"{member.name} {member.number[-4:]}" if asset.is_internal else ""
