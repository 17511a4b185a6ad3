"""How one message leaves to a thousand sockets: put into a frame once, and given to each line.

ASGI knows one way out: a coroutine for each socket and message, and a frame anew for each. A
connection of `RoomProtocol` offers a `Wire` beside it, which takes a frame as it is, at once, while
the line takes it. Under a server without it everything goes the ordinary way.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

EXTENSION = "lms.wire"
KEPT_BY_THE_SYSTEM = 256 * 1024  # bytes on their way to one socket

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Message:
    """What is sent to one socket or to many: text, or bytes."""

    __slots__ = ("_framed", "content")

    def __init__(self, content: str | bytes) -> None:
        self.content = content
        self._framed: bytes | None = None

    @property
    def framed(self) -> bytes:
        """As it goes over the wire (RFC 6455, section 5.2: one frame, not masked by a server)."""
        if self._framed is None:
            content = self.content
            if isinstance(content, str):
                frame = Frame(Opcode.TEXT, content.encode())
            else:
                frame = Frame(Opcode.BINARY, content)
            self._framed = frame.serialize(mask=False)
        return self._framed

    @property
    def event(self) -> dict[str, Any]:
        """As ASGI has it."""
        kind = "text" if isinstance(self.content, str) else "bytes"
        return {"type": "websocket.send", kind: self.content}


class Wire:
    """The line of one connection, for frames that are made already."""

    def __init__(self, protocol: "RoomProtocol") -> None:
        self._protocol = protocol

    def write(self, framed: bytes) -> bool:
        """Send it now; False, and nothing is sent, if the other end does not read or is gone."""
        protocol = self._protocol
        if (
            not protocol.handshake_complete
            or protocol.close_sent
            or not protocol.writable.is_set()
            or protocol.transport.is_closing()
        ):
            return False
        protocol.transport.write(framed)
        return True


class RoomProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websockets, each with a `Wire` among the extensions of its scope."""

    def connection_made(self, transport: Any) -> None:
        # The system would hold megabytes for each line nobody reads.
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KEPT_BY_THE_SYSTEM)
        super().connection_made(transport)

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        # The application does not begin before the event loop's next turn.
        if self.tasks:
            extensions: Any = self.scope["extensions"]
            extensions[EXTENSION] = Wire(self)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # It has been refused, in order: uvicorn would log an application that fell silent.
            self.handshake_complete = True


class Outlet:
    """The way out of one connection: at once where that can be, else in its turn.

    How much may be `waiting` is for who gives to decide.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self.waiting: deque[Message | Callable[[], Message]] = deque()
        self._wire: Wire | None = scope.get("extensions", {}).get(EXTENSION)
        self._send = send
        self._bell = asyncio.Event()
        self._is_idle = False

    def give(self, said: Message | Callable[[], Message]) -> None:
        """Have it sent, in order; a callable is asked for its words when it is its turn."""
        if self._is_idle and isinstance(said, Message) and self.write(said):
            return
        self.waiting.append(said)
        self._is_idle = False
        self._bell.set()

    def write(self, message: Message) -> bool:
        """Past all that waits: whether the line took it."""
        return self._wire is not None and self._wire.write(message.framed)

    async def run(self) -> None:
        """Send what waits, until cancelled. Raises what the server does of a line that is gone."""
        while True:
            while self.waiting:
                said = self.waiting.popleft()
                await self._send((said if isinstance(said, Message) else said()).event)
            self._bell.clear()
            self._is_idle = True
            await self._bell.wait()
