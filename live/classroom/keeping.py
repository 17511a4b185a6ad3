"""How a class is kept: in the folder of this machine, or in the storage several machines share."""

from collections.abc import Callable
from uuid import UUID

from live.classroom import folders
from live.classroom.recording import RawFile, RawKeeper, SegmentFiles
from live.classroom.shared_keeping import SharedRaw, SharedSegments
from live.classroom.take import Keepers

Kept = Callable[[RawKeeper], None]


def keepers(live_class_id: int, room: UUID, take: int, carrier: UUID | None, kept: Kept) -> Keepers:
    """For a new take; `kept` is told when more slices are safe than were when they were added.

    `carrier` is who carries the class for several machines, None where there is but one.
    """
    if carrier is None:
        folder = folders.take_folder(room, take)
        return lambda note: (RawFile(folder), SegmentFiles(folder, note))
    return lambda note: (
        SharedRaw(room, take, kept),
        SharedSegments(live_class_id, room, take, carrier, note),
    )


async def rest_of(room: UUID, take: int, carrier: UUID | None, kept: Kept) -> RawKeeper:
    """For what a recorder still has of a take that has ended; raises StorageUnavailableError."""
    if carrier is None:
        return RawFile(folders.take_folder(room, take))
    return await SharedRaw.going_on(room, take, kept)
