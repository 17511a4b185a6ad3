"""A member's page as far as its line goes: it comes back by itself and misses nothing."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.support.live_sockets import Room

AWAY = (OSError, EOFError, TimeoutError, InvalidHandshake, InvalidMessage, ConnectionClosed)
AGAIN_SECONDS = 0.1


class Page:
    """Knows several addresses of one school, as a page behind a balancer does."""

    def __init__(
        self, addresses: Sequence[str], live_class_id: int, cookie: str, device: str
    ) -> None:
        self.events: dict[int, dict[str, Any]] = {}
        self.lines = 0
        self.room: Room | None = None
        self._addresses = list(addresses)
        self._where = (live_class_id, cookie, device)
        self._running = asyncio.ensure_future(self._run())

    @classmethod
    async def open(
        cls, addresses: Sequence[str], live_class_id: int, cookie: str, device: str = "d1"
    ) -> "Page":
        page = cls(addresses, live_class_id, cookie, device)
        await page.until(lambda: page.is_here)
        return page

    @property
    def is_here(self) -> bool:
        return self.room is not None and self.room.close_code is None

    @property
    def view(self) -> dict[str, Any]:
        return self.room.view if self.room is not None else {}

    async def _run(self) -> None:
        turn = 0
        live_class_id, cookie, device = self._where
        while True:
            address = self._addresses[turn % len(self._addresses)]
            try:
                room = await Room.open(
                    address, live_class_id, cookie, device, after=max(self.events, default=0)
                )
            except AWAY:
                turn += 1
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            # From here on both are the same: what the line is told the page has been told.
            self.events.update(room.events)
            room.events = self.events
            self.room = room
            self.lines += 1
            await room.until(lambda: room.close_code, seconds=300)  # noqa: B023

    async def until(self, true: Callable[[], Any], *, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.02)

    async def say(self, verb: str, **body: Any) -> dict[str, Any]:
        """Say something until it is acknowledged, under one name; the reply."""
        key = secrets.token_hex(8)
        while True:
            await self.until(lambda: self.is_here)
            assert self.room is not None
            try:
                reply = await self.room.say(verb, key=key, **body)
            except AWAY:
                continue
            if "closed" not in reply and reply.get("no") != "busy":
                return reply

    async def cut(self) -> None:
        """The line breaks without a word; the page comes back."""
        room, lines = self.room, self.lines
        assert room is not None
        await room.cut()
        await self.until(lambda: self.lines > lines)

    async def leave(self) -> None:
        """The tab is closed."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        if self.is_here and self.room is not None:
            await self.room.close()
