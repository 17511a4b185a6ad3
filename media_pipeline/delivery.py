"""Serving the files of lectures: signed, private, with ranges."""

import contextlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lms.core import clock
from lms.core.access import SIGNED_IN, access
from lms.members.models import Member
from media_pipeline import keys, playback
from media_pipeline.storage import Opened, Storage, StorageUnavailableError, media_storage

BLOCK_BYTES = 64 * 1024
# Up to here a file is sent in one piece: most segments are.
WHOLE_BYTES = 1024**2
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True)
class Part:
    """Bytes first..last of a file of `size`, both included."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class UnsatisfiableRangeError(ValueError):
    """The range lies outside the file (RFC 9110, 14.4: 416)."""


def wanted_part(header: str, size: int) -> Part | None:
    """The one range a `Range` header asks for; None for the whole file.

    Several ranges, other units and nonsense mean the whole file, as RFC 9110 14.2 allows.
    """
    found = _RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        length = int(found[2])
        if length == 0 or size == 0:
            raise UnsatisfiableRangeError
        return Part(max(0, size - length), size - 1, size)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise UnsatisfiableRangeError
    return Part(first, last, size)


@access(SIGNED_IN)
@require_safe
def lecture_file(
    request: HttpRequest, token: str, expiry: str, member_id: str, asset_id: str, rest: str
) -> HttpResponseBase:
    """One file of one lecture, for the member it was signed for."""
    if (over := _refused(request, token, expiry, member_id, asset_id)) is not None:
        return over
    try:
        written = playback.linked_text(asset_id=asset_id, rest=rest)
    except StorageUnavailableError as error:
        return _not_now(error)
    if written is not None:
        # The same address may say something else tomorrow: captions are replaced in place.
        headers = {
            "Content-Type": written.content_type,
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(written.text, headers=headers)
    link = playback.linked_file(asset_id=asset_id, rest=rest)
    if link is None:
        raise Http404
    try:
        return sent(request, link)
    except StorageUnavailableError as error:
        return _not_now(error)


@access(SIGNED_IN)
@require_safe
def content_key(
    request: HttpRequest, token: str, expiry: str, member_id: str, asset_id: str, take: str
) -> HttpResponseBase:
    """The key of an internal lecture, for the member the link is of, who may see it right now."""
    if (over := _refused(request, token, expiry, member_id, asset_id)) is not None:
        return over
    member = cast(Member, request.user)
    key = None
    if playback.is_take(take):
        key = keys.give_key(asset_id=uuid.UUID(asset_id), take=take, by=member)
    if key is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(key, content_type="application/octet-stream", headers=headers)


def _refused(
    request: HttpRequest, token: str, expiry: str, member_id: str, asset_id: str
) -> HttpResponse | None:
    """The answer to a link that is over; None for one that is good; all others do not exist."""
    judged = playback.verdict(
        token=token,
        expiry=expiry,
        member_id=member_id,
        asset_id=asset_id,
        by=request.user.pk or 0,
        now=clock.now(),
    )
    if judged is playback.Verdict.FORGED:
        raise Http404
    if judged is playback.Verdict.EXPIRED:
        return HttpResponse(
            _("链接已过期，请刷新页面。"), status=410, content_type="text/plain; charset=utf-8"
        )
    return None


def _not_now(error: StorageUnavailableError) -> HttpResponse:
    return HttpResponse(
        error.message,
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": "5", "Cache-Control": "no-store"},
    )


def sent(
    request: HttpRequest, link: playback.Link, storage: Storage | None = None
) -> HttpResponseBase:
    """The file a link names in the storage (the school's): whole, or the range asked for.

    The front server sends it for us where it knows that storage. Raises Http404.
    """
    is_the_schools = storage is None or media_storage().is_here
    storage = storage or media_storage()
    headers = {
        "Content-Type": link.content_type,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache" if link.may_change else "private, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.MEDIA_ACCEL_PREFIX and is_the_schools and not storage.is_here:
        # Whether it is there the front server learns itself.
        return _by_front_server(request, storage.address(link.key, method=_verb(request)), headers)
    stored = storage.facts(link.key)
    if stored is None:
        raise Http404
    headers["ETag"] = stored.etag
    if settings.MEDIA_ACCEL_PREFIX and is_the_schools:
        return _by_front_server(request, storage.address(link.key, method=_verb(request)), headers)
    if request.headers.get("If-None-Match") == stored.etag:
        return HttpResponse(status=304, headers=headers)
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", stored.etag) != stored.etag:
        asked = ""
    try:
        part = wanted_part(asked, stored.size)
    except UnsatisfiableRangeError:
        headers["Content-Range"] = f"bytes */{stored.size}"
        return HttpResponse(status=416, headers=headers)
    status = 200
    if part is None:
        part = Part(0, stored.size - 1, stored.size)
    else:
        status = 206
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{part.size}"
    headers["Content-Length"] = str(part.length)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return _body(storage, link.key, part, status, headers)


def _verb(request: HttpRequest) -> str:
    return request.method or "GET"


def _by_front_server(
    request: HttpRequest, address: str, headers: dict[str, str]
) -> HttpResponseBase:
    accel = f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{address}"
    return HttpResponse(headers={**headers, "X-Accel-Redirect": accel})


def _body(
    storage: Storage, key: str, part: Part, status: int, headers: dict[str, str]
) -> HttpResponseBase:
    whole = part.first == 0 and part.length == part.size
    try:
        if whole:
            file = storage.open(key)
        else:
            file = storage.open(key, first=part.first, length=part.length)
    except OSError as error:
        raise Http404 from error
    if part.length <= WHOLE_BYTES:
        with contextlib.closing(file):
            # One that has grown meanwhile is sent as long as was said.
            data = file.read(part.length) if part.length else b""
            return HttpResponse(data, status=status, headers=headers)
    return StreamingHttpResponse(_Blocks(file, part.length), status=status, headers=headers)


class _Blocks:
    """An open file's next `left` bytes, block by block; closed by the response it feeds."""

    def __init__(self, file: Opened, left: int) -> None:
        self.file = file
        self.left = left

    def __iter__(self) -> Iterator[bytes]:
        while self.left and (block := self.file.read(min(BLOCK_BYTES, self.left))):
            self.left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
