"""One press of a final's host, told to a thousand sockets of one web process.

In the same run, in turns, the same words through raw Redis pub/sub into a bare websocket server.
Each socket has a client of its own in this process: a good part of either figure is the clients'.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import redis
import uvloop

from bench import crowds, final_bare
from bench.crowds import Crowd, headers_for, python
from bench.exam_school import quantile
from bench.schools import row
from lms import env

SOCKETS = 1_000
ROUNDS, PRESSES = 4, 8
DATABASE = "bench_final"


class Host:
    """The process that presses."""

    def __init__(self, final: int) -> None:
        self._process = python(
            "bench.final_school", "press", str(final), database=DATABASE, pipes=True
        )

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


async def _measure(
    school: dict[str, Any], ours_port: int, bare_port: int
) -> dict[str, list[float]]:
    headers = headers_for(school["sessions"], ours_port, SOCKETS)
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
    with crowds.school(DATABASE, "bench.final_school") as (school, ours_port, bare_port):
        return _rows(uvloop.run(_measure(school, ours_port, bare_port)))


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
