"""Rooms of one process: what happened is told to every socket in it, in order, each thing once.

What happens in a room is kept elsewhere as numbered facts, committed before anybody is told. Redis
carries them between the processes and may lose them: a gap in the numbers, and a look every few
seconds, fetch from the source what is missing. A frame is encoded once and sent to all; a socket
that does not read is let go and told to come again by its number.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import redis
import redis.asyncio
from django.conf import settings

from lms.core.rooms.wire import Message, Outlet

logger = logging.getLogger(__name__)

MOST_WAITING = 64
POLL_SECONDS = 2.0
AGAIN_SECONDS = 1.0
FOLLOW_SECONDS = 0.03
_ASIDE = b"~"


@dataclass(frozen=True, slots=True)
class Batch:
    """What happened from `first` to `last`, as the text every socket is sent.

    Whoever has seen any of it may be sent all of it: a batch says how things stand afterwards.
    """

    first: int
    last: int
    text: str

    def packed(self) -> bytes:
        return f"{self.first} {self.last}\n{self.text}".encode()

    @classmethod
    def unpacked(cls, data: bytes) -> "Batch":
        head, _, text = data.decode().partition("\n")
        first, last = head.split(" ")
        return cls(int(first), int(last), text)


class Source(Protocol):
    """What a room's facts are read from, and who is told that they have been passed on."""

    async def since(self, seq: int) -> Batch | None:
        """Everything after `seq`, from the database; None if there is nothing."""

    async def delivered(self, room: "Room") -> None:
        """Something has been passed on, a moment ago."""


class Seat:
    """One socket in a room, with what waits to be sent to it."""

    def __init__(self, outlet: Outlet, about: Any = None) -> None:
        self.about = about
        # What asides to this socket are addressed to, beside "all".
        self.names: frozenset[str] = frozenset()
        self.is_overrun = False
        self.ended = asyncio.Event()
        self._outlet = outlet
        self._seq: int | None = None
        self._before: list[tuple[Batch, Message]] = []

    def begin(self, seq: int, text: str) -> None:
        """Say how things stood at `seq`; of what was told meanwhile follows what is newer."""
        self.push(Message(text))
        self._seq = seq
        for batch, message in self._before:
            self.tell(batch, message)
        self._before.clear()

    def tell(self, batch: Batch, message: Message) -> None:
        """`message` is the batch as all seats of the room are sent it."""
        if self._seq is None:
            self._before.append((batch, message))
        elif batch.last > self._seq:
            self._seq = batch.last
            self.push(message)

    def push(self, said: Message | Callable[[], Message]) -> None:
        """Have this sent; whoever reads too slowly is ended."""
        if len(self._outlet.waiting) >= MOST_WAITING:
            self.is_overrun = True
            self.ended.set()
            return
        self._outlet.give(said)

    def overhear(self, to: str, message: Message) -> None:
        """An aside that is for this socket too: one that reads slowly is not ended for it."""
        is_meant = to == "all" or to in self.names
        if is_meant and self._seq is not None and len(self._outlet.waiting) < MOST_WAITING // 2:
            self.push(message)


class Room:
    """The sockets of this process that are told of one thing."""

    def __init__(self, name: str, source: Source, seq: int) -> None:
        self.name = name
        self.source = source
        self.seq = seq
        self.seats: set[Seat] = set()
        self._order = asyncio.Lock()
        self._is_told = True
        self._following: asyncio.Task[None] | None = None

    async def take(self, batch: Batch) -> None:
        """Tell everybody, after what is missing before it; what has been told is not told again."""
        async with self._order:
            if batch.last <= self.seq:
                return
            if batch.first > self.seq + 1:
                await self._fetch()
                if batch.last <= self.seq:
                    return
            self._tell(batch)

    async def look(self) -> None:
        """Ask the source whether something was missed."""
        async with self._order:
            await self._fetch()

    async def _fetch(self) -> None:
        missed = await self.source.since(self.seq)
        if missed is not None and missed.last > self.seq:
            self._tell(missed)

    def _tell(self, batch: Batch) -> None:
        self.seq = batch.last
        message = Message(batch.text)
        for seat in self.seats:
            seat.tell(batch, message)
        self._is_told = False
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        """Tell the source, once for many batches, and after the sockets: nobody waits for it."""
        while not self._is_told:
            await asyncio.sleep(FOLLOW_SECONDS)
            self._is_told = True
            try:
                await self.source.delivered(self)
            except Exception:
                logger.exception("rooms: what follows a batch for %s was not done", self.name)


