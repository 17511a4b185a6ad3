"""The folder of an archive: the recordings in it, what its list says of them, their copies."""

import contextlib
import errno
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.roster import UnreadableRosterError
from lms.members.roster_files import read_table
from lms.members.roster_words import sentence
from media_pipeline import files

SUFFIXES = frozenset(
    f".{name}"
    for names in (
        ("mp4", "m4v", "mov", "mkv", "webm", "avi", "wmv", "asf", "flv", "mpg", "mpeg"),
        ("vob", "ts", "mts", "m2ts", "3gp"),
        ("mp3", "m4a", "aac", "wav", "wma", "ogg", "flac"),
    )
    for name in names
)
# What a list's columns may be called, by what we keep of them.
COLUMNS = {
    "file": ("file", "filename", "文件", "文件名", "文件名称"),
    "title": ("title", "标题", "名称", "题目", "课名"),
    "chapter": ("chapter", "章", "章节", "专题", "单元"),
    "notes": ("notes", "note", "备注", "说明"),
}
_HEADER_WITHIN = 10


class ManifestError(DomainError):
    """The list as a whole cannot be used."""


class SourceUnreadableError(DomainError):
    """The archive's own disk does not give the file."""

    def __init__(self) -> None:
        super().__init__(_("读不出这个文件。请检查存放它的磁盘和文件权限。"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive; `name` is how it is called there, below the folder."""

    path: Path
    name: str
    title: str
    chapter: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looks like without reading it: another stamp, another content."""

    size_bytes: int
    modified_ns: int


def stamp_of(path: Path) -> Stamp | None:
    """None where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns)


def readable(name: str) -> str:
    """A name as text: what an old Windows disk wrote in GB18030 is no UTF-8."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "replace")


def in_order(name: str) -> list[tuple[int, str]]:
    """A key that puts 第2讲 before 第10讲."""
    parts = re.split(r"(\d+)", unicodedata.normalize("NFKC", name))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def found_in(folder: Path) -> list[Entry]:
    """All recordings below the folder by their suffix, each with its name as title."""
    entries = []
    for path in _walk(folder):
        if path.suffix.lower() in SUFFIXES:
            name = readable(str(path.relative_to(folder)))
            entries.append(Entry(path, name, _title(name)))
    return sorted(entries, key=lambda entry: in_order(entry.name))


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith((".", "~$")):
                yield Path(root) / name


def _title(name: str) -> str:
    return Path(_plain(name)).stem.strip()[:200]


# --- The list ---------------------------------------------------------------------------------


def listed_in(manifest: Path, folder: Path) -> list[Entry]:
    """The files a list names, in its order; also those that are not there.

    xlsx, or CSV in UTF-8, GB18030 or UTF-16, with the columns of `COLUMNS` (file and title, the
    others if wanted). Raises ManifestError with a sentence.
    """
    try:
        rows = list(read_table(manifest.read_bytes()).rows)
    except UnreadableRosterError as unreadable:
        raise ManifestError(
            _("清单“%(name)s”用不了：%(why)s")
            % {"name": manifest.name, "why": sentence(unreadable.problem)}
        ) from unreadable
    except OSError as error:
        raise ManifestError(_("清单“%(name)s”打不开。") % {"name": manifest.name}) from error
    at, where = _header(rows, manifest)
    there = {_plain(name): path for name, path in _names(folder)}
    entries: list[Entry] = []
    seen: set[str] = set()
    for line, cells in rows[at + 1 :]:
        texts = {
            name: str(cells[column]).strip()
            if column < len(cells) and isinstance(cells[column], str | int | float)
            else ""
            for name, column in where.items()
        }
        name = texts["file"]
        if not name:
            raise ManifestError(
                _("清单第 %(line)d 行没有写文件名。请补上，或删去这一行。") % {"line": line}
            )
        if _plain(name) in seen:
            raise ManifestError(
                _("清单第 %(line)d 行的文件“%(name)s”前面已经有了。请删去一行。")
                % {"line": line, "name": name}
            )
        seen.add(_plain(name))
        entries.append(
            Entry(
                path=there.get(_plain(name), folder / name),
                name=name,
                title=(texts.get("title") or _title(name))[:200],
                chapter=texts.get("chapter", "")[:200],
                notes=texts.get("notes", ""),
            )
        )
    return entries


def _header(
    rows: Sequence[tuple[int, Sequence[object]]], manifest: Path
) -> tuple[int, dict[str, int]]:
    for at, (_line, cells) in enumerate(rows[:_HEADER_WITHIN]):
        said = [str(cell or "").strip().casefold() for cell in cells]
        where = {
            name: next(said.index(word) for word in words if word in said)
            for name, words in COLUMNS.items()
            if any(word in said for word in words)
        }
        if "file" in where:
            return at, where
    raise ManifestError(
        _("清单“%(name)s”的前几行里没有表头。表头至少要有“文件”一列，还可以有“标题”“章节”“备注”。")
        % {"name": manifest.name}
    )


def _names(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file by its way below the folder and, where that is clear, by its name alone."""
    alone: dict[str, list[Path]] = {}
    for path in _walk(folder):
        yield readable(str(path.relative_to(folder))), path
        alone.setdefault(readable(path.name), []).append(path)
    for name, paths in alone.items():
        if len(paths) == 1:
            yield name, paths[0]


def _plain(name: str) -> str:
    """One spelling for what looks the same: slashes, and the composed form macOS takes apart."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")


# --- Bytes ------------------------------------------------------------------------------------


def sha256_of(path: Path, during: Callable[[int], None]) -> str:
    """SHA-256 in hex; `during(bytes read)` is called as it goes. Raises SourceUnreadableError."""
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as reader:
            while chunk := reader.read(files.COPY_BYTES):
                digest.update(chunk)
                done += len(chunk)
                during(done)
    except OSError as error:
        raise SourceUnreadableError from error
    return digest.hexdigest()


def copy_of(source: Path, target: Path, during: Callable[[int], None]) -> str:
    """Copy durably, reading once; returns the SHA-256 in hex of what was written.

    `during(bytes copied)` is called as it goes. Errors: SourceUnreadableError, DiskFullError;
    then, or if `during` raises, nothing is left at `target`.
    """
    digest, done = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as reader, target.open("wb") as writer:
            while chunk := reader.read(files.COPY_BYTES):
                files.ensure_room(len(chunk))
                writer.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                during(done)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise files.DiskFullError from error
        raise SourceUnreadableError from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return digest.hexdigest()
