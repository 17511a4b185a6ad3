"""The recordings as they were handed in: kept in the storage, at hand where there is work on them.

A worker whose storage is elsewhere fetches a recording into a folder of its own, checks it, and
keeps it there for as long as there is room: looking into a lecture and encoding it fetch it once.
"""

import contextlib
import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from media_pipeline import files
from media_pipeline.storage import (
    COPY_BYTES,
    StorageUnavailableError,
    local_storage,
    media_storage,
    nothing,
)

WAIT_SECONDS = 0.2


class OriginalMissingError(DomainError):
    """The storage has no such recording."""

    def __init__(self) -> None:
        super().__init__(_("原文件已不在服务器上，请重新上传。"))


class BeingStoredError(DomainError):
    """Another request is carrying this upload into the storage at this moment."""

    def __init__(self) -> None:
        super().__init__(_("文件已收齐，正在存入媒体库，请稍候。"))


def keep(*, asset_id: uuid.UUID, source: Path) -> int:
    """Put a copy of `source` into the storage, whole or not at all; returns its bytes."""
    size = source.stat().st_size
    storage = media_storage()
    if storage.is_here:
        files.ensure_room(size)
    try:
        storage.put(source, files.original_key(asset_id))
    except OSError as error:
        raise files.DiskFullError from error
    return size


def take_in(*, asset_id: uuid.UUID, part: Path, length: int) -> bool:
    """Bring a whole upload from this machine's disk into the storage; safe to call again.

    False if its bytes lie on another machine. `part` may still be there afterwards: it is the
    caller's to remove once the database names the recording. Raises BeingStoredError.
    """
    storage = media_storage()
    key = files.original_key(asset_id)
    if storage.is_here:
        if part.exists():
            files.move_in(part, files.original_path(asset_id))
        return storage.facts(key) is not None
    with contextlib.ExitStack() as open_files:
        try:
            file = open_files.enter_context(part.open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return _is_kept(key, length)
        except BlockingIOError as error:
            raise BeingStoredError from error
        if not _is_kept(key, length):
            storage.put(part, key)
    return True


def _is_kept(key: str, length: int) -> bool:
    kept = media_storage().facts(key)
    return kept is not None and kept.size == length


def exists(asset_id: uuid.UUID) -> bool:
    """Whether the storage has the recording."""
    return media_storage().facts(files.original_key(asset_id)) is not None


@contextmanager
def at_hand(
    *, asset_id: uuid.UUID, sha256: str = "", during: Callable[[], None] = nothing
) -> Iterator[Path]:
    """The recording as a file of this machine for as long as the block lasts.

    `during` is called at least about once a megabyte and five times a second while it is fetched
    or waited for. Raises OriginalMissingError, DiskFullError, StorageUnavailableError (also where
    what came is not what `sha256` says).
    """
    if media_storage().is_here:
        yield files.original_path(asset_id)
        return
    cache = Path(settings.MEDIA_ROOT) / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / str(asset_id)
    while True:
        with _locked(path, during=during) as lock:
            if not path.exists():
                _fetch(asset_id, path, sha256, during)
            os.utime(path)
            # The change to a shared lock may let another in between.
            fcntl.flock(lock, fcntl.LOCK_SH)
            if path.exists():
                yield path
                return


@contextmanager
def _locked(path: Path, *, during: Callable[[], None] | None) -> Iterator[int]:
    """The lock of one cached file, alone; without `during` BlockingIOError instead of waiting."""
    name = path.with_name(f"{path.name}.lock")
    while True:
        lock = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if during is None:
                        raise
                    during()
                    time.sleep(WAIT_SECONDS)
            # Whoever removed the file removed its lock too: ours may be of one that is no more.
            if name.exists() and name.stat().st_ino == os.fstat(lock).st_ino:
                yield lock
                return
        finally:
            os.close(lock)


def _fetch(asset_id: uuid.UUID, path: Path, sha256: str, during: Callable[[], None]) -> None:
    key = files.original_key(asset_id)
    storage = media_storage()
    facts = storage.facts(key)
    if facts is None:
        raise OriginalMissingError
    _make_room(path.parent, facts.size)
    part = path.with_name(f"{path.name}.part")
    digest = hashlib.sha256()
    try:
        with contextlib.closing(storage.open(key)) as reader, part.open("wb") as writer:
            while block := reader.read(COPY_BYTES):
                digest.update(block)
                writer.write(block)
                during()
            size = writer.tell()
        if size != facts.size or (sha256 and digest.hexdigest() != sha256):
            raise StorageUnavailableError
        part.rename(path)
    except FileNotFoundError as error:
        raise OriginalMissingError from error
    except OSError as error:
        raise files.DiskFullError from error
    finally:
        part.unlink(missing_ok=True)


def _make_room(cache: Path, wanted: int) -> None:
    """Remove what was used longest ago and is in no use, until `wanted` bytes more are allowed."""
    for path in sorted(_cached(cache), key=_used_at):
        taken = sum(_size(one) for one in _cached(cache))
        if taken + wanted <= settings.MEDIA_CACHE_BYTES and files.has_room(wanted):
            return
        with contextlib.suppress(BlockingIOError), _locked(path, during=None):
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
    files.ensure_room(wanted)


def _cached(cache: Path) -> list[Path]:
    return [path for path in cache.iterdir() if not path.suffix]


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def share(asset_id: uuid.UUID, other: uuid.UUID) -> None:
    """The recording under another lecture's name too."""
    media_storage().share(files.original_key(asset_id), files.original_key(other))


def drop(asset_id: uuid.UUID) -> None:
    """Remove the recording from the storage, and from this machine."""
    media_storage().delete(files.original_key(asset_id))
    local_storage().delete(f"cache/{asset_id}")
