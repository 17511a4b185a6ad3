"""Groups without a timer: all are answered, each in its place, after its group was written."""

import asyncio
from collections.abc import Sequence

import pytest

from lms.core.rooms import desk as desks
from lms.core.rooms.desk import Desk


def test_what_is_said_while_a_group_is_written_makes_up_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desks, "MOST_PER_GROUP", 3)
    groups: list[list[int]] = []

    async def play() -> list[int | BaseException]:
        written = asyncio.Event()

        async def write(said: Sequence[int]) -> list[int | Exception]:
            groups.append(list(said))
            await written.wait()
            return [ValueError(str(each)) if each == 4 else each * 10 for each in said]

        desk: Desk[int, int] = Desk(write)
        first = desk.say(0)
        await asyncio.sleep(0)
        rest = [desk.say(number) for number in range(1, 6)]
        rest[1].cancel()  # whoever said it is gone; it is written all the same
        assert not first.done()
        written.set()
        await desk.rest()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    answers = asyncio.run(play())
    assert groups == [[0], [1, 2, 3], [4, 5]]
    assert [repr(answer) for answer in answers] == [
        "0", "10", "CancelledError('')", "30", "ValueError('4')", "50",
    ]  # fmt: skip


def test_a_group_that_cannot_be_written_is_refused_and_the_next_one_is_written() -> None:
    async def play() -> list[str | BaseException]:
        async def write(said: Sequence[str]) -> list[str | Exception]:
            if "broken" in said:
                raise OSError("no database")
            return list(said)

        desk: Desk[str, str] = Desk(write)
        broken = [desk.say("broken"), desk.say("beside it")]
        await desk.rest()
        return await asyncio.gather(*broken, desk.say("next"), return_exceptions=True)

    answers = asyncio.run(play())
    assert [repr(answer) for answer in answers] == [
        "OSError('no database')", "OSError('no database')", "'next'",
    ]  # fmt: skip
