"""A websocket beside Django: who may come in, how much may be said, how far away the other end is.

A subclass says who is let in and what a message does. Whatever is no message of ours ends the
connection; what is answered has been done. The sender of a message is the one who was let in,
whatever the message says.
"""

import asyncio
import json
import logging
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from lms.core import clock
from lms.core.plain import Refused
from lms.core.rooms.bucket import Bucket
from lms.core.rooms.hub import Hub, Seat, Source
from lms.core.rooms.latency import RoundTrips
from lms.core.rooms.wire import Message, Outlet, Scope, Send

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_SOCKETS = 5_000
MOST_OF_ONE = 6
MOST_AT_WORK = 4
TICK_SECONDS = 0.5
RECHECK_SECONDS = 15.0
# The first few pings come quickly: what is measured counts from the first question on.
QUICK_PINGS = 4

# Why a connection was ended, as the page is told; 1008 and above 4000 are not tried again.
NOT_UNDERSTOOD, TOO_LARGE, OVERRUN, RESTART = 1008, 1009, 1013, 1012
SIGNED_OUT, ELSEWHERE, TOO_MUCH = 4401, 4409, 4429

Guest = TypeVar("Guest")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Guest]):
    """Who was let in, and where to: `seq` is how far the room has been told at least."""

    guest: Guest
    room: str
    seq: int
    whose: Any
    ping_seconds: float = 5.0


@dataclass(eq=False)
class Line(Generic[Guest]):
    """One open connection."""

    entry: Entry[Guest]
    seat: Seat
    trips: RoundTrips = field(default_factory=RoundTrips)
    bucket: Bucket = field(default_factory=lambda: Bucket(10, 30, time.monotonic()))
    pings: int = 0
    ping_at: float = 0.0
    close_code: int = 1000
    opened: float = field(default_factory=time.monotonic)
    works: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def guest(self) -> Guest:
        return self.entry.guest

    def end(self, code: int) -> None:
        self.close_code = code
        self.seat.ended.set()

    def next_ping_seconds(self) -> float:
        """Not all at the same moment: those who came together would be a wave for ever."""
        return self.entry.ping_seconds * (0.75 + secrets.randbelow(500) / 1000)

    def ping(self) -> Message:
        """Asked for at the moment of sending, so that what waited before it is not measured."""
        nonce = secrets.token_hex(6)
        self.trips.sent(nonce, time.monotonic() * 1000)
        return Message(f'{{"ping":"{nonce}","now":{now_ms()}}}')


def now_ms() -> int:
    """The server's clock in milliseconds since 1970."""
    return int(clock.now().timestamp() * 1000)


