"""Frames on their way to sockets that read, and to one that does not."""

import asyncio
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

import pytest

from live.classroom import picture
from live.classroom.picture import BEGIN, END, FRAGMENT, Frame, Screen, Viewer
from lms.core.rooms.wire import Outlet


def begin(take: int = 1) -> Frame:
    return Frame.of(BEGIN, take=take, number=0, at_ms=0.0, content=b"init")


def fragment(number: int, *, take: int = 1, is_key: bool = False, size: int = 10) -> Frame:
    return Frame.of(
        FRAGMENT, take=take, number=number, at_ms=1.0, content=bytes(size), is_key=is_key
    )


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


async def watching(screen: Screen) -> tuple[list[tuple[int, int]], asyncio.Task[None]]:
    seen: list[tuple[int, int]] = []

    async def send(event: MutableMapping[str, Any]) -> None:
        seen.append(Frame.read(event["bytes"]).place)

    outlet = Outlet({}, send)
    screen.enter(Viewer(outlet))
    running = asyncio.ensure_future(outlet.run())
    await asyncio.sleep(0)
    return seen, running


async def rest() -> None:
    for _each in range(5):
        await asyncio.sleep(0)


def test_each_frame_once_though_it_comes_two_ways_and_late_ones_begin_at_a_key() -> None:
    async def play() -> None:
        screen = Screen()
        screen.show(fragment(1, is_key=True))  # before it is known what was shown earlier
        screen.caught_up([begin()])
        early, first = await watching(screen)
        for number in (2, 3, 2, 3):
            screen.show(fragment(number))
        screen.show(fragment(4, is_key=True))
        screen.show(fragment(5))
        late, second = await watching(screen)
        screen.show(fragment(6))
        await rest()
        assert early == [(1, number) for number in range(7)]
        assert late == [(1, 0), (1, 4), (1, 5), (1, 6)]
        screen.show(begin(2))
        screen.show(fragment(1, take=2))  # nobody can begin with this one
        screen.show(fragment(2, take=2, is_key=True))
        screen.show(Frame.of(END, take=2, number=9, at_ms=0.0, content=b""))
        await rest()
        assert late[4:] == [(2, 0), (2, 2), (2, 9)]
        after, third = await watching(screen)
        await rest()
        assert after == []
        for task in (first, second, third):
            task.cancel()

    run(play)


def test_who_comes_while_it_is_not_known_what_is_shown_begins_as_soon_as_it_is() -> None:
    async def play() -> None:
        screen = Screen()
        screen.caught_up([])  # Redis has forgotten it
        screen.show(fragment(4))
        seen, running = await watching(screen)
        screen.show(fragment(5))
        screen.show(begin())  # told again before each key
        screen.show(fragment(6, is_key=True))
        screen.show(begin())
        screen.show(fragment(7))
        late, second = await watching(screen)
        await rest()
        assert seen == [(1, 0), (1, 6), (1, 7)]
        assert late == [(1, 0), (1, 6), (1, 7)]
        running.cancel()
        second.cancel()

    run(play)


def test_who_does_not_read_loses_and_goes_on_at_a_key_and_the_third_time_is_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture, "MOST_WAITING", 4)

    async def play() -> None:
        screen = Screen()
        screen.caught_up([begin()])

        async def never(event: MutableMapping[str, Any]) -> None:
            await asyncio.Event().wait()

        outlet = Outlet({}, never)
        viewer = Viewer(outlet)
        screen.enter(viewer)
        running = asyncio.ensure_future(outlet.run())
        await asyncio.sleep(0)
        for number in range(1, 200):
            screen.show(fragment(number, is_key=number % 10 == 1))
            assert len(viewer.waiting) <= 6
        assert viewer.close_code == picture.TOO_SLOW
        assert viewer.ended.is_set()
        running.cancel()

    run(play)


def test_a_frame_is_read_as_it_was_written() -> None:
    frame = fragment(7, take=3, is_key=True)
    read = Frame.read(frame.data)
    assert (read.kind, read.is_key, read.place, read.data) == (FRAGMENT, True, (3, 7), frame.data)
