"""Where the pipeline's files lie, and whether there is room for more. All names are our own."""

import contextlib
import hashlib
import itertools
import os
import shutil
import uuid
from collections.abc import Callable
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
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free - wanted_bytes < settings.MEDIA_RESERVE_BYTES:
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


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old or the new one, never a half."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def drop_other_takes(asset_id: uuid.UUID, keep: str) -> None:
    """Remove what runs before left behind; `keep` is the take shown now ("" for none)."""
    with contextlib.suppress(FileNotFoundError):
        for folder in lecture_folder(asset_id).iterdir():
            if folder.name != keep:
                shutil.rmtree(folder, ignore_errors=True)


def drop_take(asset_id: uuid.UUID, take: str) -> None:
    """Remove what one run has written."""
    shutil.rmtree(take_folder(asset_id, take), ignore_errors=True)


def own_poster_path(asset_id: uuid.UUID, name: str) -> Path:
    """A picture somebody brought for a lecture: outside its takes, so that it outlasts them."""
    return Path(settings.MEDIA_ROOT) / own_poster_name(asset_id, name)


def own_poster_name(asset_id: uuid.UUID | str, name: str) -> str:
    """The same below the media folder."""
    return f"posters/{asset_id}/{name}.jpg"


def keep_bytes(path: Path, content: bytes) -> None:
    """Write a small file durably, whole or not at all."""
    ensure_room(len(content))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as writer:
            writer.write(content)
            writer.flush()
            os.fsync(writer.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskFullError from error
