"""A school's lectures move between a folder and a bucket while it is open.

Only what a row names is carried. What lies at its place with the right size is not sent again, so
a move that was cut goes on where it stood, and a second one takes what has come in since.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from media_pipeline import files, queries
from media_pipeline.storage import COPY_BYTES, LocalStorage, Storage, Stored


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of the storage that those above keep; `unfinished`: why more will come to it."""

    prefix: str
    unfinished: str = ""


# What those above keep beside recordings and takes, asked for when a move begins.
_keepers: list[Callable[[], Iterable[Kept]]] = []


def register(keeper: Callable[[], Iterable[Kept]]) -> None:
    """Carry what `keeper` names, too; once is enough."""
    if keeper not in _keepers:
        _keepers.append(keeper)


@dataclass
class Moved:
    """What a move found: files sent and their bytes, those that were there, and what is wrong."""

    sent: int = 0
    sent_bytes: int = 0
    there: int = 0
    removed: int = 0
    faults: list[str] = field(default_factory=list)


def move_media(
    *,
    source: Storage,
    target: Storage,
    is_verified: bool = False,
    removes: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Moved:
    """Copy every recording, every shown take and what was registered from `source` to `target`.

    Safe to call again. A recording's bytes must have the SHA-256 its row says. `is_verified`: what
    is at the target is read back and compared by SHA-256, whenever it came there. `removes`: the
    source's copies go once all is at the target without a fault.
    """
    moved = Moved()
    seen: list[str] = []
    kept = [one for keeper in _keepers for one in keeper()]
    moved.faults += [f"{one.prefix}: {one.unfinished}" for one in kept if one.unfinished]
    with tempfile.TemporaryDirectory(prefix="move-media-") as folder:
        for one, sha256 in _wanted(source, kept):
            seen.append(one.key)
            _carry(one, sha256, source, target, Path(folder) / "file", is_verified, moved)
            if len(seen) % 1000 == 0:
                say(f"{len(seen)} files, {moved.sent_bytes // 1024**2} MB sent")
    for key in _missing(seen, target):
        moved.faults.append(f"{key}: neither here nor there")
    if removes and not moved.faults:
        for key in seen:
            source.delete(key)
            moved.removed += 1
    return moved


def _wanted(source: Storage, kept: Iterable[Kept]) -> Iterator[tuple[Stored, str]]:
    """The source's files a row names, each with the SHA-256 the row says, if any."""
    for asset_id, take, sha256 in queries.kept_media():
        key = files.original_key(asset_id)
        original = source.facts(key)
        if original is not None:
            yield original, sha256
        if take:
            for one in source.listed(files.take_prefix(asset_id, take)):
                yield one, ""
    for place in kept:
        for one in source.listed(place.prefix):
            yield one, ""


def _missing(seen: list[str], target: Storage) -> Iterator[str]:
    """Recordings a row names that are at neither end."""
    known = set(seen)
    for asset_id, _take, _sha256 in queries.kept_media():
        key = files.original_key(asset_id)
        if key not in known and target.facts(key) is None:
            yield key


def _carry(
    one: Stored,
    sha256: str,
    source: Storage,
    target: Storage,
    between: Path,
    is_verified: bool,
    moved: Moved,
) -> None:
    there = target.facts(one.key)
    is_sent = there is None or there.size != one.size
    if is_sent:
        path = _at_hand(source, one.key, between)
        found = _sha256_of(LocalStorage(path.parent), path.name)
        if sha256 and found != sha256:
            moved.faults.append(f"{one.key}: not the recording that was handed in")
            return
        target.put(path, one.key)
        between.unlink(missing_ok=True)
        there = target.facts(one.key)
        moved.sent += 1
        moved.sent_bytes += one.size
    else:
        moved.there += 1
    if there is None or there.size != one.size:
        moved.faults.append(f"{one.key}: not as long as it was")
    elif is_verified and _sha256_of(target, one.key) != _sha256_of(source, one.key):
        moved.faults.append(f"{one.key}: not the same bytes")


def _at_hand(source: Storage, key: str, between: Path) -> Path:
    if isinstance(source, LocalStorage):
        return source.path(key)
    with contextlib.closing(source.open(key)) as reader, between.open("wb") as writer:
        while block := reader.read(COPY_BYTES):
            writer.write(block)
    return between


def _sha256_of(storage: Storage, key: str) -> str:
    digest = hashlib.sha256()
    with contextlib.closing(storage.open(key)) as file:
        while block := file.read(COPY_BYTES):
            digest.update(block)
    return digest.hexdigest()
