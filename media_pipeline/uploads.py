"""Files on their way in: begun, continued from what is safely on disk, finished, swept."""

import datetime as dt
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.states import advance
from lms.members.models import Branch, Member
from media_pipeline import edit_services, files, originals, quotas
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, Upload, UploadState
from media_pipeline.probe import EmptyFileError
from media_pipeline.rules import can_upload_for
from media_pipeline.services import register_asset

KEPT_FOR = dt.timedelta(hours=24)
MOST_OPEN_UPLOADS = 20


class UploadTooLargeError(DomainError):
    """Longer than the school takes in one file."""

    def __init__(self) -> None:
        super().__init__(
            _("文件超过 %(most)d GB 的上限。请压缩或分段后上传。")
            % {"most": settings.MEDIA_MAX_UPLOAD_BYTES // 1024**3}
        )


class TooManyUploadsError(DomainError):
    """One person has too many unfinished uploads."""

    def __init__(self) -> None:
        super().__init__(_("您有过多未完成的上传。请先完成或取消其中一些。"))


class OffsetConflictError(DomainError):
    """The bytes do not begin where ours end: another request was faster."""

    def __init__(self) -> None:
        super().__init__(_("上传位置不一致，请稍后自动续传。"))


class DamagedUploadError(DomainError):
    """The whole is not what its sender said it would be; nothing of it was kept."""

    def __init__(self) -> None:
        super().__init__(_("文件在传输中损坏，没有保存。请重新选择文件上传。"))


class PlainFormTooLargeError(DomainError):
    """Too long for one piece."""

    def __init__(self) -> None:
        super().__init__(
            _("不用脚本时，一次只能上传不超过 %(most)d MB 的文件。请换用新一些的浏览器上传。")
            % {"most": plain_form_megabytes()}
        )


class UploadOverError(DomainError):
    """Finished, cancelled or expired: nothing more is taken."""

    def __init__(self) -> None:
        super().__init__(_("这次上传已结束或已过期，请重新选择文件上传。"))


def begin_upload(
    *,
    by: Member,
    branch: Branch | None,
    length: int,
    original_name: str,
    title: str,
    fingerprint: str = "",
    sha256: str = "",
    is_internal: bool = False,
    replaces: Asset | None = None,
) -> Upload:
    """Reserve a place for a file of `length` bytes, a new content of `replaces` if one is named.

    `fingerprint` is whatever the sender's device knows the file again by; `sha256`, in hex, is
    held against the whole at its end. Errors: NotYourLectureError, EmptyFileError,
    UploadTooLargeError, TooManyUploadsError, QuotaTooSmallError, QuotaFullError, DiskFullError,
    EditRefusedError.
    """
    if replaces is not None:
        edit_services.ensure_replaceable(asset=replaces, by=by)
        branch, title = replaces.owner_branch, replaces.title
        is_internal = replaces.is_internal
    ensure_welcome(by=by, branch=branch, length=length)
    assert branch is not None
    name = plain_name(original_name)
    now = clock.now()
    upload_id = uuid.uuid4()
    with transaction.atomic():
        quotas.hold_arrivals()
        if Upload.objects.filter(by=by, state=UploadState.OPEN).count() >= MOST_OPEN_UPLOADS:
            raise TooManyUploadsError
        quotas.ensure_allowed(member=by, branch=branch, wanted=length)
        path = files.upload_path(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return Upload.objects.create(
            id=upload_id,
            by=by,
            branch=branch,
            title=plain_title(title) or PurePath(name).stem[:200],
            original_name=name,
            length=length,
            is_internal=is_internal,
            replaces=replaces,
            fingerprint=fingerprint.replace("\x00", "")[:128],
            sha256=sha256,
            created_at=now,
            expires_at=now + KEPT_FOR,
        )


def ensure_welcome(*, by: Member, branch: Branch | None, length: int) -> None:
    """Raise for a file that is not taken, whatever room there is."""
    if branch is None or not can_upload_for(by, branch):
        raise NotYourLectureError
    if length == 0:
        raise EmptyFileError
    if length > settings.MEDIA_MAX_UPLOAD_BYTES:
        raise UploadTooLargeError


def plain_name(original_name: str) -> str:
    """The name alone, as its sender wrote it, whatever folders of theirs stand before it."""
    name = PurePath(original_name.replace("\\", "/").replace("\x00", "")).name
    return name[-255:] or _("未命名")


def plain_title(title: str) -> str:
    return title.replace("\x00", "").strip()[:200]


def plain_form_megabytes() -> int:
    """How large a file the form without JavaScript takes."""
    return int(settings.MEDIA_PLAIN_FORM_BYTES // 1024**2)


def rename_upload(*, upload: Upload, title: str) -> str:
    """Give the lecture to be another title, before it is whole; returns the title it has."""
    wanted = plain_title(title) or PurePath(upload.original_name).stem[:200]
    if not advance(upload, to=UploadState.OPEN, from_=[UploadState.OPEN], title=wanted):
        raise UploadOverError
    return wanted


def append_bytes(*, upload: Upload, offset: int, data: bytes) -> int:
    """Write `data` at `offset`, which must be where our bytes end; returns the new end.

    Under the row's lock, and on disk before the offset is committed: what we acknowledge
    survives a killed server, and of two senders at one place one is told 409.
    """
    path = files.upload_path(upload.pk)
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.state != UploadState.OPEN or row.expires_at <= clock.now():
            raise UploadOverError
        if row.offset != offset or offset + len(data) > row.length:
            raise OffsetConflictError
        files.ensure_room(len(data))
        try:
            descriptor = os.open(path, os.O_WRONLY)
            try:
                _write_all(descriptor, data, offset)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise files.DiskFullError from error
        end = offset + len(data)
        Upload.objects.filter(pk=upload.pk).update(offset=end, expires_at=clock.now() + KEPT_FOR)
    upload.offset = end
    return end


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    """All of `data` at `offset`, on disk; what does not fit leaves the file as it was."""
    written = 0
    try:
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], offset + written)
        os.fdatasync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, offset)
        raise


