"""Pictures on their way to the members: one subscription a process and class, bounded queues.

A frame is encoded once by whoever carries the class, and sent as it is to every socket. Redis
carries it to the other processes and keeps what a late member begins with: the init segment and all
fragments since the last one that can be begun with. A socket that does not read loses what it has
not read, and goes on at the next such fragment; who does so again and again is sent to HLS.
"""

import asyncio
import logging
import struct
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

import redis
import redis.asyncio
from django.conf import settings

from lms.core.rooms.wire import Message, Outlet

logger = logging.getLogger(__name__)

# kind, is it a key, take, number within the take, when it came (ms since 1970), seconds of stream
HEAD = struct.Struct(">BBHIdd")
BEGIN, FRAGMENT, END = 1, 2, 3
AWAY = (redis.RedisError, OSError)
AGAIN_SECONDS = 1.0
KEPT_SECONDS = 6 * 3600
# Why a line was ended, as the page is told.
TOO_SLOW, RESTART = 4413, 1012
MOST_WAITING_BYTES = 1_500_000
MOST_WAITING = 80
MOST_OVERRUNS = 3
OVERRUN_SPAN_SECONDS = 60.0


class Frame(Message):
    """One message to every member: `data` is its head and its content."""

    __slots__ = ("is_key", "kind", "number", "take")

    def __init__(self, kind: int, is_key: bool, take: int, number: int, data: bytes) -> None:
        super().__init__(data)
        self.kind, self.is_key, self.take, self.number = kind, is_key, take, number

    @property
    def data(self) -> bytes:
        return cast(bytes, self.content)

    @classmethod
    def of(
        cls, kind: int, *, take: int, number: int, at_ms: float, content: bytes,
        is_key: bool = False, start: float = 0.0,
    ) -> "Frame":  # fmt: skip
        head = HEAD.pack(kind, is_key, take, number, at_ms, start)
        return cls(kind, is_key, take, number, head + content)

    @classmethod
    def read(cls, data: bytes) -> "Frame":
        kind, is_key, take, number, _at, _start = HEAD.unpack_from(data)
        return cls(kind, bool(is_key), take, number, data)

    @property
    def place(self) -> tuple[int, int]:
        return self.take, self.number


def begin_content(codecs: str, init: bytes) -> bytes:
    """What the first frame of a take carries: its codecs, and its init segment."""
    named = codecs.encode("ascii")
    return struct.pack(">H", len(named)) + named + init


class Viewer:
    """One socket that is sent pictures."""

    def __init__(self, outlet: Outlet) -> None:
        self.ended = asyncio.Event()
        self.close_code = 0
        self._outlet = outlet
        self._needs_key = True
        self._overruns: deque[float] = deque(maxlen=MOST_OVERRUNS)

    def take(self, frame: Frame) -> None:
        if frame.kind == FRAGMENT and self._needs_key:
            if not frame.is_key:
                return
            self._needs_key = False
        elif frame.kind == BEGIN:
            self._needs_key = True
        waiting = self.waiting
        size = len(frame.data) + sum(len(each.data) for each in waiting)
        if size > MOST_WAITING_BYTES or len(waiting) > MOST_WAITING:
            self._overrun(waiting)
            if frame.kind == FRAGMENT:
                return
        self._outlet.give(frame)

    @property
    def waiting(self) -> list[Frame]:
        """What was not read so far."""
        return cast(list[Frame], [*self._outlet.waiting])

    def _overrun(self, waiting: list[Frame]) -> None:
        """Forget what was not read, but not which take it is; go on where one can begin."""
        self._outlet.waiting.clear()
        self._outlet.waiting.extend([frame for frame in waiting if frame.kind == BEGIN][-1:])
        self._needs_key = True
        now = asyncio.get_running_loop().time()
        self._overruns.append(now)
        if len(self._overruns) == MOST_OVERRUNS and now - self._overruns[0] < OVERRUN_SPAN_SECONDS:
            self.end(TOO_SLOW)

    def end(self, code: int) -> None:
        self.close_code = code
        self.ended.set()


