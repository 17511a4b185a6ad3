"""A class on the air over real sockets and a real ffmpeg: sent, seen, cut, taken over, closed."""

import asyncio
import io
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import av
import pytest

from live.classroom import folders, queries, services
from live.classroom.media_sockets import media_socket
from live.classroom.models import ClassState, LiveClass, LiveEvent, LiveTake
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from media_pipeline.models import Asset
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Room, Teacher, Watcher
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tree(air: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def seconds_in(stream: bytes) -> float:
    """How long the picture of a stream lasts, decoded."""
    with av.open(io.BytesIO(stream), mode="r") as container:
        frames = list(container.decode(video=0))
    assert frames[0].key_frame
    return float(frames[-1].time - frames[0].time)


def kinds(live_class: LiveClass) -> list[str]:
    rows = LiveEvent.objects.filter(live_class=live_class).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def test_what_is_sent_is_seen_and_kept(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))
    late = cookie_of(make_member(tree.second))
    data = recorded()
    pieces = slices(data)

    async def play() -> None:
        early = await Watcher.open(school_server, live_class.pk, listens)
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        began = await desk.begin("a1")
        assert began == {"take": 1, "key": "a1", "ack": 0, "through": True}
        await desk.send(pieces)
        assert desk.acknowledged == len(pieces)
        await early.until(lambda: len(early.frames) > 25)
        assert seconds_in(early.stream) > 2.5
        # Who comes late begins at once, where one can begin.
        came = await Watcher.open(school_server, live_class.pk, late)
        await came.until(lambda: len(came.frames) > 1)
        assert [head[0] for head in came.heads[:2]] == [1, 2]
        assert came.heads[1][1] == 1
        raw = folders.take_folder(live_class.room, 1) / folders.RAW_NAME
        assert raw.read_bytes() == data
        for line in (early, came, desk):
            await line.close()

    run(play)
    live_class.refresh_from_db()
    assert live_class.state == ClassState.ON_AIR
    assert kinds(live_class)[0] == "on_air"


def test_a_cut_line_goes_on_in_the_same_stream(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))
    data = recorded()
    pieces = slices(data)
    half = len(pieces) // 2

    async def play() -> None:
        watches = await Watcher.open(school_server, live_class.pk, listens)
        room = await Room.open(school_server, live_class.pk, listens)
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces[:half])
        await desk.cut()
        await room.until(lambda: room.view["lost"] is True)
        again = await Teacher.open(school_server, live_class.pk, teaches)
        assert await again.begin("a1") == {"take": 1, "key": "a1", "ack": half}
        # What was sent before is sent again, and counts once.
        await again.send(pieces[half - 2 :])
        await room.until(lambda: room.view["lost"] is False)
        assert (folders.take_folder(live_class.room, 1) / folders.RAW_NAME).read_bytes() == data
        await watches.until(lambda: len(watches.frames) > 25)
        assert {head[2] for head in watches.heads} == {1}
        assert seconds_in(watches.stream) > 2.5
        for line in (watches, room, again):
            await line.close()

    run(play)
    assert kinds(live_class) == ["on_air", "lost", "back"]


