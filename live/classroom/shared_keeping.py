"""Keeping a take where several machines serve the school: acknowledged is what is in the storage.

Both kinds of writers take things in the event loop and never wait there; one task of each carries
them to the storage, in order. A storage that is away is asked again: meanwhile nothing is
acknowledged, and the browser keeps what it has sent.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

from live.classroom import air_services, shared, slices
from live.classroom.recording import PartKeeper, RawKeeper
from live.classroom.segments import INIT_NAME, Segment
from live.classroom.slices import Chunk
from lms.core.rooms.threads import in_thread
from media_pipeline.storage import Storage, StorageUnavailableError, media_storage

logger = logging.getLogger(__name__)

# So long slices are gathered before they go up as one file: what a machine's death costs the
# teacher's browser in memory, and the school in files.
GATHER_SECONDS = 0.5
MOST_CHUNK_BYTES = 4 * 1024**2
AGAIN_SECONDS = 1.0
# What waits for the storage when a take ends has so long to get there.
LAST_SECONDS = 15.0
# Segments of about two minutes: a storage that is away for longer ends the take.
MOST_WAITING_BYTES = 48 * 1024**2
# A storage that does not answer holds up nobody who waits for anything else.
_hands = ThreadPoolExecutor(8, thread_name_prefix="live-keep")


class SharedRaw(RawKeeper):
    """A recorder's stream on its way to the storage; `kept(self)` is called when more is there."""

    def __init__(
        self, room: UUID, take: int, kept: Callable[[RawKeeper], None], *, count: int = 0
    ) -> None:
        self.next = self.count = count
        self._room, self._take, self._kept = room, take, kept
        self._storage: Storage = media_storage()
        self._waiting: list[bytes] = []
        self._bell = asyncio.Event()
        self._is_closed = False
        self._running = asyncio.get_running_loop().create_task(self._run())

    @classmethod
    async def going_on(
        cls, room: UUID, take: int, kept: Callable[[RawKeeper], None]
    ) -> "SharedRaw":
        """After what any machine has kept; raises StorageUnavailableError."""
        loop = asyncio.get_running_loop()
        chunks = await loop.run_in_executor(_hands, shared.chunks_of, room, take)
        return cls(room, take, kept, count=slices.reach(chunks))

    def add(self, data: bytes) -> None:
        self._waiting.append(data)
        self.next += 1
        self._bell.set()

    def close(self) -> None:
        self._is_closed = True
        self._bell.set()

    async def settled(self) -> None:
        """Wait until all is in the storage, or does not get there."""
        self.close()
        await _ended(self._running, f"take {self._take}: what was sent last was not kept")

    async def _run(self) -> None:
        while True:
            await self._bell.wait()
            if not self._waiting and self._is_closed:
                return
            if not self._is_closed:
                # Whatever else comes in this time goes up with it.
                await asyncio.sleep(GATHER_SECONDS)
            while self._waiting:
                await self._carry(self._cut())
            if not self._is_closed:
                self._bell.clear()

    def _cut(self) -> list[bytes]:
        """What goes up next: all there is, as far as it is not very much."""
        size, count = 0, 0
        for each in self._waiting:
            size, count = size + len(each), count + 1
            if size > MOST_CHUNK_BYTES:
                break
        cut, self._waiting = self._waiting[:count], self._waiting[count:]
        return cut

    async def _carry(self, cut: list[bytes]) -> None:
        chunk = Chunk(self.count, self.count + len(cut))
        key = shared.raw_prefix(self._room, self._take) + chunk.name
        await _put(self._storage, slices.pack(cut), key)
        self.count = chunk.end
        self._kept(self)


class SharedSegments(PartKeeper):
    """The segments of a take: each in the storage before the database knows of it.

    `kept` is called with each that counts. Once another machine carries the class none counts any
    more, and `is_sealed` says so.
    """

    def __init__(
        self, live_class_id: int, room: UUID, take: int, carrier: UUID,
        kept: Callable[[Segment], None],
    ) -> None:  # fmt: skip
        self.is_sealed = self.is_behind = False
        self._live_class_id, self._carrier, self._take = live_class_id, carrier, take
        self._prefix = shared.take_prefix(room, take)
        self._kept = kept
        self._storage: Storage = media_storage()
        self._waiting: deque[tuple[Segment | None, bytes]] = deque()
        self._bytes = 0
        self._bell = asyncio.Event()
        self._is_closed = False
        self._running = asyncio.get_running_loop().create_task(self._run())

    def begin(self, init: bytes) -> None:
        self._later(None, init)

    def add(self, segment: Segment, data: bytes) -> None:
        self._later(segment, data)

    def close(self) -> None:
        self._is_closed = True
        self._bell.set()

    async def settled(self) -> None:
        self.close()
        await _ended(self._running, f"take {self._take}: the last segments were not kept")

    def _later(self, segment: Segment | None, data: bytes) -> None:
        self._waiting.append((segment, data))
        self._bytes += len(data)
        self.is_behind = self._bytes > MOST_WAITING_BYTES
        self._bell.set()

    async def _run(self) -> None:
        while not self.is_sealed:
            await self._bell.wait()
            while self._waiting and not self.is_sealed:
                await self._keep(*self._waiting.popleft())
            if self._is_closed and not self._waiting:
                return
            if not self._is_closed:
                self._bell.clear()

    async def _keep(self, segment: Segment | None, data: bytes) -> None:
        name = INIT_NAME if segment is None else segment.name
        await _put(self._storage, data, self._prefix + name)
        self._bytes -= len(data)
        if segment is None:
            return
        while True:
            try:
                counts = await in_thread(
                    air_services.keep_segment,
                    self._live_class_id, self._take, self._carrier, segment,
                )  # fmt: skip
                break
            except Exception:
                logger.exception("live: a segment of class %s is not told of", self._live_class_id)
                await asyncio.sleep(AGAIN_SECONDS)
        if counts:
            self._kept(segment)
        else:
            self.is_sealed = True


async def _put(storage: Storage, data: bytes, key: str) -> None:
    """Until it is there."""
    while True:
        try:
            await asyncio.get_running_loop().run_in_executor(_hands, storage.put_bytes, data, key)
        except (StorageUnavailableError, OSError) as error:
            logger.warning("live: the storage did not take %s: %s", key, error)
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


async def _ended(running: "asyncio.Task[None]", otherwise: str) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_SECONDS):
            await asyncio.shield(running)
    if not running.done():
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        logger.error("live: %s", otherwise)
