"""Chat in a room of a thousand sockets of one web process.

Twenty messages a second, each committed before it is told; then two hundred at once. In the same
run the same texts go through raw Redis pub/sub into a bare websocket server. Each socket has a
client of its own in this process: a good part of either figure is the clients'.
"""

import asyncio
import itertools
import json
import secrets
import time
from typing import Any

import redis
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import crowds, final_bare
from bench.crowds import Crowd, headers_for
from bench.exam_school import quantile
from bench.schools import row
from lms import env

SOCKETS = 1_000
DATABASE = "bench_room"
A_SECOND, SECONDS = 20, 5
BURST = 200
ROUNDS = 3


class Speaker:
    """One member's line, which says things and hears the replies."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._name = secrets.token_hex(4)
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.ensure_future(self._listen())

    @classmethod
    async def open(cls, address: str, headers: dict[str, str]) -> "Speaker":
        return cls(await connect(address, additional_headers=headers, compression=None))

    async def _listen(self) -> None:
        async for text in self._line:
            said = json.loads(text)
            if "ping" in said:
                await self._line.send(json.dumps({"pong": said["ping"]}))
            name = said.get("ok", said.get("id"))
            if name in self._replies:
                self._replies.pop(name).set_result(said)

    async def say(self, text: str) -> tuple[int, float, float]:
        """The number it got, when it was said and when it was acknowledged."""
        key = f"{self._name}k{next(self._numbers)}"
        reply = self._replies[key] = asyncio.get_running_loop().create_future()
        began = time.time()
        await self._line.send(json.dumps({"do": "chat.say", "id": key, "text": text}))
        said = await asyncio.wait_for(reply, 30)
        return said["seq"], began, time.time()

    async def close(self) -> None:
        await self._line.close()
        await asyncio.gather(self._listening, return_exceptions=True)


async def _at_a_pace(speakers: list[Speaker]) -> list[tuple[int, float, float]]:
    """Twenty a second, by turns."""
    works = []
    began = time.monotonic()
    for number in range(A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        works.append(
            asyncio.ensure_future(
                speakers[number % len(speakers)].say(f"第{number}条：基层经验怎样推广？")
            )
        )
    return list(await asyncio.gather(*works))


async def _at_once(speakers: list[Speaker]) -> list[tuple[int, float, float]]:
    async def some(speaker: Speaker) -> list[tuple[int, float, float]]:
        return [await speaker.say(f"第{n}条：请老师讲讲") for n in range(BURST // len(speakers))]

    return [one for each in await asyncio.gather(*map(some, speakers)) for one in each]


async def _bare(bare: Crowd, client: Any, first: int, pause: float, count: int) -> list[float]:
    """The same number of texts as long as ours; how long each took to each."""
    sent = {}
    for number in range(first, first + count):
        text = json.dumps({"seq": number, "events": [{"text": "基层经验怎样推广？" * 12}]})
        sent[number] = time.time()
        client.publish(final_bare.CHANNEL, text.replace('{"seq": ', '{"seq":', 1))
        await asyncio.sleep(pause)
    for number in sent:
        await bare.all_told(number)
    return [at - since for number, since in sent.items() for at in bare.told[number]]


async def _measure(school: dict[str, Any], ours_port: int, bare_port: int) -> dict[str, Any]:
    address = f"ws://127.0.0.1:{ours_port}/live/{school['class']}/socket"
    ours, bare = Crowd(), Crowd()
    before = crowds.resident_bytes(school["web"])
    await ours.connect(f"{address}?device=d1", headers_for(school["sessions"], ours_port, SOCKETS))
    await asyncio.sleep(2)
    grown = crowds.resident_bytes(school["web"]) - before
    await bare.connect(f"ws://127.0.0.1:{bare_port}/", [{}] * SOCKETS)
    speakers = [
        await Speaker.open(f"{address}?device=d2", each)
        for each in headers_for(school["speakers"], ours_port, len(school["speakers"]))
    ]
    found: dict[str, Any] = {
        "ours": [], "bare": [], "kept": [], "rate": [], "bare_rate": [], "missing": 0,
        "grown": grown,
    }  # fmt: skip
    said_in_all: list[int] = []
    number = 1
    with redis.Redis.from_url(env.REDIS_URL) as client:
        await _at_once(speakers)
        for _round in range(ROUNDS):
            said = await _at_a_pace(speakers)
            for seq, began, kept in said:
                await ours.all_told(seq)
                found["ours"] += [at - began for at in ours.told[seq]]
                found["kept"].append(kept - began)
            found["bare"] += await _bare(bare, client, number, 1 / A_SECOND, len(said))
            number += len(said)
            began_all = time.time()
            many = await _at_once(speakers)
            for seq, _began, _kept in many:
                await ours.all_told(seq)
            found["rate"].append(BURST * SOCKETS / (time.time() - began_all))
            began_all = time.time()
            await _bare(bare, client, number, 0, BURST)
            found["bare_rate"].append(BURST * SOCKETS / (time.time() - began_all))
            number += BURST
            said_in_all += [seq for seq, _began, _kept in (*said, *many)]
            await asyncio.sleep(4)  # each may say ten a second
    found["missing"] = sum(SOCKETS - len(ours.told.get(seq, ())) for seq in said_in_all)
    found["sent"] = len(said_in_all) * SOCKETS
    for speaker in speakers:
        await speaker.close()
    await ours.close()
    await bare.close()
    return found


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    with crowds.school(DATABASE, "bench.room_school") as (school, ours_port, bare_port):
        found = uvloop.run(_measure(school, ours_port, bare_port))
    p50, p99 = (quantile(found["ours"], share) for share in (0.5, 0.99))
    bare50, bare99 = (quantile(found["bare"], share) for share in (0.5, 0.99))
    rate, bare_rate = (sorted(found[name])[len(found[name]) // 2] for name in ("rate", "bare_rate"))
    pace = f"{A_SECOND} messages a second"
    return [
        row(f"said to socket p50, {pace}", p50, "ms", reference=bare50),
        row(f"said to socket p99, {pace}", p99, "ms", reference=bare99,
            aim="<= 100 ms", holds=p99 <= 100),
        row("said to kept p99", quantile(found["kept"], 0.99), "ms"),
        row(f"{BURST} messages at once", rate, "deliveries/s", reference=bare_rate,
            ratio=rate / bare_rate, aim=">= 0.7 of bare", holds=rate >= 0.7 * bare_rate),
        row("memory a socket", found["grown"] / SOCKETS / 1024, "KiB"),
        row("messages lost", found["missing"], f"of {found['sent']}", aim="none",
            holds=found["missing"] == 0),
    ]  # fmt: skip