class Screen:
    """What one class shows at this moment, to the sockets of this process."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self._begin: Frame | None = None
        self._since_key: list[Frame] = []
        self._place = (0, -1)
        # What comes before it is known what was shown earlier.
        self._early: list[Frame] | None = []

    def caught_up(self, frames: Sequence[Frame]) -> None:
        """What was shown before this process had anybody in the room."""
        early, self._early = self._early or [], None
        for frame in (*frames, *early):
            self.show(frame)

    def show(self, frame: Frame) -> None:
        """Each once and in order, though it may come two ways."""
        if self._early is not None:
            self._early.append(frame)
            return
        if frame.place <= self._place:
            return
        if frame.kind == FRAGMENT and self._begin is None:
            return  # nobody can be shown it; what it belongs to is told again at the next key
        self._place = frame.place
        if frame.kind == BEGIN:
            self._begin, self._since_key = frame, []
        elif frame.kind == END:
            self._begin, self._since_key = None, []
        else:
            if frame.is_key:
                self._since_key = []
            self._since_key.append(frame)
        for viewer in self.viewers:
            viewer.take(frame)

    def enter(self, viewer: Viewer) -> None:
        self.viewers.add(viewer)
        if self._begin is not None:
            for frame in (self._begin, *self._since_key):
                viewer.take(frame)


class Screens:
    """All classes whose picture this event loop sends, with one subscription to Redis."""

    def __init__(self) -> None:
        self.screens: dict[str, Screen] = {}
        self._pubsub: Any = None
        self._listening: asyncio.Task[None] | None = None
        self._works: set[asyncio.Task[None]] = set()

    async def enter(self, room: str, viewer: Viewer) -> None:
        screen = self.screens.get(room)
        if screen is None:
            screen = self.screens[room] = Screen()
            if self._listening is None or self._listening.done():
                self._listening = asyncio.get_running_loop().create_task(self._listen())
            if self._pubsub is not None:
                with suppress(*AWAY):
                    await self._pubsub.subscribe(channel_of(room))
            await self._catch_up(room)
        screen.enter(viewer)

    def leave(self, room: str, viewer: Viewer) -> None:
        screen = self.screens.get(room)
        if screen is None:
            return
        screen.viewers.discard(viewer)
        if not screen.viewers:
            del self.screens[room]
            if self._pubsub is not None:
                self._later(self._pubsub.unsubscribe(channel_of(room)))

    def show(self, room: str, frame: Frame) -> None:
        """A frame of a class this process carries: no way round by Redis."""
        screen = self.screens.get(room)
        if screen is not None:
            screen.show(frame)

    async def close(self) -> None:
        for screen in self.screens.values():
            for viewer in screen.viewers:
                viewer.end(RESTART)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def _later(self, command: Any) -> None:
        async def run() -> None:
            with suppress(*AWAY):
                await command

        task = asyncio.get_running_loop().create_task(run())
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    async def _catch_up(self, room: str) -> None:
        """Learn what was shown before this process had anybody in the room."""
        frames: list[Frame] = []
        with suppress(*AWAY):
            async with redis.asyncio.Redis.from_url(_address(), socket_timeout=2) as client:
                begin = await client.get(f"{channel_of(room)}:begin")
                since = await client.lrange(f"{channel_of(room)}:since", 0, -1)
            kept: list[Any] = [begin, *since] if begin else []
            frames = [Frame.read(data) for data in kept]
        screen = self.screens.get(room)
        if screen is not None:
            screen.caught_up([frame for frame in frames if frame.take == frames[0].take])

    async def _listen(self) -> None:
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(_address(), socket_timeout=None) as client,
                    client.pubsub(ignore_subscribe_messages=True) as pubsub,
                ):
                    # One room nobody is in keeps the subscription open while all others close.
                    rooms = list(self.screens)
                    await pubsub.subscribe(channel_of(""), *map(channel_of, rooms))
                    self._pubsub = pubsub
                    for room in set(self.screens).difference(rooms):
                        await pubsub.subscribe(channel_of(room))
                    for room in list(self.screens):
                        await self._catch_up(room)
                    async for message in pubsub.listen():
                        name = message["channel"].decode().removeprefix(channel_of(""))
                        screen = self.screens.get(name)
                        if screen is not None:
                            screen.show(Frame.read(message["data"]))
            except AWAY as error:
                logger.warning("picture: Redis is away (%s)", error)
            self._pubsub = None
            await asyncio.sleep(AGAIN_SECONDS)


class Sender:
    """Gives the frames of one class to Redis, in order, without holding up whoever has them."""

    def __init__(self, room: str) -> None:
        self._channel = channel_of(room)
        self._waiting: deque[Frame] = deque(maxlen=200)  # without Redis the oldest are let go
        self._bell = asyncio.Event()
        self._running = asyncio.get_running_loop().create_task(self._run())

    def send(self, frame: Frame) -> None:
        self._waiting.append(frame)
        self._bell.set()

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self._waiting:
                    await asyncio.sleep(0.01)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                async with redis.asyncio.Redis.from_url(_address()) as client:
                    while True:
                        while self._waiting:
                            await self._give(client, self._waiting[0])
                            if self._waiting:
                                self._waiting.popleft()
                        self._bell.clear()
                        await self._bell.wait()
            except AWAY as error:
                logger.warning("picture: Redis is away (%s)", error)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _give(self, client: Any, frame: Frame) -> None:
        begin, since = f"{self._channel}:begin", f"{self._channel}:since"
        async with client.pipeline(transaction=True) as pipe:
            if frame.kind == BEGIN:
                pipe.set(begin, frame.data, ex=KEPT_SECONDS)
                pipe.delete(since)
            elif frame.kind == END:
                pipe.delete(begin, since)
            else:
                if frame.is_key:
                    pipe.delete(since)
                    pipe.expire(begin, KEPT_SECONDS)
                pipe.rpush(since, frame.data)
                pipe.expire(since, KEPT_SECONDS)
            pipe.publish(self._channel, frame.data)
            await pipe.execute()


def channel_of(room: str) -> str:
    return f"lms:{settings.DATABASES['default']['NAME']}:picture:{room}"


def _address() -> str:
    return str(settings.CACHES["default"]["LOCATION"])


_of_loop: dict[asyncio.AbstractEventLoop, Screens] = {}


def screens() -> Screens:
    """Those of the running event loop."""
    return _of_loop.setdefault(asyncio.get_running_loop(), Screens())
