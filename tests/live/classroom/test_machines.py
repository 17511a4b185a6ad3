"""One class, two machines with nothing in common but addresses: one dies, the class goes on."""

import asyncio
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from live.classroom import queries, services, shared
from live.classroom.models import LiveClass, LiveEvent, LiveTake
from live.hours.queries import attendance_of
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from media_pipeline.models import AssetState
from media_pipeline.storage import media_storage
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.bucket import keys_in
from tests.support.live_sockets import Room, Teacher, Watcher
from tests.support.machines import Machine, Player, machines
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECONDS = 8.0


@pytest.fixture(params=["bucket", "shared folder"])
def start(
    request: pytest.FixtureRequest, transactional_db: None, tmp_path: Path, settings: Any
) -> Iterator[Callable[[str], Machine]]:
    """`start("one")` is a machine; all share a bucket, or a folder."""
    if request.param == "bucket":
        shares = {"MEDIA_STORAGE_URL": request.getfixturevalue("bucket")}
    else:
        shares = {"MEDIA_SHARED": "1", "MEDIA_ROOT": str(tmp_path / "nfs")}
        (tmp_path / "nfs").mkdir()
        settings.MEDIA_SHARED = True
    settings.MEDIA_ROOT = tmp_path / ("worker" if request.param == "bucket" else "nfs")
    with machines(tmp_path, **shares) as started:
        yield started


