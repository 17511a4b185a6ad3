"""Frames made once and given to many lines, in step with what goes the ordinary way."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame
from websockets.streams import StreamReader

from lms.core.rooms.hub import Seat
from lms.core.rooms.socket import refuse
from lms.core.rooms.wire import EXTENSION, Message, Outlet, RoomProtocol
from tests.support.processes import free_port

Scope = MutableMapping[str, Any]


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)), st.sampled_from([1, 700]))
def test_a_message_is_framed_as_a_browser_reads_it(content: str | bytes, times: int) -> None:
    content = content * times
    reader = StreamReader()
    message = Message(content)
    reader.feed_data(message.framed)
    reader.feed_eof()
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as found:
        next(parsing)
    read = found.value.value
    data = bytes(read.data)
    assert (read.fin, data.decode() if isinstance(content, str) else data) == (True, content)
    assert message.framed is message.framed


@contextmanager
def served(application: Callable[..., Coroutine[Any, Any, None]]) -> Iterator[tuple[str, Any]]:
    """The address of an application of one websocket, and its server."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(application, port=port, ws=RoomProtocol, lifespan="off", log_level="error")
    )
    yield f"ws://127.0.0.1:{port}/", server


async def with_server(
    application: Callable[..., Coroutine[Any, Any, None]],
    play: Callable[[str], Coroutine[Any, Any, None]],
) -> None:
    with served(application) as (address, server):
        serving = asyncio.ensure_future(server.serve())
        async with asyncio.timeout(20):
            while not server.started:
                await asyncio.sleep(0.01)
            await play(address)
        server.should_exit = True
        await serving


def test_what_goes_at_once_and_what_waits_comes_in_the_order_it_was_said() -> None:
    wrote: list[bool] = []

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        await receive()
        outlet = Outlet(scope, send)
        assert outlet.write(Message("before the handshake")) is False
        await send({"type": "websocket.accept"})
        seat = Seat(outlet)
        seat.push(Message("0"))
        running = asyncio.ensure_future(outlet.run())
        for number in range(1, 50):
            if number % 10 == 0:
                await asyncio.sleep(0)
            seat.push(Message(str(number)) if number % 7 else (lambda n=number: Message(str(n))))
        await receive()
        running.cancel()
        wrote.append(outlet.write(Message("after the end")))

    async def play(address: str) -> None:
        async with connect(address) as line:
            told = [await line.recv() for _number in range(50)]
        assert told == [str(number) for number in range(50)]

    asyncio.run(with_server(application, play))
    assert wrote == [False]


def test_a_line_nobody_reads_takes_no_more() -> None:
    found: list[int] = []

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        outlet = Outlet(scope, send)
        piece = Message(bytes(100_000))
        count = 0
        while outlet.write(piece):
            count += 1
            assert count < 1_000
        found.append(count)
        assert EXTENSION in scope["extensions"]
        await send(Message("last").event)
        await send({"type": "websocket.close"})

    async def play(address: str) -> None:
        async with connect(address, max_size=None, max_queue=1) as line:
            told = [message async for message in line]
        assert [len(each) for each in told] == [100_000] * found[0] + [4]

    asyncio.run(with_server(application, play))


def test_a_refusal_is_not_logged_as_an_error_of_the_application() -> None:
    heard: list[logging.LogRecord] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        await receive()
        await refuse(scope, send, 404)

    async def play(address: str) -> None:
        handler = Listening(level=logging.WARNING)
        logging.getLogger("uvicorn.error").addHandler(handler)
        try:
            with pytest.raises(InvalidStatus) as refused:
                await connect(address)
            assert refused.value.response.status_code == 404
        finally:
            logging.getLogger("uvicorn.error").removeHandler(handler)

    asyncio.run(with_server(application, play))
    assert [record.getMessage() for record in heard] == []
