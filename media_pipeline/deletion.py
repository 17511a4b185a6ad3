"""A lecture nobody uses is deleted: its rows at once, its files right after, surely in the end."""

import shutil
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.tasks import enqueue
from lms.members.models import Member, Role
from lms.members.queries import has_role
from media_pipeline import files, originals, queries
from media_pipeline.errors import NotYourLectureError
from media_pipeline.making import let_go
from media_pipeline.models import Asset
from media_pipeline.storage import media_storage
from media_pipeline.storage_models import Removal
from media_pipeline.uses import Use, uses_of


class LectureInUseError(DomainError):
    """Something shows this lecture: it would have a hole."""

    def __init__(self, uses: list[Use]) -> None:
        named = [use.name for use in uses if use.name]
        others = len(uses) - len(named)
        words = named[:10]
        if others or len(named) > 10:
            words.append(_("另外 %(count)d 处") % {"count": others + len(named[10:])})
        super().__init__(
            _("这个视频正在使用，不能删除：%(uses)s。请先在那里换成别的视频。")
            % {"uses": "、".join(words)}
        )


class OtherContentError(DomainError):
    """It is another lecture's new or former content."""

    def __init__(self) -> None:
        super().__init__(_("这是另一个视频的新版本或原内容，请在那个视频的页面放弃或撤销。"))


class AlreadyDeletedError(DomainError):
    """Somebody was faster."""

    def __init__(self) -> None:
        super().__init__(_("这个视频已经被删除了。"))


def can_delete_asset(by: Any, asset: Asset) -> bool:
    """Who brought it in, and the administrators of its branch."""
    return bool(by.pk == asset.uploaded_by_id and has_role(by, _HANDLING, asset.owner_branch)) or (
        has_role(by, Role.ADMINISTRATOR, asset.owner_branch)
    )


_HANDLING = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def delete_asset(*, asset: Asset, by: Member) -> Removal:
    """Remove a lecture for good; work on it ends, and nothing of it stays on the disk.

    Errors: NotYourLectureError, LectureInUseError with the names of what uses it.
    """
    if not can_delete_asset(by, asset):
        raise NotYourLectureError
    with transaction.atomic():
        # What is about to use it waits here for its foreign key, or is seen below.
        row = Asset.objects.select_for_update().filter(pk=asset.pk).first()
        if row is None:
            raise AlreadyDeletedError
        if queries.is_other_content(row):
            raise OtherContentError
        uses = uses_of(row.pk, by)
        if uses:
            raise LectureInUseError(uses)
        # Its other contents go with it: a file may lie under the name of either.
        for other in queries.other_contents(row):
            _remove(other, by)
        return _remove(row, by)


def _remove(row: Asset, by: Member) -> Removal:
    let_go(row)
    removal = Removal.objects.create(
        asset_id=row.pk,
        title=row.title,
        original_name=row.original_name,
        branch=row.owner_branch,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        removed_by=by,
        removed_at=clock.now(),
    )
    try:
        row.delete()
    except ProtectedError as error:
        raise LectureInUseError([Use("")] * len(error.protected_objects)) from error
    enqueue("media_pipeline.remove_files", removal_id=removal.pk)
    return removal


def remove_files(*, removal_id: int) -> None:
    """The files of a deleted lecture; may be done twice."""
    removal = Removal.objects.filter(pk=removal_id, files_gone_at=None).first()
    if removal is None:
        return
    if not Asset.objects.filter(pk=removal.asset_id).exists():
        originals.drop(removal.asset_id)
        files.upload_path(removal.asset_id).unlink(missing_ok=True)
        media_storage().delete_prefix(files.lecture_prefix(removal.asset_id))
        media_storage().delete_prefix(files.posters_prefix(removal.asset_id))
        folder = files.lecture_folder(removal.asset_id)
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            return  # a worker is just leaving it; the sweep comes again
    Removal.objects.filter(pk=removal_id).update(files_gone_at=clock.now())


def sweep_removals() -> int:
    """Files whose removal was lost with the broker, or met a worker; returns how many were."""
    left = list(Removal.objects.filter(files_gone_at=None).values_list("pk", flat=True))
    for removal_id in left:
        remove_files(removal_id=removal_id)
    return len(left)
