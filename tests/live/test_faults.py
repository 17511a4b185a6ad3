"""What breaks in the middle of a class: a line, a program, a process, Redis, a phone.

Each time the class goes on, all pages have been told the same in the end, nobody's time is wrong
by more than a second, and the replay has no hole but the cut.
"""

import asyncio
import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.db.models import F

from live.classroom import folders, queries, services, telling
from live.classroom.media_sockets import media_socket
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.classroom.take import Remux
from live.hours.queries import SETTLED, attendance_of
from lms.core import clock
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.live.classroom.test_air import played
from tests.support.live_pages import Page
from tests.support.live_sockets import Room, Teacher, Watcher
from tests.support.processes import WebProcess, wait_until
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECONDS = 12.0
A_SECOND = dt.timedelta(seconds=1)
NAMES = ("张秀英", "王强", "赵敏", "刘洋")

Move = Callable[[float], None]
Play = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Held:
    """A class, who holds it, who is to come, and what the recorder sends."""

    live_class: LiveClass
    teacher: Member
    people: tuple[Member, ...]
    teaches: str
    cookies: tuple[str, ...]
    pieces: tuple[bytes, ...]

    @property
    def pk(self) -> int:
        return self.live_class.pk


@pytest.fixture
def held(air: str) -> Held:
    tree = make_branch_tree()
    teacher = make_instructor(tree.general, name="李教授")
    people = tuple(make_member(tree.first, name=name) for name in NAMES)
    return Held(
        make_live_class(tree.general, by=teacher),
        teacher,
        people,
        cookie_of(teacher),
        tuple(cookie_of(member) for member in people),
        tuple(slices(recorded(SECONDS))),
    )


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Move:
    """`move(30)`: the school's clock goes on by so many seconds."""

    def by(seconds: float) -> None:
        monkeypatch.setattr(clock, "_offset", clock._offset + dt.timedelta(seconds=seconds))

    return by


# --- What is true in the end ----------------------------------------------------------------------


async def all_told_the_same(held: Held, pages: Sequence[Page]) -> None:
    """Every page has every event, as the ledger has it."""
    kept = await in_thread(
        lambda: {
            event.seq: telling.brief(event)
            for event in LiveEvent.objects.filter(live_class=held.pk).select_related("by")
        }
    )
    assert sorted(kept) == list(range(1, len(kept) + 1))
    for page in pages:
        await page.until(lambda page=page: len(page.events) >= len(kept))
    assert [page.events for page in pages] == [kept] * len(pages)


async def talk(pages: Sequence[Page], about: str) -> None:
    """Everybody says something at the same time."""
    for number in range(3):
        replies = await asyncio.gather(
            *(
                page.say("chat.say", text=f"{about}：{place}说{number}")
                for place, page in enumerate(pages)
            )
        )
        assert all("seq" in reply for reply in replies)


async def end(held: Held, pages: Sequence[Page]) -> None:
    """The class is closed; what all know of it is the same, then they go."""
    await in_thread(
        lambda: services.close_class(
            by=held.teacher, live_class=queries.class_of_room(held.live_class.pk)
        )
    )
    for page in pages:
        await page.until(lambda page=page: page.view["state"] == "closed")
    await all_told_the_same(held, pages)
    for page in pages:
        await page.leave()


def absences(held: Held) -> dict[str, dt.timedelta]:
    """By name, what each was away for of the class as it was held."""
    live_class = queries.class_of_room(held.pk)
    return {
        each.member.name: each.stay.attendance.held - each.stay.attendance.present
        for each in attendance_of(live_class)
    }


def assert_away(held: Held, move: Move, **expected: float) -> None:
    """Who was away, for how many seconds; all others were there all the while."""
    move(SETTLED.total_seconds())  # when it counts

    def wrong() -> list[tuple[str, dt.timedelta]]:
        found = absences(held)
        assert set(found) >= set(expected)
        return [
            (name, away)
            for name, away in found.items()
            if abs(away.total_seconds() - expected.get(name, 0.0)) > 1
        ]

    with suppress(AssertionError):  # the end of a line is written a moment after it
        wait_until(lambda: not wrong(), what="the end of all lines", seconds=10)
    assert wrong() == []


