"""What no row names goes, a day later: takes of dead workers, recordings nobody registered.

A worker or server killed between the storage and the database leaves files, and never a row
without its files: what is looked for here takes room and does no other harm.
"""

import datetime as dt
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from lms.core import clock
from media_pipeline import files, queries
from media_pipeline.storage import Storage, media_storage

LEFT_FOR = dt.timedelta(hours=24)
AT_ONCE = 500


@dataclass(frozen=True)
class Swept:
    """How many recordings, takes, half-sent files and files of this machine were removed."""

    recordings: int
    takes: int
    halves: int
    here: int


def orphans() -> Swept:
    """Remove what no row names and nobody has written to for LEFT_FOR; safe at any time.

    Raises StorageUnavailableError; what was removed until then stays removed.
    """
    storage = media_storage()
    before = clock.now() - LEFT_FOR
    return Swept(
        recordings=_drop_recordings(storage, before),
        takes=_drop_takes(storage, before),
        halves=storage.abort_parts(before=before),
        here=_drop_here(before),
    )


def _drop_recordings(storage: Storage, before: dt.datetime) -> int:
    old = {
        found: one.key
        for one in storage.listed("originals/")
        if one.modified_at < before and (found := _uuid(one.key.removeprefix("originals/")))
    }
    nobodys = set(old) - queries.wanted_originals(old)
    for asset_id in nobodys:
        storage.delete(old[asset_id])
    return len(nobodys)


def _drop_takes(storage: Storage, before: dt.datetime) -> int:
    dropped = 0
    for batch in _batches(
        [found for name in storage.folders("lectures/") if (found := _uuid(name))]
    ):
        living = queries.living_takes(batch)
        for asset_id in batch:
            for take in storage.folders(files.lecture_prefix(asset_id)):
                prefix = files.take_prefix(asset_id, take)
                if take in living.get(asset_id, ()):
                    continue
                if all(one.modified_at < before for one in storage.listed(prefix)):
                    storage.delete_prefix(prefix)
                    dropped += 1
    return dropped


def _drop_here(before: dt.datetime) -> int:
    """This machine's own: scratch takes, uploads that are over, halves of fetched recordings."""
    root = Path(settings.MEDIA_ROOT)
    dropped = 0
    scratch = {
        found: folder for folder in files.scratch_root().glob("*") if (found := _uuid(folder.name))
    }
    living = queries.living_takes(scratch)
    for asset_id, folder in scratch.items():
        for take in folder.iterdir():
            if take.name not in living.get(asset_id, ()) and _is_old(take, before):
                shutil.rmtree(take, ignore_errors=True)
                dropped += 1
    uploads = {found: path for path in (root / "uploads").glob("*") if (found := _uuid(path.name))}
    going_on = queries.open_upload_ids(uploads)
    over = [path for upload_id, path in uploads.items() if upload_id not in going_on]
    for path in [*over, *(root / "cache").glob("*.part")]:
        if _is_old(path, before):
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


def _is_old(path: Path, before: dt.datetime) -> bool:
    try:
        times = [one.stat().st_mtime for one in (path, *path.rglob("*"))]
    except OSError:
        return False  # somebody is at it
    return max(times) < before.timestamp()


def _uuid(name: str) -> uuid.UUID | None:
    """The id a file is named by; None for a name we give to nothing."""
    try:
        found = uuid.UUID(name)
    except ValueError:
        return None
    return found if str(found) == name else None


def _batches(ids: Iterable[uuid.UUID]) -> Iterable[list[uuid.UUID]]:
    every = list(ids)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))
