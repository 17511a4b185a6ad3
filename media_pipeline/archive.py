"""A folder of recordings comes in: each file once, whole or not at all, however often asked."""

import contextlib
import enum
import fcntl
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from media_pipeline import originals, quotas, uploads
from media_pipeline.archive_files import (
    Entry,
    SourceUnreadableError,
    Stamp,
    copy_of,
    sha256_of,
    stamp_of,
)
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, AssetState
from media_pipeline.queries import visible_assets
from media_pipeline.rules import can_upload_for
from media_pipeline.services import register_asset
from media_pipeline.storage_models import ArchivedFile

# A file that was written to so recently may still be on its way into the folder.
SETTLED_SECONDS = 60
_NAMES = uuid.UUID("8f0f6f0c-6c1e-4a51-9b57-6f5d3f8f6f6e")


class Fate(enum.Enum):
    """What becomes, or would become, of one file."""

    NEW = "new"
    KNOWN = "known"  # taken in before
    DELETED = "deleted"  # taken in before, and deleted by somebody since
    SAME = "same"  # the same recording came in another way
    GROWING = "growing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's fate in words; `lecture` is the one it is or was."""

    entry: Entry
    fate: Fate
    words: str
    lecture: Asset | None = None

    @property
    def is_error(self) -> bool:
        return self.fate is Fate.REFUSED


class ArchiveBusyError(DomainError):
    """Another import runs on this machine: both would copy the same files."""

    def __init__(self) -> None:
        super().__init__(_("这台机器上已有一个导入正在进行。请等它结束，或先结束它。"))


Progress = Callable[[int], None]


def silent(_done: int) -> None:
    """No progress asked for."""


@contextlib.contextmanager
def sole_import() -> Iterator[None]:
    """One import at a time a machine; what a killed one has left half-copied goes.

    Raises ArchiveBusyError.
    """
    _staging().parent.mkdir(parents=True, exist_ok=True)
    with _staging().with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ArchiveBusyError from error
        _staging().unlink(missing_ok=True)
        yield


def _staging() -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads" / "archive.part"


def branch_coded(code: str) -> Branch | None:
    return Branch.objects.filter(code=code).first()


def member_numbered(number: str) -> Member | None:
    """Somebody who may still sign in."""
    return Member.objects.filter(number=number, is_active=True).first()


def ensure_may_import(*, by: Member, branch: Branch) -> None:
    """Raise NotYourLectureError for who brings no lectures in for this branch."""
    if not can_upload_for(by, branch):
        raise NotYourLectureError


