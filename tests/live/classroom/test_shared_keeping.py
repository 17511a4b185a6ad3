"""What is acknowledged is in the storage, whatever becomes of this machine and of the storage."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from live.classroom import air_services, shared, shared_keeping
from live.classroom.models import LiveSegment
from live.classroom.recording import RawKeeper
from live.classroom.segments import Segment
from live.classroom.shared_keeping import SharedRaw, SharedSegments
from lms.core import clock
from lms.core.rooms.threads import in_thread
from media_pipeline.storage import LocalStorage, StorageUnavailableError
from tests.factories.live import MIME, make_live_class
from tests.factories.members import make_branch_tree, make_instructor

ROOM = uuid.uuid4()
SLICES = [bytes([number]) * (1000 + number) for number in range(40)]


class Gate(LocalStorage):
    """A storage that may be away."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.is_away = False
        self.refused = 0
        self.order = threading.Lock()

    def put_bytes(self, data: bytes, key: str) -> None:
        if self.is_away:
            with self.order:
                self.refused += 1
            raise StorageUnavailableError
        super().put_bytes(data, key)


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Gate:
    settings.MEDIA_SHARED, settings.MEDIA_ROOT = True, tmp_path
    gate = Gate(tmp_path)
    monkeypatch.setattr(shared_keeping, "media_storage", lambda: gate)
    monkeypatch.setattr(shared, "media_storage", lambda: gate)
    monkeypatch.setattr(shared_keeping, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(shared_keeping, "AGAIN_SECONDS", 0.01)
    return gate


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


class Told:
    """Who is told that more is kept."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.bell = asyncio.Event()

    def __call__(self, raw: RawKeeper) -> None:
        self.counts.append(raw.count)
        self.bell.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self.bell.clear()
                await self.bell.wait()


def recorded(tmp_path: Path) -> bytes:
    target = tmp_path / "recorded"
    shared.bring_recording(ROOM, 1, target, during=lambda: None)
    return target.read_bytes()


def test_nothing_is_acknowledged_before_it_is_in_the_storage(storage: Gate, tmp_path: Path) -> None:
    async def play() -> None:
        told = Told()
        raw = SharedRaw(ROOM, 1, told)
        for each in SLICES[:10]:
            raw.add(each)
        assert (raw.next, raw.count) == (10, 0)
        await told.until(lambda: raw.count == 10)
        storage.is_away = True
        for each in SLICES[10:30]:
            raw.add(each)
        async with asyncio.timeout(20):
            while storage.refused < 3:
                await asyncio.sleep(0.01)
        assert (raw.next, raw.count, told.counts) == (30, 10, [10])
        storage.is_away = False
        await told.until(lambda: raw.count == 30)
        for each in SLICES[30:]:
            raw.add(each)
        await raw.settled()
        assert raw.count == 40
        # Another machine sees how far it came, and goes on.
        assert (await SharedRaw.going_on(ROOM, 1, told)).count == 40

    run(play)
    assert recorded(tmp_path) == b"".join(SLICES)


def test_two_machines_that_both_write_leave_one_stream(storage: Gate, tmp_path: Path) -> None:
    async def play() -> None:
        told = Told()
        old = SharedRaw(ROOM, 1, told)
        for each in SLICES[:10]:
            old.add(each)
        await told.until(lambda: old.count == 10)
        new = await SharedRaw.going_on(ROOM, 1, told)
        # The old one is not dead: it still has five that the browser sends again to the new one.
        for each in SLICES[10:15]:
            old.add(each)
        for each in SLICES[10:]:
            new.add(each)
        await new.settled()
        await old.settled()

    run(play)
    assert recorded(tmp_path) == b"".join(SLICES)


def test_much_at_once_goes_up_in_pieces(
    storage: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_keeping, "MOST_CHUNK_BYTES", 5_000)

    async def play() -> None:
        raw = SharedRaw(ROOM, 1, Told())
        for each in SLICES:
            raw.add(each)
        await raw.settled()
        assert raw.count == 40

    run(play)
    sizes = [one.size for one in storage.listed(shared.raw_prefix(ROOM, 1))]
    assert len(sizes) > 5
    assert max(sizes) < 6_100
    assert recorded(tmp_path) == b"".join(SLICES)


def test_a_storage_that_stays_away_ends_the_wait_and_counts_nothing(
    storage: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_keeping, "LAST_SECONDS", 0.05)
    storage.is_away = True

    async def play() -> None:
        raw = SharedRaw(ROOM, 1, Told())
        raw.add(SLICES[0])
        await raw.settled()
        assert raw.count == 0

    run(play)


@pytest.mark.django_db(transaction=True)
def test_a_segment_is_stored_before_it_is_named_and_only_while_its_take_goes_on(
    storage: Gate,
) -> None:
    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    one, other = uuid.uuid4(), uuid.uuid4()
    air_services.begin_take(live_class.pk, teacher.pk, "a1", MIME, one)

    def named() -> list[int]:
        return list(LiveSegment.objects.order_by("number").values_list("number", flat=True))

    async def play() -> None:
        kept: list[int] = []
        files = SharedSegments(
            live_class.pk, live_class.room, 1, one, lambda segment: kept.append(segment.number)
        )
        storage.is_away = True
        files.begin(b"init")
        files.add(Segment(1, 1.0, clock.now()), b"first")
        async with asyncio.timeout(20):
            while storage.refused < 3:
                await asyncio.sleep(0.01)
        assert await in_thread(named) == []
        storage.is_away = False
        async with asyncio.timeout(20):
            while not kept:
                await asyncio.sleep(0.01)
        assert await in_thread(named) == [1]
        # Another machine has the class from here on.
        await in_thread(air_services.take_known, live_class.pk, "a1", other)
        files.add(Segment(2, 1.0, clock.now()), b"second")
        await files.settled()
        assert (kept, files.is_sealed) == ([1], True)
        assert await in_thread(named) == [1]

    run(play)
    prefix = shared.take_prefix(live_class.room, 1)
    assert storage.path(f"{prefix}00001.m4s").read_bytes() == b"first"
    assert storage.path(f"{prefix}init.mp4").read_bytes() == b"init"