def test_another_teacher_takes_over_only_when_asked_to(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    second = make_instructor(tree.general, name="陈主任")
    teaches, takes_over = cookie_of(teacher), cookie_of(second)
    listens = cookie_of(make_member(tree.first))
    pieces = slices(recorded())

    async def play() -> None:
        watches = await Watcher.open(school_server, live_class.pk, listens)
        first = await Teacher.open(school_server, live_class.pk, teaches)
        await first.begin("a1")
        await first.send(pieces)
        other = await Teacher.open(school_server, live_class.pk, takes_over)
        assert await other.begin("b1") == {"no": "held", "by": "李教授"}
        began = await other.begin("b1", takeOver=True)
        assert began == {"take": 2, "key": "b1", "ack": 0, "through": True}
        await first.until(lambda: first.close_code)
        assert (first.last("over"), first.close_code) == ({"over": "taken", "by": "陈主任"}, 4409)
        await other.send(pieces)
        await watches.until(lambda: watches.heads[-1][2] == 2 and watches.heads[-1][3] > 10)
        assert seconds_in(watches.stream) > 1
        await watches.close()
        await other.close()

    run(play)
    takes = LiveTake.objects.filter(live_class=live_class).order_by("number")
    assert [(take.by.name, take.ended_at is None) for take in takes] == [
        ("李教授", False),
        ("陈主任", True),
    ]


def test_a_killed_ffmpeg_begins_again_and_nothing_sent_is_lost(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    teaches = cookie_of(teacher)
    data = recorded()
    pieces = slices(data)
    half = len(pieces) // 2

    async def play() -> None:
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces[:half])
        kill_ffmpeg(live_class)
        await desk.until(lambda: desk.last("gone"))
        assert desk.last("gone") == {"gone": "a1", "ack": half}
        # The rest of the old recorder is kept, then a new one begins.
        assert await desk.begin("a1") == {"gone": "a1", "ack": half}
        await desk.send(pieces[half:])
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await desk.close()

    run(play)
    for take in (1, 2):
        raw = folders.take_folder(live_class.room, take) / folders.RAW_NAME
        assert raw.read_bytes() == data


def kill_ffmpeg(live_class: LiveClass) -> None:
    for desk in media_socket._desks.values():
        for carried in desk._carried.values():
            if carried.carrier.live_class_id == live_class.pk:
                take = carried.carrier._take
                assert take is not None
                take.remux.kill()


@pytest.mark.parametrize(
    "bad",
    ['{"do":"begin","key":"../../x","mime":"video/webm"}', '{"do":"begin","key":"a1"}',
     '{"do":"begin","key":"a1","mime":"text/html"}', '{"do":"shout"}', "nothing", "[" * 4000,
     "x" * 5000, b"1234", b"\0\0\0\0" + bytes(60_001)],
)  # fmt: skip
def test_whatever_is_no_message_ends_the_line(
    school_server: str, teacher: Member, live_class: LiveClass, bad: str | bytes
) -> None:
    teaches = cookie_of(teacher)

    async def play() -> None:
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        await desk.connection.send(bad)
        await desk.until(lambda: desk.close_code)
        assert desk.close_code == 1008

    run(play)
    live_class.refresh_from_db()
    assert live_class.state == ClassState.SCHEDULED


def test_closed_it_is_a_replay_and_then_a_lecture(
    school_server: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
) -> None:
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))
    pieces = slices(recorded())

    async def play() -> None:
        watches = await Watcher.open(school_server, live_class.pk, listens)
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces)
        await desk.begin("a2")
        await desk.send(pieces)
        await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
        await desk.until(lambda: desk.close_code)
        assert desk.last("over") == {"over": "closed"}
        assert watches.heads[-1][0] == 3
        await watches.close()

    run(play)
    folder = folders.class_folder(live_class.room)
    assert played(folder, folders.REPLAY_NAME) == pytest.approx([4.0, 4.0], abs=0.15)
    names = run_queued(limit=10)
    assert names[:2] == ["live.keep_recording", "live.make_lecture"] or "live.make_lecture" in names
    live_class.refresh_from_db()
    asset = live_class.recording
    assert asset is not None
    assert (asset.title, asset.owner_branch) == (live_class.title, live_class.branch)
    assert asset.duration_ms == pytest.approx(8_000, abs=250)
    assert Asset.objects.count() == 1
    assert [take.ended_at is None for take in queries.takes_of(live_class)] == [False, False]


def played(folder: Path, name: str) -> list[float]:
    """The seconds of each part of a finished playlist, every segment decoded after its init."""
    lines = (folder / name).read_text().splitlines()
    assert lines[-1] == "#EXT-X-ENDLIST"
    parts: list[float] = []
    init, said = b"", 0.0
    for line in lines:
        if line.startswith("#EXT-X-MAP"):
            init = (folder / line.partition('"')[2].rstrip('"')).read_bytes()
            parts.append(0.0)
        elif line.startswith("#EXTINF:"):
            said = float(line[8:].rstrip(","))
        elif not line.startswith("#"):
            decoded = seconds_in(init + (folder / line).read_bytes())
            assert decoded == pytest.approx(said, abs=0.1)
            parts[-1] += said
    return parts


def test_a_process_that_ends_while_a_class_is_finished_finishes_it(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    """Nothing is cut off in the middle, and no line to Redis is left open."""
    teaches = cookie_of(teacher)
    is_at_end, goes_on = threading.Event(), asyncio.Event()

    async def play() -> None:
        desk = await Teacher.open(school_server, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(slices(recorded()))
        loop, carrying = next(iter(media_socket._desks.items()))
        carrier = carrying._carried[live_class.pk].carrier
        finishing = carrier._finish

        async def finish() -> None:
            is_at_end.set()
            await goes_on.wait()
            await finishing()

        carrier._finish = finish  # type: ignore[method-assign]
        await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
        assert await in_thread(lambda: is_at_end.wait(20))
        closing = asyncio.run_coroutine_threadsafe(carrying.close(), loop)
        loop.call_soon_threadsafe(goes_on.set)
        await asyncio.wrap_future(closing)
        assert carrying._carried == {}
        assert [task for task in asyncio.all_tasks(loop) if "Sender." in repr(task)] == []
        await desk.close()

    run(play)
    assert [take.ended_at is not None for take in live_class.takes.all()] == [True]
