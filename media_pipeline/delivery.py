"""Serving the files of lectures: signed, private, with ranges."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lms.core import clock
from lms.core.access import SIGNED_IN, access
from media_pipeline import playback

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
    written = playback.linked_text(asset_id=asset_id, rest=rest)
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
    return send_file(request, link)


def send_file(request: HttpRequest, link: playback.Link) -> HttpResponseBase:
    """The file of a checked link: whole, a range of it, or nothing new. Raises Http404."""
    try:
        stat = link.path.stat()
    except OSError as error:
        raise Http404 from error
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {
        "Content-Type": link.content_type,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        # A playlist of a lecture in the making still grows.
        "Cache-Control": "private, no-cache" if link.is_playlist else "private, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.MEDIA_ACCEL_PREFIX:
        accel = f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{link.relative}"
        return HttpResponse(headers={**headers, "X-Accel-Redirect": accel})
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        asked = ""
    try:
        part = wanted_part(asked, stat.st_size)
    except UnsatisfiableRangeError:
        headers["Content-Range"] = f"bytes */{stat.st_size}"
        return HttpResponse(status=416, headers=headers)
    status = 200
    if part is None:
        part = Part(0, stat.st_size - 1, stat.st_size)
    else:
        status = 206
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{part.size}"
    headers["Content-Length"] = str(part.length)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return _body(link.path, part, status, headers)


def _body(path: Path, part: Part, status: int, headers: dict[str, str]) -> HttpResponseBase:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Http404 from error
    file.seek(part.first)
    if part.length <= WHOLE_BYTES:
        with file:
            return HttpResponse(file.read(part.length), status=status, headers=headers)
    return StreamingHttpResponse(_Blocks(file, part.length), status=status, headers=headers)


class _Blocks:
    """An open file's next `left` bytes, block by block; closed by the response it feeds."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self.file = file
        self.left = left

    def __iter__(self) -> Iterator[bytes]:
        while self.left and (block := self.file.read(min(BLOCK_BYTES, self.left))):
            self.left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
