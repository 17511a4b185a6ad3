"""Files on their way in: begun, continued from what is safely on disk, finished, swept."""

import datetime as dt
import os
import uuid
from pathlib import PurePath

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.states import advance
from lms.members.models import Branch, Member
from media_pipeline import edit_services, files
from media_pipeline.models import Asset, Upload, UploadState
from media_pipeline.probe import EmptyFileError
from media_pipeline.rules import can_upload_for
from media_pipeline.services import NotYourLectureError, register_asset

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
    replaces: Asset | None = None,
) -> Upload:
    """Reserve a place for a file of `length` bytes, a new content of `replaces` if one is named."""
    if replaces is not None:
        edit_services.ensure_replaceable(asset=replaces, by=by)
        branch, title = replaces.owner_branch, replaces.title
    if branch is None or not can_upload_for(by, branch):
        raise NotYourLectureError
    if length == 0:
        raise EmptyFileError
    if length > settings.MEDIA_MAX_UPLOAD_BYTES:
        raise UploadTooLargeError
    open_uploads = Upload.objects.filter(state=UploadState.OPEN)
    if open_uploads.filter(by=by).count() >= MOST_OPEN_UPLOADS:
        raise TooManyUploadsError
    promised = open_uploads.aggregate(left=Sum(F("length") - F("offset")))["left"] or 0
    files.ensure_room(length + promised)
    name = PurePath(original_name.replace("\\", "/").replace("\x00", "")).name
    name = name[-255:] or _("未命名")
    now = clock.now()
    upload_id = uuid.uuid4()
    path = files.upload_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return Upload.objects.create(
        id=upload_id,
        by=by,
        branch=branch,
        title=(title.replace("\x00", "").strip() or PurePath(name).stem)[:200],
        original_name=name,
        length=length,
        replaces=replaces,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


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
        try:
            descriptor = os.open(path, os.O_WRONLY)
            try:
                written = 0
                while written < len(data):
                    written += os.pwrite(descriptor, data[written:], offset + written)
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise files.DiskFullError from error
        end = offset + len(data)
        Upload.objects.filter(pk=upload.pk).update(offset=end, expires_at=clock.now() + KEPT_FOR)
    upload.offset = end
    return end


def finish_upload(*, upload: Upload) -> bool:
    """Turn a whole file into a lecture, once; safe to call again after a crash half-way."""
    if upload.state != UploadState.OPEN or upload.offset != upload.length:
        return False
    part, original = files.upload_path(upload.pk), files.original_path(upload.pk)
    if part.exists():
        files.move_in(part, original)
    with transaction.atomic():
        # The lecture takes the upload's id, so that a second finish can make no second one.
        if not advance(upload, to=UploadState.FINISHED, from_=[UploadState.OPEN]):
            return False
        asset = register_asset(
            asset_id=upload.pk,
            size_bytes=upload.length,
            title=upload.title,
            by=upload.by,
            branch=upload.branch,
            original_name=upload.original_name,
        )
        Upload.objects.filter(pk=upload.pk).update(asset=asset)
        if upload.replaces is not None:
            edit_services.offer_file(asset=upload.replaces, successor=asset, by=upload.by)
    return True


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
            finish_upload(upload=upload)
        elif upload.expires_at <= clock.now() and advance(
            upload, to=UploadState.EXPIRED, from_=[UploadState.OPEN]
        ):
            files.upload_path(upload.pk).unlink(missing_ok=True)
            expired += 1
    return expired