@pytest.fixture
def tree(transactional_db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


def seconds_in(stream: bytes) -> float:
    """How long the picture of a stream lasts, decoded."""
    with av.open(io.BytesIO(stream), mode="r") as container:
        frames = list(container.decode(video=0))
    return float(frames[-1].time - frames[0].time)


def test_a_class_outlives_the_machine_that_carries_it(
    start: Callable[[str], Machine],
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
    tmp_path: Path,
) -> None:
    one, two = start("one"), start("two")
    listens, reads = make_member(tree.first), make_member(tree.second)
    teaches, comes = cookie_of(teacher), cookie_of(listens)
    player = Player(live_class.pk, cookie_of(reads))
    data = recorded(SECONDS)
    pieces = slices(data)
    cut = 3 * len(pieces) // 4
    sent: list[int] = []

    async def play() -> None:
        room = await Room.open(one.url, live_class.pk, comes)
        watches = await Watcher.open(two.url, live_class.pk, comes)
        desk = await Teacher.open(one.url, live_class.pk, teaches)
        began = await desk.begin("a1")
        assert began == {"take": 1, "key": "a1", "ack": 0, "through": True}
        await desk.send(pieces[:cut])
        await watches.until(lambda: len(watches.frames) > 40)
        await asyncio.to_thread(
            player.until, two.url, lambda: len(player.said) >= 4, what="segments at the other"
        )
        # The same at the machine that carries it.
        await asyncio.to_thread(player.look, one.url)
        # What is on the way when the power is cut was not acknowledged.
        for piece in pieces[cut : cut + 3]:
            await desk.connection.send(piece)
        await asyncio.to_thread(one.die)
        await desk.until(lambda: desk.close_code)
        await room.until(lambda: room.close_code)
        acknowledged = desk.acknowledged
        assert acknowledged >= cut

        seen = max(room.events)
        room = await Room.open(two.url, live_class.pk, comes, after=seen)
        desk = await Teacher.open(two.url, live_class.pk, teaches)
        again = await desk.begin("a1")
        assert (again["gone"], again["ack"] >= acknowledged) == ("a1", True)
        sent.append(again["ack"])
        await desk.send(pieces[again["ack"] :])
        assert desk.acknowledged == len(pieces)
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await watches.until(lambda: watches.heads[-1][2] == 2 and watches.heads[-1][3] > 40)
        await asyncio.to_thread(
            player.until, two.url, lambda: player.said[max(player.said)][0][0] == "2",
            what="the second take",
        )  # fmt: skip
        await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
        await desk.until(lambda: desk.close_code)
        assert desk.last("over") == {"over": "closed"}
        await room.until(lambda: room.view["state"] == "closed")
        assert sorted(room.events) == list(range(seen + 1, max(room.events) + 1))
        for line in (room, watches):
            await line.close()

    asyncio.run(play())
    # The replay goes on where the live playlist was, and decodes; of what was served only the
    # segment the machine died over is missing.
    assert player.look(two.url, "replay") == len(player.said)
    takes = player.takes()
    assert takes == sorted(takes)
    assert {breaks for _name, breaks in player.said.values()} == {0, 1}
    (first, one_stream), (second, two_stream) = player.parts()
    arrived = SECONDS * sent[0] / len(pieces)
    assert arrived - 2.5 < first <= arrived
    assert seconds_in(one_stream) == pytest.approx(first, abs=0.15)
    assert second == pytest.approx(SECONDS, abs=0.15)
    assert seconds_in(two_stream) == pytest.approx(second, abs=0.15)

    rows = LiveEvent.objects.filter(live_class=live_class).order_by("seq")
    assert list(rows.values_list("seq", flat=True)) == list(range(1, rows.count() + 1))
    [there] = [each for each in attendance_of(refreshed(live_class)) if each.member == listens]
    assert len(there.stay.attendance.spans) == 1
    assert there.stay.attendance.held - there.stay.attendance.present < dt.timedelta(seconds=1)

    run_queued(limit=10)
    asset = refreshed(live_class).recording
    assert asset is not None
    # Not one slice that was acknowledged is missing from the lecture.
    assert asset.duration_ms == pytest.approx(2_000 * SECONDS, abs=250)
    for take in queries.takes_of(live_class):
        target = tmp_path / f"take-{take.number}"
        assert shared.bring_recording(live_class.room, take.number, target, during=lambda: None)
        assert target.read_bytes() == data
    # It is played from the storage, by the machine that is left.
    assert asset.state == AssetState.READY
    answer = player.get(f"{two.url}/live/{live_class.pk}/address/").json()
    assert answer["replay"].startswith("/hls/")
    assert player.get(two.url + answer["replay"]).text.startswith("#EXTM3U")


def refreshed(live_class: LiveClass) -> LiveClass:
    return queries.class_of_room(live_class.pk)


def test_two_machines_never_carry_a_class_at_once(
    start: Callable[[str], Machine], tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    one, two = start("one"), start("two")
    second = make_instructor(tree.general, name="陈主任")
    teaches, takes_over = cookie_of(teacher), cookie_of(second)
    player = Player(live_class.pk, cookie_of(make_member(tree.first)))
    pieces = slices(recorded())

    async def play() -> None:
        watches = await Watcher.open(one.url, live_class.pk, player.cookie)
        first = await Teacher.open(one.url, live_class.pk, teaches)
        await first.begin("a1")
        await first.send(pieces)
        await asyncio.to_thread(
            player.until, two.url, lambda: len(player.said) >= 2, what="the first segments"
        )
        other = await Teacher.open(two.url, live_class.pk, takes_over)
        assert await other.begin("b1") == {"no": "held", "by": "李教授"}
        assert (await other.begin("b1", takeOver=True))["take"] == 2
        await first.until(lambda: first.close_code)
        assert (first.last("over"), first.close_code) == ({"over": "taken", "by": "陈主任"}, 4409)
        await other.send(pieces)
        await watches.until(lambda: watches.heads[-1][2] == 2 and watches.heads[-1][3] > 10)
        # Back, to the machine that carried it before: the other one steps back.
        first = await Teacher.open(one.url, live_class.pk, teaches)
        assert await first.begin("a2") == {"no": "held", "by": "陈主任"}
        assert (await first.begin("a2", takeOver=True))["take"] == 3
        await other.until(lambda: other.close_code == 4409)
        await first.send(pieces)
        await watches.until(lambda: watches.heads[-1][2] == 3 and watches.heads[-1][3] > 10)
        await asyncio.to_thread(
            player.until, two.url, lambda: player.said[max(player.said)][0][0] == "3",
            what="the third take",
        )  # fmt: skip
        await asyncio.to_thread(player.look, one.url)
        await watches.close()
        await first.close()

    asyncio.run(play())
    takes = player.takes()
    assert takes == sorted(takes)
    ended = LiveTake.objects.filter(live_class=live_class).order_by("number")
    assert [(take.by.name, take.ended_at is None) for take in ended] == [
        ("李教授", False), ("陈主任", False), ("李教授", True),
    ]  # fmt: skip


def test_a_machine_is_taken_out_of_service_during_a_class(
    start: Callable[[str], Machine], tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    one, two = start("one"), start("two")
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))
    pieces = slices(recorded())

    async def play() -> None:
        desk = await Teacher.open(one.url, live_class.pk, teaches)
        await desk.begin("a1")
        for piece in pieces:
            await desk.connection.send(piece)
        await asyncio.to_thread(one.process.terminate)
        await desk.until(lambda: desk.close_code)
        assert (desk.close_code, desk.last("over")) == (1012, None)
        # Its browser is faster than the machine is with what it still has to finish.
        desk = await Teacher.open(two.url, live_class.pk, teaches)
        again = await desk.begin("a1")
        assert again["gone"] == "a1"
        await desk.send(pieces[again["ack"] :] or pieces[-1:])
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await asyncio.to_thread(one.process.wait, 60)
        # Who comes late begins at once: nothing of the old machine's end is in the way.
        late = await Watcher.open(two.url, live_class.pk, listens)
        await late.until(lambda: len(late.frames) > 1)
        assert [head[0] for head in late.heads[:2]] == [1, 2]
        assert {head[2] for head in late.heads} == {2}
        await late.close()
        await desk.close()

    asyncio.run(play())


def test_a_rehearsal_that_is_deleted_leaves_nothing_in_the_storage(
    start: Callable[[str], Machine], tree: BranchTree, teacher: Member
) -> None:
    one = start("one")
    live_class = make_live_class(tree.general, by=teacher, is_rehearsal=True)
    teaches = cookie_of(teacher)

    async def play() -> None:
        desk = await Teacher.open(one.url, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(slices(recorded()))
        await in_thread(lambda: services.close_class(by=teacher, live_class=live_class))
        await desk.until(lambda: desk.close_code)

    asyncio.run(play())
    prefix = shared.class_prefix(live_class.room)
    assert keys_in(media_storage(), f"{prefix}1/raw/")
    services.drop_rehearsal(by=teacher, live_class=live_class)
    assert keys_in(media_storage(), prefix) == []


def test_many_recorders_of_one_machine_succeed_nobody(
    air: str,
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MEDIA_SHARED, settings.MEDIA_ROOT = True, tmp_path
    monkeypatch.setattr("live.classroom.carrier.LOOK_SECONDS", 0.001)
    teaches = cookie_of(teacher)
    pieces = slices(recorded())[:6]

    async def play() -> None:
        desk = await Teacher.open(air, live_class.pk, teaches)
        for number in range(1, 7):
            assert (await desk.begin(f"a{number}"))["take"] == number
            await desk.send(pieces)
        assert desk.close_code is None
        await desk.close()

    asyncio.run(play())
