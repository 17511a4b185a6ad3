"""The picture of a class to a thousand sockets of one web process.

A recorder's stream of 360p is sent to the studio at its own pace; each member notes how long a
fragment was on its way from the server's having it. In the same run frames of the same size go at
the same pace through raw Redis pub/sub into a bare websocket server.
"""

import asyncio
import struct
import time
from typing import Any

import django
import redis
import uvloop
from websockets.asyncio.client import connect

from bench import crowds, final_bare
from bench.crowds import Crowd, headers_for
from bench.exam_school import quantile
from bench.schools import row
from lms import env

SOCKETS = 1_000
DATABASE = "bench_picture"
SECONDS = 12
FRAMES_A_SECOND = 10
HEAD = struct.Struct(">BBHIdd")
FRAGMENT = 2


def _named(message: bytes) -> list[tuple[float, int]]:
    """A fragment: when the server had it (seconds since 1970), and its number."""
    if len(message) < HEAD.size:
        return []
    kind, _key, _take, number, at_ms, _start = HEAD.unpack_from(message)
    return [(at_ms / 1000, number)] if kind == FRAGMENT else []


async def _teach(school: dict[str, Any], port: int, data: bytes, mime: str) -> None:
    """What a teacher's browser sends, a tenth of a second at a time."""
    header = headers_for([school["teacher"]], port, 1)[0]
    address = f"ws://127.0.0.1:{port}/live/{school['class']}/studio"
    async with connect(address, additional_headers=header, compression=None) as line:
        await line.send(f'{{"do":"begin","key":"bench1","mime":"{mime}"}}')
        count = SECONDS * FRAMES_A_SECOND
        size = len(data) // count + 1
        began = time.monotonic()

        async def hear() -> None:
            async for _said in line:
                pass

        hearing = asyncio.ensure_future(hear())
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / FRAMES_A_SECOND - time.monotonic()))
            piece = data[number * size : (number + 1) * size]
            if piece:
                await line.send(number.to_bytes(4, "big") + piece)
        await asyncio.sleep(1)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _bare(bare: Crowd, client: Any, bytes_a_frame: int) -> list[float]:
    began = time.monotonic()
    for number in range(SECONDS * FRAMES_A_SECOND):
        await asyncio.sleep(max(0.0, began + number / FRAMES_A_SECOND - time.monotonic()))
        head = HEAD.pack(FRAGMENT, 0, 1, number, time.time() * 1000, 0.0)
        client.publish(final_bare.CHANNEL, head + bytes(bytes_a_frame))
    await asyncio.sleep(1)
    return _delays(bare)


def _delays(crowd: Crowd) -> list[float]:
    return [at - name[0] for name, told in crowd.told.items() for at in told]  # type: ignore[index]


async def _measure(
    school: dict[str, Any], ours_port: int, bare_port: int, data: bytes, mime: str
) -> dict[str, Any]:
    ours, bare = Crowd(_named), Crowd(_named)
    await ours.connect(
        f"ws://127.0.0.1:{ours_port}/live/{school['class']}/picture",
        headers_for(school["sessions"], ours_port, SOCKETS),
    )
    used = crowds.processor_seconds(school["web"])
    await _teach(school, ours_port, data, mime)
    found: dict[str, Any] = {"cpu": (crowds.processor_seconds(school["web"]) - used) / SECONDS}
    found["ours"] = _delays(ours)
    found["frames"] = len(ours.told)
    found["missing"] = sum(SOCKETS - len(told) for told in ours.told.values())
    await ours.close()
    await bare.connect(f"ws://127.0.0.1:{bare_port}/", [{}] * SOCKETS)
    used = crowds.processor_seconds(school["bare"])
    with redis.Redis.from_url(env.REDIS_URL) as client:
        found["bare"] = await _bare(bare, client, len(data) // (SECONDS * FRAMES_A_SECOND))
    found["bare_cpu"] = (crowds.processor_seconds(school["bare"]) - used) / SECONDS
    await bare.close()
    return found


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    env.point_django_at_settings()
    django.setup()
    from tests.factories.live import MIME, recorded

    data = recorded(float(SECONDS), size="640x360", bits="300k")
    with crowds.school(DATABASE, "bench.room_school") as (school, ours_port, bare_port):
        found = uvloop.run(_measure(school, ours_port, bare_port, data, MIME))
    p50, p99 = quantile(found["ours"], 0.5), quantile(found["ours"], 0.99)
    bare50, bare99 = quantile(found["bare"], 0.5), quantile(found["bare"], 0.99)
    members = SOCKETS / max(found["cpu"], 0.001)
    bare_members = SOCKETS / max(found["bare_cpu"], 0.001)
    return [
        row("fragment to member p50", p50, "ms", reference=bare50),
        row("fragment to member p99", p99, "ms", reference=bare99),
        row("members a core, by line", members, "", reference=bare_members,
            ratio=members / bare_members, aim=">= 0.7 of bare",
            holds=members >= 0.7 * bare_members),
        row("fragments lost", found["missing"], f"of {found['frames'] * SOCKETS}"),
        row("a fragment", len(data) // (SECONDS * FRAMES_A_SECOND), "bytes"),
    ]  # fmt: skip
