"""Slides where a bucket is the storage: handed in at one machine, drawn at another, seen at all.

Names are those of the folder of the class; where that folder is the storage nothing is carried.
"""

import shutil
from pathlib import Path

from django.conf import settings

from lms.core.jobs import Pulse
from media_pipeline.storage import copy_to, media_storage


def hand_on(folder: Path) -> None:
    """Carry what was put into a folder of a class to the storage; raises
    StorageUnavailableError, and may be done again.
    """
    storage = media_storage()
    if storage.is_here:
        return
    for path in sorted(folder.iterdir()):
        if path.is_file():
            storage.put(path, _key(path))
    shutil.rmtree(folder)


def at_hand(folder: Path, *, during: Pulse) -> list[Path]:
    """The files of such a folder, in the order of their names, at this machine."""
    storage = media_storage()
    if not storage.is_here:
        folder.mkdir(parents=True, exist_ok=True)
        prefix = f"{_key(folder)}/"
        for one in list(storage.listed(prefix)):
            copy_to(storage, one.key, folder / one.key.removeprefix(prefix), during=during)
    return sorted(folder.iterdir()) if folder.exists() else []


def drop(folder: Path) -> None:
    """Remove such a folder, wherever it is."""
    shutil.rmtree(folder, ignore_errors=True)
    storage = media_storage()
    if not storage.is_here:
        storage.delete_prefix(f"{_key(folder)}/")


def show(path: Path, target: Path) -> None:
    """Give a finished page its place among the pages of the class."""
    storage = media_storage()
    if storage.is_here:
        path.replace(target)
    else:
        storage.put(path, _key(target))


def _key(path: Path) -> str:
    return path.relative_to(settings.MEDIA_ROOT).as_posix()