@dataclass(frozen=True)
class Import:
    """For whom a folder is taken in: the member, the branch, and whether deleted ones return."""

    by: Member
    branch: Branch
    again: bool = False

    def judge(self, entry: Entry, during: Progress = silent) -> Outcome:
        """What would become of a file; nothing is changed."""
        stamp = stamp_of(entry.path)
        refusal = self._refusal(entry, stamp)
        if refusal is not None or stamp is None:
            return refusal or _refused(entry, _("文件夹里没有这个文件。请核对清单里的文件名。"))
        known = self._known_by_stamp(entry, stamp)
        if known is None and self._may_be_known(stamp):
            try:
                known = self._known(entry, sha256_of(entry.path, during))
            except SourceUnreadableError as error:
                return _refused(entry, error.message)
        if known is not None:
            return known
        try:
            quotas.ensure_allowed(member=self.by, branch=self.branch, wanted=stamp.size_bytes)
        except DomainError as error:
            return _refused(entry, error.message)
        return Outcome(entry, Fate.NEW, _("将导入为《%(title)s》") % {"title": entry.title})

    def take(self, entry: Entry, during: Progress = silent) -> Outcome:
        """Take a file in, unless there is a reason not to; call within `sole_import`."""
        judged = self.judge(entry)
        stamp = stamp_of(entry.path)
        if judged.fate is not Fate.NEW or stamp is None:
            return judged
        try:
            sha256 = copy_of(entry.path, _staging(), during)
            if stamp_of(entry.path) != stamp:
                return _growing(entry)
            return self._keep(entry, stamp, sha256)
        except DomainError as error:
            return _refused(entry, error.message)
        finally:
            _staging().unlink(missing_ok=True)

    # --- Reasons not to ---

    def _refusal(self, entry: Entry, stamp: Stamp | None) -> Outcome | None:
        if stamp is None:
            return None
        if not entry.path.is_file():
            return _refused(entry, _("这不是文件。请核对清单里的文件名。"))
        # A camera's clock may be years ahead: far from now in either way is settled.
        if abs(clock.now().timestamp() - stamp.modified_ns / 1e9) < SETTLED_SECONDS:
            return _growing(entry)
        try:
            uploads.ensure_welcome(by=self.by, branch=self.branch, length=stamp.size_bytes)
        except DomainError as error:
            return _refused(entry, error.message)
        return None

    def _known_by_stamp(self, entry: Entry, stamp: Stamp) -> Outcome | None:
        known = ArchivedFile.objects.filter(
            branch=self.branch,
            path=_kept_path(entry),
            size_bytes=stamp.size_bytes,
            modified_ns=stamp.modified_ns,
        )
        return self._of_archived(entry, known.select_related("asset").first())

    def _may_be_known(self, stamp: Stamp) -> bool:
        """Something of this size is here: only then is the file read twice."""
        same_size = {"size_bytes": stamp.size_bytes}
        return (
            ArchivedFile.objects.filter(branch=self.branch, **same_size).exists()
            or visible_assets(self.by).filter(**same_size).exists()
        )

    def _known(self, entry: Entry, sha256: str) -> Outcome | None:
        archived = ArchivedFile.objects.filter(branch=self.branch, sha256=sha256)
        outcome = self._of_archived(entry, archived.select_related("asset").first())
        if outcome is not None:
            return outcome
        same = visible_assets(self.by).filter(sha256=sha256).exclude(state=AssetState.FAILED)
        lecture = same.order_by("created_at").first()
        if lecture is None:
            return None
        words = _("与《%(title)s》相同，不再导入") % {"title": lecture.title}
        return Outcome(entry, Fate.SAME, words, lecture)

    def _of_archived(self, entry: Entry, archived: ArchivedFile | None) -> Outcome | None:
        if archived is None:
            return None
        if archived.asset is not None:
            words = _("已导入过，即《%(title)s》") % {"title": archived.asset.title}
            return Outcome(entry, Fate.KNOWN, words, archived.asset)
        if self.again:
            return None
        return Outcome(entry, Fate.DELETED, _("导入过，后来被删除了，不再导入"))

    # --- Taking in ---

    @transaction.atomic
    def _keep(self, entry: Entry, stamp: Stamp, sha256: str) -> Outcome:
        quotas.hold_arrivals()
        known = self._known(entry, sha256)
        if known is not None:
            return known
        quotas.ensure_allowed(member=self.by, branch=self.branch, wanted=stamp.size_bytes)
        archived, _made = ArchivedFile.objects.get_or_create(
            branch=self.branch,
            sha256=sha256,
            defaults={**_kept(entry, stamp), "times": 0},
        )
        times = archived.times + 1
        # From the content: a run killed between the file's move and the commit is repeated by
        # the next one onto the same name.
        asset_id = uuid.uuid5(_NAMES, f"{self.branch.pk}:{sha256}:{times}")
        originals.take_in(asset_id=asset_id, part=_staging(), length=stamp.size_bytes)
        lecture = register_asset(
            asset_id=asset_id,
            size_bytes=stamp.size_bytes,
            title=entry.title,
            by=self.by,
            branch=self.branch,
            original_name=Path(entry.name.replace("\\", "/")).name,
        )
        Asset.objects.filter(pk=lecture.pk).update(sha256=sha256)
        ArchivedFile.objects.filter(pk=archived.pk).update(
            **_kept(entry, stamp), times=times, asset=lecture
        )
        words = _("已导入为《%(title)s》") % {"title": lecture.title}
        return Outcome(entry, Fate.NEW, words, lecture)


def _kept(entry: Entry, stamp: Stamp) -> dict[str, object]:
    return {
        "path": _kept_path(entry),
        "size_bytes": stamp.size_bytes,
        "modified_ns": stamp.modified_ns,
        "chapter": entry.chapter,
        "notes": entry.notes,
        "taken_at": clock.now(),
    }


def _kept_path(entry: Entry) -> str:
    """The path as PostgreSQL takes it, whatever bytes the disk's names are made of."""
    return str(entry.path.absolute()).encode("utf-8", "backslashreplace").decode()


def _refused(entry: Entry, words: str) -> Outcome:
    return Outcome(entry, Fate.REFUSED, words)


def _growing(entry: Entry) -> Outcome:
    return Outcome(entry, Fate.GROWING, _("还在写入，这次先不导入"))