def replayed(held: Held) -> list[float]:
    """The seconds of each take in the replay, every segment decoded."""
    room = held.live_class.room
    wait_until(lambda: folders.is_replay_there(room), what="the replay")
    wait_until(lambda: last_take(held).ended_at is not None, what="the end of the last take")
    return played(folders.class_folder(room), folders.REPLAY_NAME)


def last_take(held: Held) -> LiveTake:
    return LiveTake.objects.filter(live_class=held.pk).order_by("number").reverse()[0]


def raw(held: Held, take: int) -> bytes:
    return (folders.take_folder(held.live_class.room, take) / folders.RAW_NAME).read_bytes()


def sent(pieces: Sequence[bytes]) -> bytes:
    return b"".join(piece[4:] for piece in pieces)


def assert_in_order(watches: Watcher) -> None:
    """Each picture of one take once and in its order; what came in a burst may be leapt over."""
    places = [(head[2], head[3]) for head in watches.heads]
    assert places == sorted(set(places))
    assert {take for take, _number in places} == {1}


def run(play: Play) -> None:
    asyncio.run(play())


# --- The faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [5, 30, 300])
def test_the_teachers_line_is_cut_for_a_while(
    air: str, held: Held, move: Move, seconds: int
) -> None:
    pieces = list(held.pieces)
    half = len(pieces) // 2

    async def play() -> None:
        pages = [await Page.open([air], held.pk, cookie) for cookie in held.cookies]
        watches = await Watcher.open(air, held.pk, held.cookies[0])
        desk = await Teacher.open(air, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(pieces[:half])
        await talk(pages, "讲课时")
        await desk.cut()
        for page in pages:
            await page.until(lambda page=page: page.view["lost"])
        # They go on talking; one breaks and is back, one closes the tab until the teacher is back.
        await talk(pages, "断线时")
        await pages[1].cut()
        await pages[2].leave()
        move(seconds)
        desk = await Teacher.open(air, held.pk, held.teaches)
        assert await desk.begin("a1") == {"take": 1, "key": "a1", "ack": half}
        await desk.send(pieces[half - 3 :])
        for page in (pages[0], pages[1], pages[3]):
            await page.until(lambda page=page: not page.view["lost"])
        pages[2] = await Page.open([air], held.pk, held.cookies[2])
        await talk(pages, "回来后")
        await watches.until(lambda: watches.heads[-1][5] > SECONDS - 1.5)
        assert_in_order(watches)
        await watches.close()
        await end(held, pages)
        await desk.until(lambda: desk.close_code)

    run(play)
    assert_away(held, move)
    assert replayed(held) == [pytest.approx(SECONDS, abs=0.2)]
    assert raw(held, 1) == sent(pieces)


def test_a_tab_is_closed_and_another_device_takes_its_place(
    air: str, held: Held, move: Move
) -> None:
    async def play() -> None:
        pages = [await Page.open([air], held.pk, cookie) for cookie in held.cookies]
        second = await Page.open([air], held.pk, held.cookies[3], device="d2")
        desk = await Teacher.open(air, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(list(held.pieces))
        move(60)
        await pages[1].leave()  # back within half a minute
        await pages[2].leave()  # away for longer
        await pages[3].leave()  # still here by the other device
        lines = LivePresence.objects.filter(left_at=None)
        await in_thread(lambda: wait_until(lambda: lines.count() == 2, what="three lines' ends"))
        move(20)
        pages[1] = await Page.open([air], held.pk, held.cookies[1])
        move(80)
        pages[2] = await Page.open([air], held.pk, held.cookies[2], device="d3")
        move(60)
        await talk([pages[0], pages[1], pages[2], second], "都在")
        assert await in_thread(lambda: queries.people_in(held.pk)) <= len(NAMES) + 1
        await end(held, [pages[0], pages[1], pages[2], second])
        await desk.until(lambda: desk.close_code)

    run(play)
    assert_away(held, move, 赵敏=100)
    assert replayed(held) == [pytest.approx(SECONDS, abs=0.2)]


def test_ffmpeg_is_killed(air: str, held: Held, move: Move) -> None:
    pieces = list(held.pieces)
    half = len(pieces) // 2

    async def play() -> None:
        pages = [await Page.open([air], held.pk, cookie) for cookie in held.cookies]
        watches = await Watcher.open(air, held.pk, held.cookies[0])
        desk = await Teacher.open(air, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(pieces[:half])
        await watches.until(lambda: watches.heads and watches.heads[-1][5] > SECONDS / 2 - 1.5)
        os.kill(remux_of(held).pid, signal.SIGKILL)
        await desk.until(lambda: desk.last("gone"))
        await talk(pages, "换一个")
        # As a browser does: what is left of the recorder, then a new one.
        assert await desk.begin("a1") == {"gone": "a1", "ack": half}
        await desk.send(pieces[half:])
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await watches.until(lambda: watches.heads[-1][2:4] >= (2, 50))
        assert {head[2] for head in watches.heads} == {1, 2}
        await talk(pages, "继续")
        await watches.close()
        await end(held, pages)
        await desk.until(lambda: desk.close_code)

    run(play)
    assert_away(held, move)
    first, second = replayed(held)
    # What ffmpeg had taken in and not given out, and what came after it.
    assert SECONDS / 2 - 1.5 < first <= SECONDS / 2 + 0.5
    assert second == pytest.approx(SECONDS, abs=0.2)
    assert (raw(held, 1), raw(held, 2)) == (sent(pieces), sent(pieces))


def remux_of(held: Held) -> Remux:
    for desk in media_socket._desks.values():
        carried = desk._carried.get(held.pk)
        if carried is not None and carried.carrier._take is not None:
            return carried.carrier._take.remux
    raise AssertionError("nobody carries the class")


@pytest.fixture
def to_be_killed(web_process: WebProcess) -> Iterator[WebProcess]:
    """What it leaves behind is put away."""
    yield web_process
    LivePresence.objects.filter(left_at=None).update(left_at=F("seen_at"))


@pytest.mark.parametrize("gone_seconds", [0, 40])
def test_a_web_process_is_killed(
    air: str, held: Held, to_be_killed: WebProcess, move: Move, gone_seconds: int
) -> None:
    """With another one beside it; or with none for a while, as far as anybody can tell."""
    pieces = list(held.pieces)
    half = len(pieces) // 2
    there = [to_be_killed.url, air]

    async def play() -> None:
        pages = [
            await Page.open(there if gone_seconds or place % 2 else [air], held.pk, cookie)
            for place, cookie in enumerate(held.cookies)
        ]
        desk = await Teacher.open(to_be_killed.url, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(pieces[:half])
        await talk(pages, "先前")
        room = held.live_class.room
        await asyncio.to_thread(
            wait_until, lambda: folders.parts_of(room, [1])[0].segments, what="a first segment"
        )
        speaking = [asyncio.ensure_future(talk([page], "不停")) for page in pages]
        await asyncio.to_thread(to_be_killed.kill)
        if gone_seconds:
            move(gone_seconds)
        await desk.until(lambda: desk.close_code)
        desk = await Teacher.open(air, held.pk, held.teaches)
        assert await desk.begin("a1") == {"gone": "a1", "ack": half}
        await desk.send(pieces[half:])
        assert (await desk.begin("a2"))["take"] == 2
        await desk.send(pieces)
        await asyncio.gather(*speaking)
        await talk(pages, "以后")
        pages.append(await Page.open([air], held.pk, held.cookies[0], device="late"))
        await end(held, pages)
        await desk.until(lambda: desk.close_code)

    run(play)
    assert_away(held, move)
    first, second = replayed(held)
    assert 0 < first <= SECONDS / 2 + 0.5  # how far ffmpeg had come; all of it is in the recording
    assert second == pytest.approx(SECONDS, abs=0.2)
    assert (raw(held, 1), raw(held, 2)) == (sent(pieces), sent(pieces))


def test_the_process_dies_while_the_teacher_is_away(
    air: str, held: Held, to_be_killed: WebProcess
) -> None:
    """Whoever carries the class next knows that the teacher is back."""

    async def play() -> None:
        page = await Page.open([air], held.pk, held.cookies[0])
        desk = await Teacher.open(to_be_killed.url, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(list(held.pieces[:5]))
        await desk.cut()
        await page.until(lambda: page.view["lost"])
        await asyncio.to_thread(to_be_killed.kill)
        desk = await Teacher.open(air, held.pk, held.teaches)
        assert (await desk.begin("a2"))["take"] == 2
        await page.until(lambda: not page.view["lost"])
        await end(held, [page])
        await desk.until(lambda: desk.close_code)

    run(play)
    kinds = LiveEvent.objects.filter(live_class=held.pk).order_by("seq").values_list("kind")
    assert [kind for (kind,) in kinds] == ["on_air", "lost", "back", "closed"]


def test_redis_forgets_everything_and_hangs_up(
    air: str, held: Held, web_process: WebProcess, move: Move
) -> None:
    pieces = list(held.pieces)
    third = len(pieces) // 3

    async def play() -> None:
        pages = [
            await Page.open([[air], [web_process.url]][place % 2], held.pk, cookie)
            for place, cookie in enumerate(held.cookies)
        ]
        watches = await Watcher.open(air, held.pk, held.cookies[0])
        desk = await Teacher.open(air, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(pieces[:third])
        await watches.until(lambda: watches.heads and watches.heads[-1][5] > SECONDS / 3 - 1.5)
        speaking = [asyncio.ensure_future(talk([page], "不停")) for page in pages]
        with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
            client.flushall()
            client.client_kill_filter(_type="pubsub", skipme=False)
        await asyncio.gather(*speaking)
        await desk.send(pieces[third : 2 * third])
        await watches.until(lambda: watches.heads[-1][5] > SECONDS * 2 / 3 - 1.5)
        # Who comes now by the other process sees the picture too.
        late = await Watcher.open(web_process.url, held.pk, held.cookies[1])
        await desk.send(pieces[2 * third :])
        await late.until(lambda: len(late.frames) > 5)
        assert late.heads[0][0] == 1
        await watches.until(lambda: watches.heads[-1][5] > SECONDS - 1.5)
        assert_in_order(watches)
        pages.append(await Page.open([web_process.url], held.pk, held.cookies[0], device="late"))
        await talk(pages, "以后")
        await watches.close()
        await late.close()
        await end(held, pages)
        await desk.until(lambda: desk.close_code)

    run(play)
    assert_away(held, move)
    assert replayed(held) == [pytest.approx(SECONDS, abs=0.2)]


def test_a_phone_asleep_is_one_person_and_wakes_to_how_things_stand(
    air: str, held: Held, move: Move
) -> None:
    async def play() -> None:
        pages = [await Page.open([air], held.pk, held.cookies[0])]
        asleep = await Room.open(air, held.pk, held.cookies[1], device="phone")
        desk = await Teacher.open(air, held.pk, held.teaches)
        await desk.begin("a1")
        await desk.send(list(held.pieces))
        asleep.connection.transport.pause_reading()
        await talk(pages, "他睡着了")
        await in_thread(lambda: show(held, 1))
        move(45)
        await in_thread(lambda: show(held, 2))
        move(45)
        began = time.monotonic()
        awake = await Page.open([air], held.pk, held.cookies[1], device="phone")
        assert awake.view["probe"] == {"page": 2}
        assert time.monotonic() - began < 3
        await asleep.cut()  # the page lets go of the dead line
        assert await in_thread(lambda: queries.people_in(held.pk)) <= 3
        pages.append(awake)
        await talk(pages, "他醒了")
        await end(held, pages)
        await desk.until(lambda: desk.close_code)

    run(play)
    assert list(absences(held)) == ["张秀英", "王强"]
    assert_away(held, move)


def show(held: Held, page: int) -> None:
    """Something stands on the screen from now on, as slides do."""
    with transaction.atomic():
        telling.tell(
            telling.lock(held.pk), "probe", by=held.teacher, shown={"probe": {"page": page}}
        )
