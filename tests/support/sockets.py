"""Websocket clients for tests: what a live page's line does, without the page."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from lms.members.models import Member


def cookie_of(member: Member) -> str:
    """The Cookie header of a browser in which the member has signed in."""
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class LiveClient:
    """One socket in a room; answers pings, keeps what it is told."""

    def __init__(self, connection: ClientConnection, *, pong_after: float = 0.0) -> None:
        self._connection = connection
        self._pong_after = pong_after
        self._numbers = 0
        self._changed = asyncio.Event()
        self.view: dict[str, Any] = {}
        self.me: dict[str, Any] | None = None
        self.seq = 0
        self.transcript: list[list[Any]] = []
        self.texts: list[str] = []
        self.replies: dict[int, dict[str, Any]] = {}
        self.pings = 0
        self.close_code: int | None = None
        self._pongs: set[asyncio.Task[None]] = set()
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def open(
        cls, url: str, path: str, cookie: str, *, pong_after: float = 0.0, **headers: str
    ) -> "LiveClient":
        """Connect as a page of the school would; waits for the first frame."""
        connection = await connect(
            url.replace("http", "ws", 1) + path,
            additional_headers={"Cookie": cookie, "Origin": url, **headers},
            compression=None,
            max_size=None,
        )
        client = cls(connection, pong_after=pong_after)
        await client.until(lambda: bool(client.texts) or client.close_code is not None)
        return client

    async def _read(self) -> None:
        try:
            async for text in self._connection:
                await self._told(str(text))
        except ConnectionClosed:
            pass  # its code says why
        finally:
            self.close_code = self._connection.close_code or 1006
            self._changed.set()

    async def _told(self, text: str) -> None:
        said = json.loads(text)
        if "ping" in said:
            self.pings += 1
            pong = asyncio.ensure_future(self._pong(said["ping"]))
            self._pongs.add(pong)
            pong.add_done_callback(self._pongs.discard)
            self._changed.set()
            return
        self.texts.append(text)
        if "me" in said:
            self.me = said["me"]
        if "set" in said:
            self.view.update(said["set"])
            self.seq = said["seq"]
            known = {event[0] for event in self.transcript}
            self.transcript += [event for event in said["events"] if event[0] not in known]
        if "ok" in said or "no" in said:
            self.replies[said["id"]] = said
        self._changed.set()

    async def _pong(self, nonce: str) -> None:
        await asyncio.sleep(self._pong_after)
        with suppress(ConnectionClosed):
            await self.send({"pong": nonce})

    async def send(self, said: Any) -> None:
        text = said if isinstance(said, str | bytes) else json.dumps(said)
        await self._connection.send(text)

    async def say(self, do: str, turn: int, **more: Any) -> dict[str, Any]:
        """Say something and wait for the reply."""
        self._numbers += 1
        number = self._numbers
        await self.send({"do": do, "turn": turn, "id": number, **more})
        await self.until(lambda: number in self.replies or self.close_code is not None)
        return self.replies.get(number, {"closed": self.close_code})

    async def until(self, true: Callable[[], bool], *, seconds: float = 20) -> None:
        """Wait for a frame after which `true()` is."""
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        await self._connection.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
