"""Finding the one who carries a class on this machine, or becoming it.

A lock on a file says which process carries a class: it is free as soon as that process is dead. The
others hand over on a Unix socket what reaches them, so a teacher who comes back by another process
goes on in the same stream.
"""

import asyncio
import fcntl
import json
import logging
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from live.classroom.carrier import Carrier

logger = logging.getLogger(__name__)

_HEAD = struct.Struct(">cI")
_TEXT, _BYTES, _CODE = b"T", b"B", b"C"
MOST_BYTES = 70_000
TRIES = 20
TRY_SECONDS = 0.1
# What is said to a browser that does not read is let go of with its line.
MOST_WAITING = 500

Said = str | int


class Voice:
    """One teacher's browser, as its carrier sees it; what is said to it waits in `said`."""

    def __init__(self, member_id: int, name: str, source: str = "") -> None:
        self.member_id, self.name, self.source = member_id, name, source
        self._waiting: asyncio.Queue[Said] = asyncio.Queue()

    def say(self, said: dict[str, Any]) -> None:
        if self._waiting.qsize() > MOST_WAITING:
            self.end(1013)
        else:
            self._waiting.put_nowait(json.dumps(said, ensure_ascii=False, separators=(",", ":")))

    def end(self, code: int) -> None:
        self._waiting.put_nowait(code)

    async def said(self) -> Said:
        """What to tell the browser next: a text, or the code to close with."""
        return await self._waiting.get()


class Here:
    """A line to a carrier of this process."""

    def __init__(self, carrier: Carrier, voice: Voice) -> None:
        self._carrier, self._voice = carrier, voice
        carrier.enter(voice)

    async def hear(self, message: str | bytes) -> None:
        await self._carrier.hear(self._voice, message)

    async def said(self) -> Said:
        return await self._voice.said()

    async def leave(self) -> None:
        self._carrier.leave(self._voice)


class There:
    """A line to a carrier of another process of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def hear(self, message: str | bytes) -> None:
        await _put(self._writer, message)

    async def said(self) -> Said:
        try:
            message = await _get(self._reader)
        except (asyncio.IncompleteReadError, OSError):
            return 1012  # its process is gone: come again
        return message if isinstance(message, int) else str(message)

    async def leave(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


@dataclass
class _Carried:
    carrier: Carrier
    server: asyncio.Server
    lock: int


class Desk:
    """The carriers of this event loop."""

    def __init__(self) -> None:
        self._carried: dict[int, _Carried] = {}
        self._order = asyncio.Lock()

    async def line(
        self, live_class_id: int, room: UUID, *, member_id: int, name: str, source: str = ""
    ) -> Here | There:
        """Connect a teacher's browser, or what brings in another `source`, to whoever carries the
        class. Raises OSError.
        """
        for _each in range(TRIES):
            async with self._order:
                carried = self._carried.get(live_class_id) or await self._take(live_class_id, room)
            if carried is not None:
                return Here(carried.carrier, Voice(member_id, name, source))
            with suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(str(_path(live_class_id)))
                there = There(reader, writer)
                await there.hear(json.dumps({"member": member_id, "name": name, "source": source}))
                return there
            await asyncio.sleep(TRY_SECONDS)  # its process is just beginning, or just ending
        raise ConnectionError("nobody carries the class")

    async def _take(self, live_class_id: int, room: UUID) -> _Carried | None:
        """Become who carries it; None if another process does."""
        path = _path(live_class_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return None
        path.unlink(missing_ok=True)
        carrier = Carrier(live_class_id, room, lambda: self._let_go(live_class_id))
        server = await asyncio.start_unix_server(
            lambda reader, writer: _serve(carrier, reader, writer), str(path)
        )
        path.chmod(0o600)
        carried = self._carried[live_class_id] = _Carried(carrier, server, lock)
        return carried

    def _let_go(self, live_class_id: int) -> None:
        carried = self._carried.pop(live_class_id, None)
        if carried is not None:
            carried.server.close()
            _path(live_class_id).unlink(missing_ok=True)
            os.close(carried.lock)

    async def close(self) -> None:
        for carried in list(self._carried.values()):
            await carried.carrier.close()


async def _serve(
    carrier: Carrier, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """What another process hands over of one browser."""
    try:
        who = json.loads(str(await _get(reader)))
    except (asyncio.IncompleteReadError, OSError, ValueError):
        writer.close()
        return
    voice = Voice(int(who["member"]), str(who["name"]), str(who["source"]))
    carrier.enter(voice)

    async def tell() -> None:
        while True:
            said = await voice.said()
            await _put(writer, said)
            if isinstance(said, int):
                return

    async def listen() -> None:
        while True:
            message = await _get(reader)
            if not isinstance(message, int):
                await carrier.hear(voice, message)

    works = [asyncio.ensure_future(work) for work in (tell(), listen())]
    try:
        await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        carrier.leave(voice)
        writer.close()


async def _put(writer: asyncio.StreamWriter, message: str | bytes | int) -> None:
    if isinstance(message, int):
        kind, data = _CODE, str(message).encode()
    elif isinstance(message, str):
        kind, data = _TEXT, message.encode()
    else:
        kind, data = _BYTES, message
    writer.write(_HEAD.pack(kind, len(data)) + data)
    await writer.drain()


async def _get(reader: asyncio.StreamReader) -> str | bytes | int:
    kind, length = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    if length > MOST_BYTES:
        raise ConnectionError("no message of ours")
    data = await reader.readexactly(length)
    if kind == _CODE:
        return int(data)
    return data.decode() if kind == _TEXT else data


def _path(live_class_id: int) -> Path:
    """A socket's path may have 107 bytes; the database's name keeps two schools apart."""
    name = str(settings.DATABASES["default"]["NAME"])[-24:]
    return Path(settings.RUN_DIR) / f"live-{name}-{live_class_id}.sock"
