"""Where the pipeline's files lie, and whether there is room for more. All names are our own."""

import contextlib
import hashlib
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError

COPY_BYTES = 1024**2


class DiskFullError(DomainError):
    """There is no room for this; nothing was kept."""

    def __init__(self) -> None:
        super().__init__(_("服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。"))


def original_path(asset_id: uuid.UUID) -> Path:
    """The recording as it was handed in."""
    return Path(settings.MEDIA_ROOT) / "originals" / str(asset_id)


def lecture_folder(asset_id: uuid.UUID) -> Path:
    """All takes of a lecture."""
    return Path(settings.MEDIA_ROOT) / "lectures" / str(asset_id)


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


def keep_copy(source: Path, target: Path) -> int:
    """Copy `source` to `target`, whole or not at all; returns its bytes."""
    ensure_room(source.stat().st_size)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        with source.open("rb") as reader, part.open("wb") as writer:
            shutil.copyfileobj(reader, writer, COPY_BYTES)
            writer.flush()
            os.fsync(writer.fileno())
            size = writer.tell()
        part.rename(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskFullError from error
    return size


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


def share(source: Path, target: Path) -> None:
    """The same bytes under a second name, without a copy; there already is a normal end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.link(source, target)


def share_take(owner: uuid.UUID, take: str, other: uuid.UUID) -> None:
    """A lecture's take among those of another too; half done before, it is finished now."""
    folder = take_folder(owner, take)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            share(path, take_folder(other, take) / path.relative_to(folder))


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


def drop_other_runs(asset_id: uuid.UUID, take: str, keep: Collection[str]) -> None:
    """Remove from a take the folders of runs that are not in `keep`."""
    _drop_others(take_folder(asset_id, take), keep, folders_only=True)


def _drop_others(parent: Path, keep: Collection[str], *, folders_only: bool = False) -> None:
    with contextlib.suppress(FileNotFoundError):
        for path in parent.iterdir():
            if path.name not in keep and (path.is_dir() or not folders_only):
                shutil.rmtree(path, ignore_errors=True)


def drop_run(asset_id: uuid.UUID, take: str, run: str) -> None:
    """Remove what one run has written, and the take if nothing else is in it."""
    folder = take_folder(asset_id, take)
    shutil.rmtree(folder / run, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def drop_lecture(asset_id: uuid.UUID) -> None:
    """Remove all takes of a lecture."""
    shutil.rmtree(lecture_folder(asset_id), ignore_errors=True)


def drop_take(asset_id: uuid.UUID, take: str) -> None:
    """Remove a take with all its runs."""
    if take:
        shutil.rmtree(take_folder(asset_id, take), ignore_errors=True)
