"""Where the files of a class lie. All names are our own."""

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from live.classroom.segments import Part, live_playlist, read_part, replay_playlist
from media_pipeline.files import replace_text

# What the folders of all classes lie below, on the machines that carry them.
KEY_PREFIX = "live/"
RAW_NAME = "raw"  # what the recorder sent, in its order: the recording itself
SLICES_NAME = "slices"  # where each slice of it ends, eight bytes each
PART_NAME = "part.txt"
LIVE_NAME = "live.m3u8"
REPLAY_NAME = "index.m3u8"
SLIDES = "slides"  # pages of what is shown beside the picture


def recording_id(room: uuid.UUID) -> uuid.UUID:
    """Of the lecture that is made of the class; known before there is one."""
    return uuid.uuid5(room, "recording")


def class_folder(room: uuid.UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / KEY_PREFIX / str(room)


def remove(room: uuid.UUID) -> None:
    """All files of a class, as far as there are any."""
    shutil.rmtree(class_folder(room), ignore_errors=True)


def take_folder(room: uuid.UUID, take: int) -> Path:
    return class_folder(room) / str(take)


def parts_of(room: uuid.UUID, takes: Sequence[int]) -> list[Part]:
    """The parts of these takes as they are on the disk."""
    found = []
    for take in takes:
        path = take_folder(room, take) / PART_NAME
        text = path.read_text(encoding="ascii") if path.exists() else ""
        found.append(read_part(take, text))
    return found


def write_live_playlist(room: uuid.UUID, parts: Sequence[Part]) -> None:
    replace_text(class_folder(room) / LIVE_NAME, live_playlist(parts))


def write_replay(room: uuid.UUID, takes: Sequence[int]) -> bool:
    """Write the playlist of all there is; False if there is nothing to watch."""
    parts = parts_of(room, takes)
    if not any(part.segments for part in parts):
        return False
    replace_text(class_folder(room) / REPLAY_NAME, replay_playlist(parts))
    return True


def is_replay_there(room: uuid.UUID) -> bool:
    return (class_folder(room) / REPLAY_NAME).exists()


def raw_files(room: uuid.UUID, takes: Sequence[int]) -> list[Path]:
    """What the recorders sent, of those takes that sent anything."""
    paths = [take_folder(room, take) / RAW_NAME for take in takes]
    return [path for path in paths if path.is_file() and path.stat().st_size > 0]
