"""One press of a final's host, told to a thousand sockets of one web process.

In the same run, in turns, the same words through raw Redis pub/sub into a bare websocket server.
Each socket has a client of its own in this process: a good part of either figure is the clients'.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import redis
from psycopg import sql
from websockets.asyncio.client import ClientConnection, connect

from bench import final_bare
from bench.exam_school import quantile
from bench.schools import ROOT, drop, manage, row
from bench.schools import connect as connect_database
from lms import embedded, env

SOCKETS = 1_000
ROUNDS, PRESSES = 4, 8
DATABASE = "bench_final"


class Crowd:
    """A thousand clients that note when they are told what."""

    def __init__(self) -> None:
        self.told: dict[int, list[float]] = {}
        self.lines: list[ClientConnection] = []
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
                    )
                    for each in headers[start : start + 20]
                )
            )
            self.lines += lines
            self._tasks += [asyncio.ensure_future(self._listen(line)) for line in lines]

    async def _listen(self, line: ClientConnection) -> None:
        async for text in line:
            now = time.time()
            if text.startswith('{"seq":'):  # type: ignore[arg-type]
                seq = int(text[7 : text.index(",")])  # type: ignore[arg-type]
                self.told.setdefault(seq, []).append(now)
            elif text.startswith('{"ping":'):  # type: ignore[arg-type]
                await line.send(json.dumps({"pong": json.loads(text)["ping"]}))

    async def all_told(self, seq: int) -> None:
        async with asyncio.timeout(20):
            while len(self.told.get(seq, ())) < len(self.lines):
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self.lines), return_exceptions=True)


class Host:
    """The process that presses."""

    def __init__(self, final: int) -> None:
        self._process = _python("bench.final_school", "press", str(final), pipes=True)

    def press(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


def _python(*words: str, pipes: bool = False) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": DATABASE, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _measure(
    school: dict[str, Any], ours_port: int, bare_port: int
) -> dict[str, list[float]]:
    origin = f"http://127.0.0.1:{ours_port}"
    headers = [
        {"Origin": origin, "Cookie": f"sessionid={school['sessions'][n % len(school['sessions'])]}"}
        for n in range(SOCKETS)
    ]
    ours, bare = Crowd(), Crowd()
    began = time.time()
    await ours.connect(f"ws://127.0.0.1:{ours_port}/finals/{school['final']}/socket", headers)
    connected = time.time() - began
    await bare.connect(f"ws://127.0.0.1:{bare_port}/", [{}] * SOCKETS)
    host = Host(school["final"])
    seconds: dict[str, list[float]] = {
        "connect": [connected], "ours": [], "bare": [], "pressed": [], "lost": [],
    }  # fmt: skip
    with redis.Redis.from_url(env.REDIS_URL) as client:
        await asyncio.to_thread(host.press)  # everything once, so that both are warm
        for _round in range(ROUNDS):
            texts = []
            for _press in range(PRESSES):
                said = await asyncio.to_thread(host.press)
                texts.append((said["seq"], said["text"]))
                with suppress(TimeoutError):
                    await ours.all_told(said["seq"])
                told = ours.told.get(said["seq"], [])
                seconds["ours"] += [at - said["announced"] for at in told]
                seconds["pressed"] += [at - said["pressed"] for at in told]
                seconds["lost"].append(SOCKETS - len(told))
                await asyncio.sleep(0.3)
            for seq, text in texts:
                published = time.time()
                client.publish(final_bare.CHANNEL, text)
                await bare.all_told(seq)
                seconds["bare"] += [at - published for at in bare.told[seq]]
                await asyncio.sleep(0.3)
    await asyncio.to_thread(host.stop)
    await ours.close()
    await bare.close()
    return seconds


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    hold = embedded.ensure_services()
    started: list[subprocess.Popen[bytes]] = []
    try:
        drop(DATABASE)
        with connect_database("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        manage(DATABASE, "migrate", "--verbosity=0")
        made = _python("bench.final_school", "seed")
        school = json.loads(made.communicate()[0].splitlines()[-1])
        ours_port, bare_port = _free_port(), _free_port()
        web = _python(
            "uvicorn", "lms.asgi:application", f"--port={ours_port}", "--log-level=warning",
            "--no-access-log", "--ws-per-message-deflate=false",
        )  # fmt: skip
        started.append(web)
        bare = _python("bench.final_bare", str(bare_port))
        started.append(bare)
        assert bare.stdout is not None
        bare.stdout.readline()
        _await(ours_port)
        return _rows(asyncio.run(_measure(school, ours_port, bare_port)))
    finally:
        for process in started:
            process.terminate()
            process.wait(20)
        drop(DATABASE)
        hold.close()


def _await(port: int) -> None:
    import urllib.request

    deadline = time.monotonic() + 120
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=60).read()
            return
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.1)


def _rows(seconds: dict[str, list[float]]) -> list[dict[str, Any]]:
    p50, p99 = quantile(seconds["ours"], 0.5), quantile(seconds["ours"], 0.99)
    bare50, bare99 = quantile(seconds["bare"], 0.5), quantile(seconds["bare"], 0.99)
    lost = int(sum(seconds["lost"]))
    return [
        row("sockets connected in", seconds["connect"][0], "s"),
        row("commit to socket p50", p50, "ms", reference=bare50, ratio=bare50 / p50,
            aim=">= 0.7 of bare", holds=bare50 / p50 >= 0.7),
        row("commit to socket p99", p99, "ms", reference=bare99, ratio=bare99 / p99,
            aim="<= 100 ms", holds=p99 <= 100),
        row("press to socket p50", quantile(seconds["pressed"], 0.5), "ms"),
        row("press to socket p99", quantile(seconds["pressed"], 0.99), "ms"),
        row("frames lost", lost, f"of {len(seconds['lost']) * SOCKETS}", aim="none",
            holds=lost == 0),
    ]  # fmt: skip
