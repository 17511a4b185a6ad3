"""The tus 1.0 resumable upload protocol at /uploads/.

Core, creation, expiration, termination and checksum. Bytes are read from the connection in small
slices and each is safe on disk before the next, so a request of any length holds little memory
and a cut line loses little. Bytes with a checksum are held until they are known to be right, and
so are few.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.core.access import access
from lms.core.errors import DomainError
from media_pipeline import quotas, uploads
from media_pipeline.checksums import ALGORITHMS, UnreadableChecksumError, read_checksum
from media_pipeline.errors import NotYourLectureError
from media_pipeline.files import DiskFullError
from media_pipeline.models import Upload, UploadState
from media_pipeline.originals import BeingStoredError
from media_pipeline.queries import lecture_branches, own_upload, visible_assets
from media_pipeline.rules import LECTURES
from media_pipeline.storage import StorageUnavailableError

VERSION = "1.0.0"
SLICE_BYTES = 1024**2
MOST_CHECKED_BYTES = 16 * 1024**2
CONTENT_TYPE = "application/offset+octet-stream"


class WrongChecksumError(DomainError):
    """The bytes changed on their way; nothing of them was kept."""

    def __init__(self) -> None:
        super().__init__(_("这一段在传输中损坏，请重传这一段。"))


class LongCheckedPieceError(DomainError):
    """More bytes than are held in memory to be checked."""

    def __init__(self) -> None:
        super().__init__(
            _("带校验的一段不能超过 %(most)d MB，请分成小段上传。")
            % {"most": MOST_CHECKED_BYTES // 1024**2}
        )


_STATUS: dict[type[DomainError], int] = {
    DiskFullError: 507,
    uploads.UploadTooLargeError: 413,
    uploads.TooManyUploadsError: 429,
    uploads.OffsetConflictError: 409,
    uploads.UploadOverError: 410,
    uploads.DamagedUploadError: 460,
    quotas.QuotaTooSmallError: 413,
    quotas.QuotaFullError: 507,
    WrongChecksumError: 460,
    LongCheckedPieceError: 413,
    NotYourLectureError: 403,
    BeingStoredError: 423,
    StorageUnavailableError: 503,
}
_PHRASES = {460: "Checksum Mismatch"}


def _answer(status: int, text: str = "", **headers: str) -> HttpResponse:
    response = HttpResponse(
        text,
        status=status,
        reason=_PHRASES.get(status),
        content_type="text/plain; charset=utf-8",
    )
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def _refusal(error: DomainError) -> HttpResponse:
    return _answer(_STATUS.get(type(error), 400), error.message)


def _number(request: HttpRequest, name: str) -> int:
    value = request.headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        raise BadRequest(name)
    return int(value)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: comma-separated `key base64(value)`, values in UTF-8."""
    found: dict[str, str] = {}
    for pair in header.split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadRequest("Upload-Metadata") from error
    return found


