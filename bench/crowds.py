"""A thousand websockets listening in this process, and the processes they listen to."""

import asyncio
import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg import sql

from bench.schools import ROOT, drop, manage
from bench.schools import connect as connect_database
from lms import embedded

# What a message carries, for who counts it.
Named = Callable[[bytes], Sequence[Hashable]]
_EVENT = re.compile(rb'"seq":([0-9]+),"kind"')
_TEXT, _BINARY, _CLOSE, _ASKED = 1, 2, 8, 9
_PING = b'{"ping":'


@lru_cache(maxsize=512)
def by_seq(message: bytes) -> Sequence[Hashable]:
    """The numbers of the events in a batch of our rooms, or of the batch where it names none."""
    if not message.startswith(b'{"seq":'):
        return ()
    found = _EVENT.findall(message) or [message[7 : message.index(b",")]]
    return [int(number) for number in found]


class Listener(asyncio.Protocol):
    """A websocket that costs next to nothing: its side of the machine is not what is measured.

    Reads whole frames of a server that neither splits nor compresses messages.
    """

    def __init__(self, request: bytes, hear: Callable[["Listener", bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._hear = hear
        self._held = bytearray()
        self._transport: Any = None
        self.close_code = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("closed during the handshake"))
        self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._held:
            self._held += data
            data = bytes(self._held)
        at = 0
        if not self.opened.done():
            at = self._head(data)
        while (end := self._frame(data, at)) is not None:
            at = end
        self._held = bytearray(data[at:])

    def _head(self, data: bytes) -> int:
        head, found, _rest = data.partition(b"\r\n\r\n")
        if not found:
            return 0
        if b" 101 " not in head[:20]:
            self.opened.set_exception(ConnectionError(head.decode("latin-1")))
            return len(data)
        self.opened.set_result(None)
        return len(head) + 4

    def _frame(self, data: bytes, at: int) -> int | None:
        """Where the frame that begins at `at` ends; None if not all of it is there."""
        if not self.opened.done() or len(data) < at + 2:
            return None
        size, begin = data[at + 1], at + 2
        if size > 125:
            begin = at + (4 if size == 126 else 10)
            if len(data) < begin:
                return None
            size = int.from_bytes(data[at + 2 : begin], "big")
        if len(data) < begin + size:
            return None
        kind = data[at] & 15
        if kind in (_TEXT, _BINARY):
            self._hear(self, data[begin : begin + size])
        elif kind == _ASKED:
            head = bytes((0x8A, 0x80 | size, 0, 0, 0, 0))  # masked by zeros, as all it says
            self._transport.write(head + data[begin : begin + size])
        elif kind == _CLOSE:
            self.close_code = int.from_bytes(data[begin : begin + 2], "big")
            self._transport.close()
        return begin + size

    def say(self, text: bytes) -> None:
        """A short text; masked by zeros, which leave it as it is."""
        assert len(text) < 126
        self._transport.write(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)

    def close(self) -> None:
        if not self.closed.done():
            self._transport.write(bytes((0x88, 0x80, 0, 0, 0, 0)))


class Crowd:
    """Listeners that note when they are told what; pings are answered as a page does."""

    def __init__(self, named: Named = by_seq) -> None:
        self.told: dict[Hashable, list[float]] = {}
        self.lines: list[Listener] = []
        self._named = named

    async def connect(self, address: str, headers: list[dict[str, str]]) -> None:
        """`address` is ws://HOST:PORT/PATH; one listener for each of `headers`."""
        found = urlsplit(address)
        path = f"{found.path}?{found.query}" if found.query else found.path
        loop = asyncio.get_running_loop()
        for start in range(0, len(headers), 20):
            lines = []
            for each in headers[start : start + 20]:
                said = "".join(f"{name}: {value}\r\n" for name, value in each.items())
                request = (
                    f"GET {path} HTTP/1.1\r\nHost: {found.netloc}\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n{said}\r\n"
                )
                _transport, line = await loop.create_connection(
                    partial(Listener, request.encode(), self._hear), found.hostname, found.port
                )
                lines.append(line)
            await asyncio.wait_for(asyncio.gather(*(line.opened for line in lines)), 60)
            self.lines += lines

    def _hear(self, line: Listener, message: bytes) -> None:
        now = time.time()
        for name in self._named(message):
            self.told.setdefault(name, []).append(now)
        if message.startswith(_PING):
            line.say(json.dumps({"pong": json.loads(message)["ping"]}).encode())

    async def all_told(self, name: Hashable, *, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while len(self.told.get(name, ())) < len(self.lines):
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for line in self.lines:
            line.close()
        await asyncio.wait([line.closed for line in self.lines], timeout=10)


def headers_for(sessions: list[str], port: int, count: int) -> list[dict[str, str]]:
    """What `count` browsers of these people send when they open a socket."""
    origin = f"http://127.0.0.1:{port}"
    return [
        {"Origin": origin, "Cookie": f"sessionid={sessions[number % len(sessions)]}"}
        for number in range(count)
    ]


def python(
    *words: str, database: str, pipes: bool = False, **environment: str
) -> subprocess.Popen[bytes]:
    """A process of ours on that database."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "ERROR", **environment},
        stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


def web(port: int, database: str) -> subprocess.Popen[bytes]:
    """One web process."""
    return python("lms", "web", database=database, HOST="127.0.0.1", PORT=str(port))


@contextmanager
def school(database: str, module: str) -> Iterator[tuple[dict[str, Any], int, int]]:
    """What `module seed` made in a database of its own, our port and the bare server's."""
    hold = embedded.ensure_services()
    started: list[subprocess.Popen[bytes]] = []
    try:
        drop(database)
        with connect_database("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        manage(database, "migrate", "--verbosity=0")
        made = python(module, "seed", database=database)
        said = json.loads(made.communicate()[0].splitlines()[-1])
        ours_port, bare_port = free_port(), free_port()
        started += [
            web(ours_port, database),
            python("bench.final_bare", str(bare_port), database=database),
        ]
        bare_said = started[1].stdout
        assert bare_said is not None
        bare_said.readline()
        await_web(ours_port)
        yield {**said, "web": started[0].pid, "bare": started[1].pid}, ours_port, bare_port
    finally:
        for process in started:
            process.terminate()
            process.wait(20)
        drop(database)
        hold.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_web(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=60).read()
            return
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.1)


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def sessions_of(people: list[Any]) -> list[str]:
    """A session each, as after signing in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    keys = []
    for one in people:
        store = SessionStore()
        store[SESSION_KEY] = str(one.pk)
        store[BACKEND_SESSION_KEY] = "lms.members.backends.NumberOrPhoneBackend"
        store[HASH_SESSION_KEY] = one.get_session_auth_hash()
        store.save()
        keys.append(store.session_key)
    return keys