class RoomSocket(ABC, Generic[Guest]):
    """The ASGI application; keeps one hub for the event loop it runs in."""

    most_chars = 4096

    def __init__(self) -> None:
        self.hub = Hub()
        self._lines: set[Line[Guest]] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- What a subclass says ---------------------------------------------------------------------

    @abstractmethod
    async def admit(self, scope: Scope) -> Entry[Guest]:
        """Who comes and which room is meant. Raises Refused(status): 401, 404."""

    @abstractmethod
    def source(self, entry: Entry[Guest]) -> Source:
        """Where the facts of the entry's room come from."""

    @abstractmethod
    async def welcome(self, line: Line[Guest]) -> tuple[int, str]:
        """How things stand at a number, for this guest; read after the seat was taken."""

    @abstractmethod
    async def take(
        self, line: Line[Guest], said: dict[str, Any], arrived_ms: int
    ) -> dict[str, Any] | None:
        """Do what a message asks for; the reply, sent when it is done. Raises Refused."""

    @abstractmethod
    async def no_longer(self, guests: Sequence[Guest]) -> Sequence[Guest]:
        """Which of these may not stay: signed out, removed, moved away."""

    # --- A connection -----------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._check(scope)
            entry = await self.admit(scope)
        except Refused as refused:
            await refuse(scope, send, refused.status)
            return
        self._here()
        await send({"type": "websocket.accept"})

        outlet = Outlet(scope, send)
        line = Line(entry, Seat(outlet))
        line.seat.about = line
        self._make_room_for(line)
        self.hub.enter(entry.room, line.seat, source=lambda: self.source(entry), seq=entry.seq)
        self._lines.add(line)
        tasks = [
            asyncio.ensure_future(work)
            for work in (outlet.run(), line.seat.ended.wait(), self._hear(line, receive))
        ]
        try:
            seq, text = await self.welcome(line)
            line.seat.begin(seq, text)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._lines.discard(line)
            self.hub.leave(entry.room, line.seat)
            for task in (*tasks, *line.works):
                task.cancel()
            await asyncio.gather(*tasks, *line.works, return_exceptions=True)
        code = OVERRUN if line.seat.is_overrun else line.close_code
        with suppress(Exception):  # it may be gone already
            await asyncio.wait_for(send({"type": "websocket.close", "code": code}), 1)

    def _check(self, scope: Scope) -> None:
        check_origin(scope)
        if len(self._lines) >= MOST_SOCKETS:
            raise Refused(503, "full")

    def _make_room_for(self, line: Line[Guest]) -> None:
        """One person has a few windows; the oldest gives way."""
        room, whose = line.entry.room, line.entry.whose
        own = [
            each for each in self._lines if each.entry.whose == whose and each.entry.room == room
        ]
        if len(own) >= MOST_OF_ONE:
            min(own, key=lambda each: each.opened).end(ELSEWHERE)

    async def _hear(self, line: Line[Guest], receive: Receive) -> None:
        while True:
            message = await receive()
            arrived, at = now_ms(), time.monotonic()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                line.end(NOT_UNDERSTOOD)
                return
            if len(text) > self.most_chars:
                line.end(TOO_LARGE)
                return
            if not line.bucket.take(at):
                line.end(TOO_MUCH)
                return
            said = _read(text)
            if said is None:
                line.end(NOT_UNDERSTOOD)
                return
            if "pong" in said:
                if isinstance(said["pong"], str):
                    line.trips.answered(said["pong"], at * 1000)
            elif len(line.works) >= MOST_AT_WORK:
                line.end(TOO_MUCH)
                return
            else:
                task = asyncio.ensure_future(self._work(line, said, arrived))
                line.works.add(task)
                task.add_done_callback(line.works.discard)

    async def _work(self, line: Line[Guest], said: dict[str, Any], arrived_ms: int) -> None:
        try:
            reply = await self.take(line, said, arrived_ms)
        except Refused as refused:
            if refused.status == 401:
                line.end(SIGNED_OUT)
                return
            if refused.status == 422:
                line.end(NOT_UNDERSTOOD)
                return
            reply = {"no": str(refused.why), "id": said.get("id"), **refused.more}
        except Exception:
            logger.exception("rooms: a message was not done")
            reply = {"no": "busy", "id": said.get("id")}
        if reply is not None:
            text = json.dumps(reply, ensure_ascii=False, separators=(",", ":"))
            line.seat.push(Message(text))

    # --- What goes on for all of them -------------------------------------------------------------

    def _here(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self.hub, self._ticking = loop, Hub(), None
            self._lines.clear()
        if self._ticking is None or self._ticking.done():
            self._ticking = loop.create_task(self._tick())

    async def _tick(self) -> None:
        checked_at = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            for line in list(self._lines):
                if now >= line.ping_at:
                    line.pings += 1
                    quick = line.pings < QUICK_PINGS
                    line.ping_at = now + (TICK_SECONDS if quick else line.next_ping_seconds())
                    line.seat.push(line.ping)
            if now - checked_at >= RECHECK_SECONDS and self._lines:
                checked_at = now
                await self._recheck()

    async def _recheck(self) -> None:
        lines = list(self._lines)
        try:
            gone = await self.no_longer([line.guest for line in lines])
        except Exception:
            logger.exception("rooms: who may stay could not be asked")
            return
        for line in lines:
            if line.guest in gone:
                line.end(SIGNED_OUT)

    async def close(self) -> None:
        """The process ends: everybody is told to come again, which leads to another one."""
        if self._ticking is not None:
            self._ticking.cancel()
        for line in list(self._lines):
            line.end(RESTART)
        await self.hub.close()


def _read(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def check_origin(scope: Scope) -> None:
    """Only pages of our own: a browser always says where its page is from. Raises Refused(403)."""
    headers = dict(scope["headers"])
    origin, host = headers.get(b"origin"), headers.get(b"host")
    if origin is None or origin.partition(b"://")[2] != host:
        raise Refused(403, "origin")


async def refuse(scope: Scope, send: Send, status: int) -> None:
    """Say no before the connection is one, by the status a page would have."""
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": NOT_UNDERSTOOD})
