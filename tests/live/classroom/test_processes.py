"""One class, two web processes: handed over, seen by both, and going on when one is killed."""

import asyncio
from pathlib import Path

import pytest

from live.classroom import folders
from live.classroom.models import LiveTake
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Teacher, Watcher
from tests.support.processes import WebProcess, wait_until
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_class_outlives_the_process_that_carries_it(air: str, web_process: WebProcess) -> None:
    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))
    data = recorded()
    pieces = slices(data)
    third = len(pieces) // 3
    here, there = air, web_process.url
    started: list[Path] = []

    async def play() -> None:
        watches = await Watcher.open(here, live_class.pk, listens)
        desk = await Teacher.open(there, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces[:third])
        await desk.cut()
        # Back by another process, into the same stream.
        desk = await Teacher.open(here, live_class.pk, teaches)
        assert await desk.begin("a1") == {"take": 1, "key": "a1", "ack": third}
        await desk.send(pieces[third : 2 * third])
        await watches.until(lambda: len(watches.frames) > 5)
        assert {head[2] for head in watches.heads} == {1}
        started.extend(children_of(web_process.pid))
        assert started
        await asyncio.to_thread(web_process.kill)
        await desk.until(lambda: desk.close_code)
        assert desk.close_code == 1012
        desk = await Teacher.open(here, live_class.pk, teaches)
        assert await desk.begin("a1") == {"gone": "a1", "ack": 2 * third}
        await desk.send(pieces[2 * third :])
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await watches.until(lambda: watches.heads[-1][2] == 2 and watches.heads[-1][3] > 10)
        for line in (watches, desk):
            await line.close()

    asyncio.run(play())
    assert LiveTake.objects.filter(live_class=live_class).count() == 2
    for take in (1, 2):
        raw = folders.take_folder(live_class.room, take) / folders.RAW_NAME
        assert raw.read_bytes() == data
    wait_until(lambda: not any(each.exists() for each in started), what="the end of its ffmpeg")


def children_of(pid: int) -> list[Path]:
    """The processes another one has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [Path(f"/proc/{child}") for each in lists for child in each.read_text().split()]
