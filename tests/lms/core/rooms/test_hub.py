"""Rooms between processes: everything once and in order, whatever Redis loses; slow ones let go."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

import pytest

from lms.core.rooms import hub as hubs
from lms.core.rooms.hub import MOST_WAITING, Batch, Hub, Room, Seat, announce
from lms.core.rooms.wire import Outlet


class Facts:
    """What would be in a database: numbered facts, committed before anybody is told."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.delivered_up_to: list[int] = []

    def add(self, fact: str) -> Batch:
        self.kept.append(fact)
        return self.batch(len(self.kept) - 1)

    def batch(self, after: int) -> Batch:
        return Batch(after + 1, len(self.kept), json.dumps(self.kept[after:]))

    async def since(self, seq: int) -> Batch | None:
        await asyncio.sleep(0)
        return self.batch(seq) if len(self.kept) > seq else None

    async def delivered(self, room: Room) -> None:
        self.delivered_up_to.append(room.seq)


class Listener:
    """A seat that keeps what it is sent, and the task that sends."""

    def __init__(self, *, reads: bool = True) -> None:
        self.told: list[str] = []
        self._reads = reads
        self._stuck = asyncio.Event()
        self.changed = asyncio.Event()
        outlet = Outlet({}, self._send)
        self.seat = Seat(outlet)
        self.task = asyncio.ensure_future(outlet.run())

    async def _send(self, event: MutableMapping[str, Any]) -> None:
        if not self._reads:
            await self._stuck.wait()
        self.told += json.loads(event["text"])
        self.changed.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.told) < count:
                self.changed.clear()
                await self.changed.wait()


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def sit(hub: Hub, facts: Facts, listener: Listener, *, name: str = "room") -> Room:
    """Take a seat and be told how things stand."""
    seq = len(facts.kept)
    room = hub.enter(name, listener.seat, source=lambda: facts, seq=seq)
    listener.seat.begin(seq, "[]")
    return room


async def listening(*all_hubs: Hub) -> None:
    """Both have their subscription."""
    async with asyncio.timeout(10):
        while not all(hub._pubsub is not None and hub._pubsub.subscribed for hub in all_hubs):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)


def test_two_processes_tell_the_same_in_the_same_order() -> None:
    async def play() -> None:
        facts, one, other = Facts(), Hub(), Hub()
        listeners = [Listener() for _each in range(4)]
        for number, listener in enumerate(listeners):
            sit(one if number % 2 else other, facts, listener)
        await listening(one, other)
        for number in range(50):
            announce("room", facts.add(str(number)))
        for listener in listeners:
            await listener.until(50)
            assert listener.told == facts.kept
        await one.close()
        await other.close()

    run(play)


def test_what_is_lost_repeated_or_overtaken_is_told_once_and_in_order() -> None:
    async def play() -> None:
        facts, hub, listener = Facts(), Hub(), Listener()
        room = sit(hub, facts, listener)
        chance = random.Random(7)
        waiting: list[Batch] = []
        for number in range(200):
            batch = facts.add(str(number))
            if chance.random() < 0.6:
                waiting += [batch] * chance.choice([1, 1, 2])
            chance.shuffle(waiting)
            while waiting and chance.random() < 0.5:
                await room.take(waiting.pop())
        await room.look()
        for late in waiting:
            await room.take(late)
        await listener.until(200)
        assert listener.told == facts.kept
        assert facts.delivered_up_to == sorted(facts.delivered_up_to)
        await hub.close()

    run(play)


def test_without_redis_it_is_found_by_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(hubs, "_address", lambda: "redis://127.0.0.1:1/0")

    async def play() -> None:
        facts, hub, listener = Facts(), Hub(), Listener()
        sit(hub, facts, listener)
        facts.add("nobody was told")
        await listener.until(1)
        assert listener.told == ["nobody was told"]
        await hub.close()

    run(play)


def test_who_comes_while_things_happen_misses_nothing() -> None:
    async def play() -> None:
        facts, hub, early, late = Facts(), Hub(), Listener(), Listener()
        room = sit(hub, facts, early)
        hub.enter("room", late.seat, source=lambda: facts, seq=0)
        # The seat is taken; how things stand is read later, and more happens before it is said.
        await room.take(facts.add("a"))
        seq = len(facts.kept)
        await room.take(facts.add("b"))
        late.seat.begin(seq, json.dumps(["all up to a"]))
        await late.until(2)
        assert late.told == ["all up to a", "b"]
        await hub.close()

    run(play)


def test_who_does_not_read_is_let_go_and_nobody_waits_for_them() -> None:
    async def play() -> None:
        facts, hub, reads, stuck = Facts(), Hub(), Listener(), Listener(reads=False)
        room = sit(hub, facts, reads)
        sit(hub, facts, stuck)
        for number in range(2 * MOST_WAITING):
            await room.take(facts.add(str(number)))
            await asyncio.sleep(0)
        await reads.until(2 * MOST_WAITING)
        assert (stuck.seat.is_overrun, stuck.seat.ended.is_set()) == (True, True)
        assert (reads.seat.is_overrun, reads.told) == (False, facts.kept)
        stuck.task.cancel()
        await hub.close()

    run(play)


def test_an_empty_room_is_closed_and_rooms_do_not_hear_each_other() -> None:
    async def play() -> None:
        facts, others, hub = Facts(), Facts(), Hub()
        here, there = Listener(), Listener()
        sit(hub, facts, here, name="here")
        sit(hub, others, there, name="there")
        await listening(hub)
        announce("there", others.add("there"))
        announce("here", facts.add("here"))
        await here.until(1)
        await there.until(1)
        assert (here.told, there.told) == (["here"], ["there"])
        hub.leave("here", here.seat)
        assert set(hub.rooms) == {"there"}
        await hub.close()

    run(play)


def test_a_batch_travels_as_it_is() -> None:
    batch = Batch(3, 5, '{"say":"第一行\\n第二行"}\n尾')
    assert Batch.unpacked(batch.packed()) == batch