def finish_upload(*, upload: Upload) -> bool:
    """Turn a whole file into a lecture, once; safe to call again after a crash half-way.

    Raises DamagedUploadError for one that is not what its sender said it would be,
    BeingStoredError and StorageUnavailableError for one that has to wait.
    """
    if upload.state != UploadState.OPEN or upload.offset != upload.length:
        return False
    part = files.upload_path(upload.pk)
    if part.exists() and not _is_as_stated(upload, part):
        error = DamagedUploadError()
        advance(upload, to=UploadState.REFUSED, from_=[UploadState.OPEN], reason=error.message)
        part.unlink(missing_ok=True)
        raise error
    if not originals.take_in(asset_id=upload.pk, part=part, length=upload.length):
        return False
    with transaction.atomic():
        # The lecture takes the upload's id, so that a second finish can make no second one.
        if not advance(upload, to=UploadState.FINISHED, from_=[UploadState.OPEN]):
            return False
        upload.refresh_from_db(fields=["title"])  # it may have been renamed meanwhile
        asset = register_asset(
            asset_id=upload.pk,
            size_bytes=upload.length,
            title=upload.title,
            by=upload.by,
            branch=upload.branch,
            original_name=upload.original_name,
            is_internal=upload.is_internal,
        )
        Upload.objects.filter(pk=upload.pk).update(asset=asset)
        if upload.replaces is not None:
            edit_services.offer_file(asset=upload.replaces, successor=asset, by=upload.by)
    part.unlink(missing_ok=True)
    return True


def _is_as_stated(upload: Upload, part: Path) -> bool:
    if not upload.sha256:
        return True
    return files.sha256_of(part, during=lambda: None) == upload.sha256


def take_whole(
    *,
    by: Member,
    branch: Branch | None,
    length: int,
    original_name: str,
    title: str,
    chunks: Iterable[bytes],
    is_internal: bool = False,
) -> Upload:
    """A file that came in one piece, by the plain form; all or nothing of it is kept.

    Errors: PlainFormTooLargeError and those of `begin_upload` and `append_bytes`.
    """
    if length > settings.MEDIA_PLAIN_FORM_BYTES:
        raise PlainFormTooLargeError
    upload = begin_upload(
        by=by,
        branch=branch,
        length=length,
        original_name=original_name,
        title=title,
        is_internal=is_internal,
    )
    try:
        offset = 0
        for chunk in chunks:
            offset = append_bytes(upload=upload, offset=offset, data=chunk)
    except DomainError:
        cancel_upload(upload=upload)
        raise
    finish_upload(upload=upload)
    return upload


def cancel_upload(*, upload: Upload) -> None:
    """The sender does not want it any more: its bytes go at once."""
    if not advance(upload, to=UploadState.CANCELLED, from_=[UploadState.OPEN]):
        raise UploadOverError
    files.upload_path(upload.pk).unlink(missing_ok=True)


def expire_uploads() -> int:
    """Finish what was whole when its server died; remove what nobody came back for."""
    expired = 0
    for upload in Upload.objects.filter(state=UploadState.OPEN).select_related("by", "branch"):
        if upload.offset == upload.length:
            # What another is at, or cannot be stored now, has its turn at the next sweep.
            with suppress(DomainError):
                finish_upload(upload=upload)
        elif upload.expires_at <= clock.now() and advance(
            upload, to=UploadState.EXPIRED, from_=[UploadState.OPEN]
        ):
            files.upload_path(upload.pk).unlink(missing_ok=True)
            expired += 1
    return expired
