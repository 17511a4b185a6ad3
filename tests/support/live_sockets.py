"""A teacher's browser and a member's, as far as the sockets of a live class go."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from live.classroom.models import LivePresence
from live.classroom.picture import BEGIN, HEAD
from tests.factories.live import MIME
from tests.support.processes import wait_until


async def opened(url: str, path: str, cookie: str) -> ClientConnection:
    return await connect(
        url.replace("http", "ws", 1) + path,
        additional_headers={"Cookie": cookie, "Origin": url},
        compression=None,
        max_size=None,
    )


class _Line:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.close_code: int | None = None
        self._changed = asyncio.Event()
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            async for message in self.connection:
                self._told(message)
                self._changed.set()
        except ConnectionClosed:
            pass  # its code says why
        finally:
            self.close_code = self.connection.close_code or 1006
            self._changed.set()

    def _told(self, message: str | bytes) -> None:
        raise NotImplementedError

    async def until(self, true: Callable[[], Any], *, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        await self.connection.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def cut(self) -> None:
        """As when a cable is pulled: no word of farewell."""
        self.connection.transport.abort()
        await asyncio.gather(self._reading, return_exceptions=True)


class Teacher(_Line):
    """Sends slices, keeps what it is told."""

    def __init__(self, connection: ClientConnection) -> None:
        self.said: list[dict[str, Any]] = []
        self.acknowledged = -1
        super().__init__(connection)

    @classmethod
    async def open(cls, url: str, live_class_id: int, cookie: str) -> "Teacher":
        return cls(await opened(url, f"/live/{live_class_id}/studio", cookie))

    def _told(self, message: str | bytes) -> None:
        said = json.loads(message)
        if "ack" in said:
            self.acknowledged = said["ack"]
        if "status" not in said:
            self.said.append(said)

    def last(self, name: str) -> Any:
        return next((said for said in reversed(self.said) if name in said), None)

    async def begin(self, key: str, *, mime: str = MIME, **more: Any) -> dict[str, Any]:
        """Say that a recorder begins or goes on; the reply."""
        before, self.acknowledged = len(self.said), -1
        said = {"do": "begin", "key": key, "mime": mime, **more}
        await self.connection.send(json.dumps(said))
        names = {"take", "no", "gone", "over"}
        await self.until(
            lambda: self.close_code or any(names & set(each) for each in self.said[before:])
        )
        found = [each for each in self.said[before:] if names & set(each)]
        return found[0] if found else {"closed": self.close_code}

    async def send(self, pieces: list[bytes], *, pause: float = 0.0) -> None:
        """Send slices until all are acknowledged."""
        for piece in pieces:
            await self.connection.send(piece)
            await asyncio.sleep(pause)
        wanted = int.from_bytes(pieces[-1][:4], "big") + 1
        await self.until(lambda: self.acknowledged >= wanted or self.close_code)


class Watcher(_Line):
    """Keeps the frames it is sent."""

    def __init__(self, connection: ClientConnection) -> None:
        self.frames: list[bytes] = []
        super().__init__(connection)

    @classmethod
    async def open(cls, url: str, live_class_id: int, cookie: str) -> "Watcher":
        return cls(await opened(url, f"/live/{live_class_id}/picture", cookie))

    def _told(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self.frames.append(message)

    @property
    def heads(self) -> list[tuple[int, int, int, int, float, float]]:
        return [HEAD.unpack_from(frame) for frame in self.frames]

    @property
    def stream(self) -> bytes:
        """What a player would be given: the init segment and every fragment, of the last take."""
        found = b""
        for frame in self.frames:
            kind, content = frame[0], frame[HEAD.size :]
            if kind == BEGIN:
                found = content[2 + int.from_bytes(content[:2], "big") :]
            else:
                found += content
        return found


class Room(_Line):
    """A member's line to the room: how things stand, and what has happened."""

    def __init__(self, connection: ClientConnection) -> None:
        self.view: dict[str, Any] = {}
        self.events: dict[int, dict[str, Any]] = {}
        self.asides: list[dict[str, Any]] = []
        self._replies: dict[str, dict[str, Any]] = {}
        super().__init__(connection)

    @classmethod
    async def open(
        cls, url: str, live_class_id: int, cookie: str, device: str = "d1", after: int = 0
    ) -> "Room":
        path = f"/live/{live_class_id}/socket?device={device}&after={after}"
        room = cls(await opened(url, path, cookie))
        await room.until(lambda: room.view or room.close_code)
        return room

    def _told(self, message: str | bytes) -> None:
        said = json.loads(message)
        self.view.update(said.get("set", {}))
        self.events.update({event["seq"]: event for event in said.get("events", [])})
        if "aside" in said:
            self.asides.append(said["aside"])
        name = said.get("ok", said.get("id"))
        if name is not None:
            self._replies[name] = said

    async def say(self, verb: str, *, key: str = "", **body: Any) -> dict[str, Any]:
        """Say something; the reply, or the code the line was closed with."""
        name = key or secrets.token_hex(8)
        self._replies.pop(name, None)
        await self.connection.send(json.dumps({**body, "do": verb, "id": name}))
        await self.until(lambda: name in self._replies or self.close_code)
        return self._replies.get(name, {"closed": self.close_code})

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for _seq, event in sorted(self.events.items())]


def end_carriers() -> None:
    """End what the server of this process still carries."""
    from live.classroom.media_sockets import media_socket

    for loop, desk in list(media_socket._desks.items()):
        if loop.is_running():
            asyncio.run_coroutine_threadsafe(desk.close(), loop).result(30)
    open_lines = LivePresence.objects.filter(left_at=None)
    wait_until(lambda: not open_lines.exists(), what="the end of all lines")
