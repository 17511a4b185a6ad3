"""Where the pipeline's files lie on this machine, and whether there is room for more.

Where the storage is a folder of this machine, a take is written where it stays. Where it is a
bucket, takes are written in a scratch folder and carried there: see `storage` and `publishing`.
"""

import contextlib
import hashlib
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from media_pipeline.storage import StorageUnavailableError, media_storage

COPY_BYTES = 1024**2
SHARED_AT_ONCE = 16


class DiskFullError(DomainError):
    """There is no room for this; nothing was kept."""

    def __init__(self) -> None:
        super().__init__(_("服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。"))


def original_key(asset_id: uuid.UUID) -> str:
    """The storage's name for the recording as it was handed in."""
    return f"originals/{asset_id}"


def lecture_prefix(asset_id: uuid.UUID) -> str:
    """What the storage's names of all takes of a lecture begin with."""
    return f"lectures/{asset_id}/"


def take_prefix(asset_id: uuid.UUID, take: str) -> str:
    """What the storage's names of one take's files begin with."""
    return f"{lecture_prefix(asset_id)}{take}/"


def original_path(asset_id: uuid.UUID) -> Path:
    """The recording as it was handed in, where the storage is a folder of this machine."""
    return Path(settings.MEDIA_ROOT) / original_key(asset_id)


def scratch_root() -> Path:
    """Where takes are made whose storage is elsewhere."""
    return Path(settings.MEDIA_ROOT) / "scratch"


def lecture_folder(asset_id: uuid.UUID) -> Path:
    """All takes of a lecture that are made or kept on this machine."""
    if media_storage().is_here:
        return Path(settings.MEDIA_ROOT) / lecture_prefix(asset_id)
    return scratch_root() / str(asset_id)


def take_folder(asset_id: uuid.UUID, take: str) -> Path:
    """One run's renditions; shown to people once the asset names this take."""
    return lecture_folder(asset_id) / take


def upload_path(upload_id: uuid.UUID) -> Path:
    """A file on its way in."""
    return Path(settings.MEDIA_ROOT) / "uploads" / str(upload_id)


def ensure_room(wanted_bytes: int) -> None:
    """Raise DiskFullError if `wanted_bytes` more would eat into the reserve."""
    if not has_room(wanted_bytes):
        raise DiskFullError


def sha256_of(path: Path, *, during: Callable[[], None]) -> str:
    """SHA-256 in hex; `during` is called about once a gigabyte, and ends it by raising."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        for count in itertools.count():
            chunk = reader.read(COPY_BYTES)
            if not chunk:
                return digest.hexdigest()
            digest.update(chunk)
            if count % 1024 == 0:
                during()
    raise AssertionError("a file ends")


def move_in(source: Path, target: Path) -> None:
    """Rename within our disk, durably."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.rename(target)


def share_take(owner: uuid.UUID, take: str, other: uuid.UUID) -> None:
    """A lecture's take among those of another too; half done before, it is finished now."""
    storage, prefix = media_storage(), take_prefix(owner, take)

    def share(key: str) -> None:
        storage.share(key, take_prefix(other, take) + key.removeprefix(prefix))

    # A bucket answers each in its own time: thousands of segments, one by one, take minutes.
    with ThreadPoolExecutor(SHARED_AT_ONCE) as pool:
        for _done in pool.map(share, [one.key for one in storage.listed(prefix)]):
            pass


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old or the new one, never a half."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def bring_out(path: Path, folder: Path) -> None:
    """Move a finished file up into `folder`; what is none, or empty, stays where it is."""
    if path.is_file() and path.stat().st_size:
        path.replace(folder / path.name)


def show_copy(path: Path, folder: Path) -> None:
    """A finished file in `folder` too, while a run still counts on it where it is."""
    if path.is_file() and path.stat().st_size:
        part = folder / f".{path.name}.part"
        shutil.copyfile(path, part)
        part.replace(folder / path.name)


def concatenate(parts: Iterable[Path], target: Path) -> None:
    """One file with the bytes of all `parts`."""
    with target.open("wb") as writer:
        for part in parts:
            with part.open("rb") as reader:
                shutil.copyfileobj(reader, writer, COPY_BYTES)


def free_bytes() -> int:
    """What the disk still takes before the reserve; below 0 when it is eaten into."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return int(shutil.disk_usage(root).free - settings.MEDIA_RESERVE_BYTES)


def has_room(wanted_bytes: int) -> bool:
    """Whether `wanted_bytes` more leave the reserve as it is."""
    return wanted_bytes <= free_bytes()


def drop_other_takes(asset_id: uuid.UUID, keep: Collection[str]) -> None:
    """Remove what runs before left behind; `keep` are the takes shown and being made."""
    _drop_others(lecture_folder(asset_id), keep)
    _drop_stored_others(lecture_prefix(asset_id), keep)


def drop_other_runs(asset_id: uuid.UUID, take: str, keep: Collection[str]) -> None:
    """Remove from a take the folders of runs that are not in `keep`."""
    _drop_others(take_folder(asset_id, take), keep)
    _drop_stored_others(take_prefix(asset_id, take), keep)


def _drop_others(parent: Path, keep: Collection[str]) -> None:
    with contextlib.suppress(FileNotFoundError):
        for path in parent.iterdir():
            if path.name not in keep and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)


def _drop_stored_others(prefix: str, keep: Collection[str]) -> None:
    storage = media_storage()
    if storage.is_here:
        return
    # What cannot be removed now is nobody's, and found by the sweep.
    with contextlib.suppress(StorageUnavailableError):
        for name in storage.folders(prefix):
            if name not in keep:
                storage.delete_prefix(f"{prefix}{name}/")


def drop_run(asset_id: uuid.UUID, take: str, run: str) -> None:
    """Remove what one run has written, and the take if nothing else is in it."""
    drop_scratch(asset_id, take, run, is_kept=False)
    if not media_storage().is_here:
        with contextlib.suppress(StorageUnavailableError):
            media_storage().delete_prefix(f"{take_prefix(asset_id, take)}{run}/")


def drop_lecture(asset_id: uuid.UUID) -> None:
    """Remove all takes of a lecture."""
    shutil.rmtree(lecture_folder(asset_id), ignore_errors=True)
    if not media_storage().is_here:
        with contextlib.suppress(StorageUnavailableError):
            media_storage().delete_prefix(lecture_prefix(asset_id))


def drop_take(asset_id: uuid.UUID, take: str) -> None:
    """Remove a take with all its runs."""
    if not take:
        return
    shutil.rmtree(take_folder(asset_id, take), ignore_errors=True)
    if not media_storage().is_here:
        with contextlib.suppress(StorageUnavailableError):
            media_storage().delete_prefix(take_prefix(asset_id, take))


def drop_scratch(asset_id: uuid.UUID, take: str, run: str = "", *, is_kept: bool = True) -> None:
    """Remove the worker's own copy of a take, or of one run of it, that lies in the storage.

    Not `is_kept`: it is wanted nowhere.
    """
    if is_kept and media_storage().is_here:
        return
    folder = take_folder(asset_id, take)
    shutil.rmtree(folder / run if run else folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def posters_prefix(asset_id: uuid.UUID | str) -> str:
    """What the storage's names of pictures brought for a lecture begin with.

    Outside its takes, so that they outlast them.
    """
    return f"posters/{asset_id}/"


def own_poster_key(asset_id: uuid.UUID | str, name: str) -> str:
    """The storage's name for such a picture."""
    return f"{posters_prefix(asset_id)}{name}.jpg"
