"""A thousand websocket clients in this process, and the processes they speak to."""

import asyncio
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
from pathlib import Path
from typing import Any

from psycopg import sql
from websockets.asyncio.client import ClientConnection, connect

from bench.schools import ROOT, drop, manage
from bench.schools import connect as connect_database
from lms import embedded

# What a message carries, for who counts it.
Named = Callable[[str | bytes], Sequence[Hashable]]
_EVENT = re.compile(r'"seq":([0-9]+),"kind"')


def by_seq(message: str | bytes) -> Sequence[Hashable]:
    """The numbers of the events in a batch of our rooms, or of the batch where it names none."""
    if not isinstance(message, str) or not message.startswith('{"seq":'):
        return ()
    found = _EVENT.findall(message) or [message[7 : message.index(",")]]
    return [int(number) for number in found]


class Crowd:
    """Clients that note when they are told what; pings are answered as a page does."""

    def __init__(self, named: Named = by_seq) -> None:
        self.told: dict[Hashable, list[float]] = {}
        self.lines: list[ClientConnection] = []
        self._named = named
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, address: str, headers: list[dict[str, str]]) -> None:
        for start in range(0, len(headers), 20):
            lines = await asyncio.gather(
                *(
                    connect(
                        address,
                        additional_headers=each,
                        compression=None,
                        ping_interval=None,
                        open_timeout=60,
                        max_size=None,
                    )
                    for each in headers[start : start + 20]
                )
            )
            self.lines += lines
            self._tasks += [asyncio.ensure_future(self._listen(line)) for line in lines]

    async def _listen(self, line: ClientConnection) -> None:
        async for message in line:
            now = time.time()
            names = self._named(message)
            for name in names:
                self.told.setdefault(name, []).append(now)
            if isinstance(message, str) and message.startswith('{"ping":'):
                await line.send(json.dumps({"pong": json.loads(message)["ping"]}))

    async def all_told(self, name: Hashable, *, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while len(self.told.get(name, ())) < len(self.lines):
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self.lines), return_exceptions=True)


def headers_for(sessions: list[str], port: int, count: int) -> list[dict[str, str]]:
    """What `count` browsers of these people send when they open a socket."""
    origin = f"http://127.0.0.1:{port}"
    return [
        {"Origin": origin, "Cookie": f"sessionid={sessions[number % len(sessions)]}"}
        for number in range(count)
    ]


def python(*words: str, database: str, pipes: bool = False) -> subprocess.Popen[bytes]:
    """A process of ours on that database."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


def web(port: int, database: str) -> subprocess.Popen[bytes]:
    """One web process."""
    return python(
        "uvicorn", "lms.asgi:application", f"--port={port}", "--log-level=warning",
        "--no-access-log", "--ws-per-message-deflate=false",
        database=database,
    )  # fmt: skip


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