def _speaks_tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer OPTIONS, and refuse other versions of the protocol before the view runs."""

    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _answer(
                204,
                Tus_Version=VERSION,
                Tus_Extension="creation,expiration,termination,checksum",
                Tus_Checksum_Algorithm=",".join(ALGORITHMS),
                Tus_Max_Size=str(settings.MEDIA_MAX_UPLOAD_BYTES),
            )
        if request.headers.get("Tus-Resumable") != VERSION:
            return _answer(412, Tus_Version=VERSION)
        try:
            return view(request, **kwargs)
        except DomainError as error:
            return _refusal(error)
        except BadRequest as error:
            return _answer(400, str(error))

    return access(LECTURES)(answered)


@_speaks_tus
def create(request: HttpRequest) -> HttpResponse:
    """POST: a place for a file of Upload-Length bytes."""
    if request.method != "POST":
        return _answer(405, Allow="POST, OPTIONS")
    about = metadata(request.headers.get("Upload-Metadata", ""))
    branches = lecture_branches(request.user)
    wanted = request.GET.get("branch", "")
    if wanted:
        number = int(wanted) if re.fullmatch(r"[0-9]{1,9}", wanted, re.ASCII) else 0
        branches = branches.filter(pk=number)
    replaces = None
    if replaced := request.GET.get("replaces"):
        # What is not visible does not exist.
        replaces = visible_assets(request.user).filter(pk=_key(replaced)).first()
        if replaces is None:
            raise Http404
    upload = uploads.begin_upload(
        by=request.user,  # type: ignore[arg-type]
        branch=branches.first(),
        length=_number(request, "Upload-Length"),
        original_name=about.get("filename", ""),
        title=about.get("title", ""),
        fingerprint=about.get("fingerprint", ""),
        sha256=_whole_sha256(about),
        is_internal=about.get("internal") == "1",
        replaces=replaces,
    )
    return _answer(
        201,
        Location=reverse("media:upload", kwargs={"upload_id": upload.pk}),
        Upload_Expires=_http_date(upload),
    )


def _whole_sha256(about: dict[str, str]) -> str:
    """What the sender says the whole file hashes to, in hex; "" if it does not say."""
    stated = about.get("sha256", "").lower()
    if stated and not re.fullmatch(r"[0-9a-f]{64}", stated, re.ASCII):
        raise BadRequest("sha256")
    return stated


@_speaks_tus
def continue_(request: HttpRequest, *, upload_id: uuid.UUID) -> HttpResponse:
    """HEAD: how far we are. PATCH: more bytes. DELETE: never mind."""
    upload = own_upload(request.user, upload_id)
    if upload is None:
        raise Http404
    if request.method == "HEAD":
        return _head(upload)
    if request.method == "PATCH":
        return _patch(request, upload)
    if request.method == "DELETE":
        uploads.cancel_upload(upload=upload)
        return _answer(204)
    return _answer(405, Allow="HEAD, PATCH, DELETE, OPTIONS")


def _head(upload: Upload) -> HttpResponse:
    if upload.state not in (UploadState.OPEN, UploadState.FINISHED):
        return _answer(410)
    if upload.state == UploadState.OPEN and upload.offset == upload.length:
        # Whole, but the server ended before it was stored: not "all there" before it is.
        uploads.finish_upload(upload=upload)
    return _answer(
        200,
        Upload_Offset=str(upload.offset),
        Upload_Length=str(upload.length),
        Upload_Expires=_http_date(upload),
    )


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != CONTENT_TYPE:
        return _answer(415)
    offset = _number(request, "Upload-Offset")
    if upload.state != UploadState.OPEN:
        raise uploads.UploadOverError
    if offset != upload.offset:
        raise uploads.OffsetConflictError
    try:
        if "Upload-Checksum" in request.headers:
            data = _read_checked(request)
            offset = uploads.append_bytes(upload=upload, offset=offset, data=data)
        else:
            while data := _read_slice(request):
                offset = uploads.append_bytes(upload=upload, offset=offset, data=data)
    except UnreadablePostError:
        return _answer(400, Upload_Offset=str(offset))  # the line was cut: nobody hears this
    if offset == upload.length:
        uploads.finish_upload(upload=upload)
    return _answer(204, Upload_Offset=str(offset), Upload_Expires=_http_date(upload))


def _read_checked(request: HttpRequest) -> bytes:
    """The whole body, if it is what its Upload-Checksum says."""
    try:
        checksum = read_checksum(request.headers["Upload-Checksum"])
    except UnreadableChecksumError as error:
        raise BadRequest("Upload-Checksum") from error
    data = _read_slice(request, MOST_CHECKED_BYTES + 1)
    if len(data) > MOST_CHECKED_BYTES:
        raise LongCheckedPieceError
    if not checksum.fits(data):
        raise WrongChecksumError
    return data


def _read_slice(request: HttpRequest, wanted: int = SLICE_BYTES) -> bytes:
    """Up to `wanted` bytes, fewer only at the end or where the line was cut."""
    parts: list[bytes] = []
    while wanted and (part := request.read(min(wanted, 65_536))):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _http_date(upload: Upload) -> str:
    return format_datetime(upload.expires_at, usegmt=True)
