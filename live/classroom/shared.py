"""What is sent of a class where several machines serve the school: all of it in their storage.

A recorder's slices lie in chunks below `live/<room>/<take>/raw/`, segments where they would lie in
the folder of one machine. Which segments count, the database says: see `air_services`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings

from live.classroom import folders, slices
from live.classroom.segments import Part, read_part
from live.classroom.slices import Chunk
from media_pipeline.storage import Storage, StorageUnavailableError, media_storage, read_bytes


def is_shared() -> bool:
    """Whether classes are kept for several machines: in a bucket, or in a folder they share."""
    return bool(settings.MEDIA_SHARED) or not media_storage().is_here


def class_prefix(room: UUID) -> str:
    return f"{folders.KEY_PREFIX}{room}/"


def take_prefix(room: UUID, take: int) -> str:
    return f"{class_prefix(room)}{take}/"


def raw_prefix(room: UUID, take: int) -> str:
    return f"{take_prefix(room, take)}{folders.RAW_NAME}/"


def chunks_of(room: UUID, take: int, storage: Storage | None = None) -> list[Chunk]:
    """The chunks of a take that are kept; raises StorageUnavailableError."""
    prefix = raw_prefix(room, take)
    found = (storage or media_storage()).listed(prefix)
    read = (slices.read_name(one.key.removeprefix(prefix)) for one in found)
    return [chunk for chunk in read if chunk is not None]


def part_left(room: UUID, take: int) -> Part:
    """What a take from a time of one machine has left, if that was carried to the storage."""
    try:
        text = read_bytes(media_storage(), take_prefix(room, take) + folders.PART_NAME)
    except (FileNotFoundError, StorageUnavailableError):
        return Part(take, ())
    return read_part(take, text.decode("ascii"))


def is_replay_left(room: UUID) -> bool:
    """Whether a class from a time of one machine has left its replay in the storage."""
    try:
        return media_storage().facts(class_prefix(room) + folders.REPLAY_NAME) is not None
    except StorageUnavailableError:
        return False


def bring_recording(room: UUID, take: int, target: Path, *, during: Callable[[], None]) -> bool:
    """Write what a recorder sent to a local file; False if it sent nothing.

    `during` is called after each chunk. Raises StorageUnavailableError, TornChunkError.
    """
    storage = media_storage()
    uses = slices.plan(chunks_of(room, take, storage))
    if not uses:
        return False
    with target.open("wb") as writer:
        for use in uses:
            data = read_bytes(storage, raw_prefix(room, take) + use.chunk.name)
            for each in slices.unpack(use.chunk, data)[use.skip :]:
                writer.write(each)
            during()
    return True


def is_anything_sent(room: UUID, takes: Sequence[int]) -> bool:
    return any(chunks_of(room, take) for take in takes)


def remove(room: UUID) -> None:
    """All that is kept of a class."""
    media_storage().delete_prefix(class_prefix(room))