class Hub:
    """All rooms of one event loop, with one subscription to Redis."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._commands: set[asyncio.Task[None]] = set()
        # Taken up again by `_listen` when it is lost, with all rooms there are then.
        self._pubsub: Any = None

    def enter(self, name: str, seat: Seat, *, source: Callable[[], Source], seq: int) -> Room:
        """Take a seat; the first one opens the room, which has been told up to `seq`."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, source(), seq)
            self._subscribe(name)
        room.seats.add(seat)
        if not self._tasks:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(self._listen()), loop.create_task(self._poll())]
        return room

    def leave(self, name: str, seat: Seat) -> None:
        """Leave; behind the last one the room is closed."""
        room = self.rooms.get(name)
        if room is None:
            return
        room.seats.discard(seat)
        if not room.seats:
            del self.rooms[name]
            self._unsubscribe(name)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    # --- Redis ------------------------------------------------------------------------------------

    def _subscribe(self, name: str) -> None:
        if self._pubsub is not None:
            self._later(self._pubsub.subscribe(channel_of(name)))

    def _unsubscribe(self, name: str) -> None:
        if self._pubsub is not None:
            self._later(self._pubsub.unsubscribe(channel_of(name)))

    def _later(self, command: Any) -> None:
        async def run() -> None:
            # A lost connection is taken up again by `_listen`, with all rooms there are then.
            with suppress(redis.RedisError, OSError):
                await command

        task = asyncio.get_running_loop().create_task(run())
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (redis.RedisError, OSError) as error:
                logger.warning("rooms: Redis is away (%s), looking every few seconds", error)
            self._pubsub = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen_once(self) -> None:
        async with (
            redis.asyncio.Redis.from_url(_address(), socket_timeout=None) as client,
            client.pubsub(ignore_subscribe_messages=True) as pubsub,
        ):
            # One room nobody is in keeps the subscription open while all others close.
            asked = list(self.rooms)
            await pubsub.subscribe(channel_of(""), *map(channel_of, asked))
            self._pubsub = pubsub
            for name in set(self.rooms).difference(asked):  # opened meanwhile
                self._subscribe(name)
            for room in list(self.rooms.values()):
                await room.look()
            async for message in pubsub.listen():
                name = message["channel"].decode().removeprefix(channel_of(""))
                named = self.rooms.get(name)
                if named is not None:
                    await self._take(named, message["data"])

    async def _take(self, room: Room, data: bytes) -> None:
        try:
            if data.startswith(_ASIDE):
                to, _, text = data.removeprefix(_ASIDE).decode().partition("\n")
                message = Message(text)
                for seat in list(room.seats):
                    seat.overhear(to, message)
                return
            await room.take(Batch.unpacked(data))
        except Exception:
            logger.exception("rooms: a batch for %s was not passed on", room.name)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            for room in list(self.rooms.values()):
                try:
                    await room.look()
                except Exception:
                    logger.exception("rooms: %s could not be looked at", room.name)


# --- Telling the other processes ------------------------------------------------------------------


def announce(name: str, batch: Batch) -> None:
    """Tell all processes, after the commit. Without Redis they find it at their next look."""
    _publish(name, batch.packed())


def announce_aside(name: str, to: str, text: str) -> None:
    """Tell those in the room who answer to `to`, now and never again: it has no number."""
    _publish(name, _ASIDE + f"{to}\n{text}".encode())


def _publish(name: str, data: bytes) -> None:
    try:
        _client().publish(channel_of(name), data)
    except (redis.RedisError, OSError) as error:
        logger.warning("rooms: %s was not announced: %s", name, error)


def channel_of(name: str) -> str:
    """Channels know no numbered databases: the name of ours keeps two schools apart."""
    return f"lms:{settings.DATABASES['default']['NAME']}:room:{name}"


def _address() -> str:
    return str(settings.CACHES["default"]["LOCATION"])


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(_address(), socket_timeout=2, socket_connect_timeout=2)
