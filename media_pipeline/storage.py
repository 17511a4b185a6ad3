"""Where lectures are kept: a folder of this machine, or a bucket many machines share.

Keys are relative names of our own making: `originals/<asset>` and `lectures/<asset>/<take>/…`.
Which storage it is, MEDIA_STORAGE_URL says; nothing but this file and `s3` knows the difference
between the two, and nobody's browser ever speaks to the bucket.
"""

import contextlib
import datetime as dt
import functools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from lms.core.errors import DomainError

COPY_BYTES = 1024**2


class StorageUnavailableError(DomainError):
    """The storage did not answer, or not as it must; nothing was kept."""

    def __init__(self) -> None:
        super().__init__(_("媒体存储暂时连不上，请稍后再试；如果一直这样，请联系系统管理员。"))


class UnknownStorageError(ValueError):
    """MEDIA_STORAGE_URL cannot be read; the message says what it should look like."""


@dataclass(frozen=True)
class Stored:
    """One file in the storage. `etag` changes with its bytes, and is quoted as HTTP has it."""

    key: str
    size: int
    etag: str
    modified_at: dt.datetime


class Opened(Protocol):
    """Bytes on their way out of the storage; whoever opened them closes them."""

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


def nothing() -> None:
    """For `during`, where nobody waits for a sign of life."""


class Storage(Protocol):
    """Every verb raises StorageUnavailableError; what is put is safely kept once it returns.

    `during` is called about once a megabyte, and ends the work by raising.
    """

    # The files under MEDIA_ROOT are themselves the storage: nothing is carried anywhere.
    is_here: bool

    def facts(self, key: str) -> Stored | None:
        """The file's facts; None if there is no such file."""

    def open(self, key: str, *, first: int = 0, length: int | None = None) -> Opened:
        """The file's bytes from `first` on; raises FileNotFoundError."""

    def put(self, path: Path, key: str, *, during: Callable[[], None] = nothing) -> None:
        """Keep a copy of a local file under `key`, in the place of what was there."""

    def put_bytes(self, data: bytes, key: str) -> None:
        """Keep a small file."""

    def share(self, key: str, other: str) -> None:
        """The file of `key` under `other` too, if nothing is there; nothing comes this way."""

    def listed(self, prefix: str) -> Iterator[Stored]:
        """The files whose keys begin so, in no order that is promised."""

    def folders(self, prefix: str) -> list[str]:
        """The names of the folders right below `prefix`, which ends in a slash."""

    def delete(self, key: str) -> None:
        """Remove one file; none there is a normal end."""

    def delete_prefix(self, prefix: str) -> int:
        """Remove a folder (`prefix` ends in a slash) with all in it; how many files it were."""

    def address(self, key: str, *, method: str) -> str:
        """What `X-Accel-Redirect` names, below MEDIA_ACCEL_PREFIX."""

    def abort_parts(self, *, before: dt.datetime) -> int:
        """Give up what has been begun and not gone on with since; how many files it were."""


def media_storage() -> Storage:
    """The school's storage. Cheap to ask for: what it holds is made once a process."""
    return _storage_at(settings.MEDIA_STORAGE_URL, str(settings.MEDIA_ROOT))


def local_storage() -> "LocalStorage":
    """The folder of this machine, whatever the setting says."""
    return LocalStorage(Path(settings.MEDIA_ROOT))


@functools.lru_cache(maxsize=8)
def _storage_at(url: str, root: str) -> Storage:
    return LocalStorage(Path(root)) if not url else storage_at(url)


def storage_at(url: str) -> Storage:
    """The storage such a URL names; raises UnknownStorageError."""
    if url.startswith("s3://"):
        # boto3 takes a tenth of a second and 20 MB, which a school with a folder does without.
        from media_pipeline.s3 import S3Storage, S3Url

        return S3Storage(S3Url.read(url))
    raise UnknownStorageError(f"not s3://bucket?endpoint=https://…: {url}")


def read_bytes(storage: Storage, key: str) -> bytes:
    """A small file as a whole; raises FileNotFoundError."""
    with contextlib.closing(storage.open(key)) as file:
        return file.read()


def copy_to(storage: Storage, key: str, target: Path, *, during: Callable[[], None]) -> None:
    """Write a stored file to a local path, which is made new; raises FileNotFoundError."""
    with contextlib.closing(storage.open(key)) as reader, target.open("wb") as writer:
        while block := reader.read(COPY_BYTES):
            writer.write(block)
            during()


class LocalStorage:
    """A folder: each key is a path below it."""

    is_here = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where the file of that key lies."""
        return self.root / key

    def facts(self, key: str) -> Stored | None:
        try:
            stat = self.path(key).stat()
        except OSError:
            return None
        return _facts(key, stat)

    def open(self, key: str, *, first: int = 0, length: int | None = None) -> Opened:
        try:
            file = self.path(key).open("rb")
        except (NotADirectoryError, IsADirectoryError) as error:
            raise FileNotFoundError(key) from error
        file.seek(first)
        return file if length is None else _Limited(file, length)

    def put(self, path: Path, key: str, *, during: Callable[[], None] = nothing) -> None:
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        try:
            with path.open("rb") as reader, part.open("wb") as writer:
                while block := reader.read(COPY_BYTES):
                    writer.write(block)
                    during()
                writer.flush()
                os.fsync(writer.fileno())
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def put_bytes(self, data: bytes, key: str) -> None:
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(data)
        part.replace(target)

    def share(self, key: str, other: str) -> None:
        target = self.path(other)
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(self.path(key), target)

    def listed(self, prefix: str) -> Iterator[Stored]:
        # `prefix` may end within a name, as it may in a bucket.
        base = self.path(prefix.rpartition("/")[0])
        for path in base.rglob("*"):
            key = path.relative_to(self.root).as_posix()
            if key.startswith(prefix) and path.is_file():
                yield _facts(key, path.stat())

    def folders(self, prefix: str) -> list[str]:
        with contextlib.suppress(OSError):
            return [entry.name for entry in self.path(prefix).iterdir() if entry.is_dir()]
        return []

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def delete_prefix(self, prefix: str) -> int:
        if not prefix.strip("/"):
            raise ValueError("all of the storage is no folder of it")
        count = sum(1 for _file in self.listed(prefix))
        shutil.rmtree(self.path(prefix), ignore_errors=True)
        return count

    def address(self, key: str, *, method: str) -> str:
        return key

    def abort_parts(self, *, before: dt.datetime) -> int:
        """Halves of copies, whose process was killed."""
        count = 0
        for folder in ("originals", "lectures"):
            for one in list(self.listed(f"{folder}/")):
                if one.key.endswith(".part") and one.modified_at < before:
                    self.delete(one.key)
                    count += 1
        return count


def _facts(key: str, stat: os.stat_result) -> Stored:
    return Stored(
        key=key,
        size=stat.st_size,
        etag=f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"',
        modified_at=dt.datetime.fromtimestamp(stat.st_mtime, tz=dt.UTC),
    )


class _Limited:
    """An open file of which only so many bytes are read."""

    def __init__(self, file: Opened, left: int) -> None:
        self.file = file
        self.left = left

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        block = self.file.read(wanted) if wanted else b""
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()
