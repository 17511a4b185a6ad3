"""What no page of ours sends, to every socket of a class: refused, and nobody else notices."""

import asyncio
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session

from live.classroom import queries
from live.classroom.models import ClassState, LiveClass, LiveEvent, LivePresence
from live.classroom.services import open_waiting
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_pages import Page
from tests.support.live_sockets import Room
from tests.support.processes import SchoolProcess, fetch, free_port, wait_until
from tests.support.raw_sockets import (
    BINARY,
    CONTINUED,
    GONE,
    PING,
    TEXT,
    RawSocket,
    connections_of,
    frame,
    resident_bytes,
)
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SOCKETS = ("socket?device=d1", "studio", "picture")
MOST_FRAME = 65_536
MOST_GROWTH_BYTES = 48 * 1024**2


class Served(SchoolProcess):
    """A web process as a school runs it, with its limits."""

    def __init__(self, *, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(["lms", "web"], log=log, PORT=str(self.port))
        wait_until(self.answers, what="the web process", seconds=60)

    def answers(self) -> bool:
        try:
            return bool(fetch(f"{self.url}/sign-in/"))
        except OSError:
            assert self.process.poll() is None, self.said()
            return False


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Served]:
    made = Served(log=tmp_path / "web.log")
    yield made
    made.stop()
    LivePresence.objects.filter(left_at=None).update(left_at=clock.now())


@pytest.fixture
def tree(web: Served) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=made)
    return made


def bare(kind: int, *, length: int) -> bytes:
    """The head of a frame that claims so many bytes, and none of them."""
    return bytes([kind | 0x80, 0x80 | 127]) + struct.pack(">Q", length) + b"mask"


# By name: the bytes, and the code the line is ended with.
FRAMES: dict[str, tuple[Callable[[], bytes], int]] = {
    "one byte too many": (lambda: frame(TEXT, b"x" * (MOST_FRAME + 1)), 1009),
    "a gigabyte declared": (lambda: bare(TEXT, length=2**30), 1009),
    "more than there is": (lambda: bare(BINARY, length=2**63 - 1), 1009),
    "a hundred thousand fragments": (
        lambda: (
            frame(TEXT, b"x", last=False)
            + frame(CONTINUED, b"x", last=False) * 100_000
            + frame(CONTINUED, b"x")
        ),
        1009,
    ),
    "not masked": (lambda: frame(TEXT, b"{}", masked=False), 1002),
    "no such kind": (lambda: frame(3, b"{}"), 1002),
    "reserved bits": (lambda: bytes([0xF1, 0x80]) + b"mask", 1002),
    "goes on with nothing": (lambda: frame(CONTINUED, b"{}"), 1002),
    "a long ping": (lambda: frame(PING, b"x" * 126), 1002),
    "no UTF-8": (lambda: frame(TEXT, b'{"do":"\xff\xfe"}'), 1007),
}


def no_frame_ends_its_own_line_alone(
    web: Served, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    listens, teaches = cookie_of(make_member(tree.first)), cookie_of(teacher)

    def codes(data: bytes) -> list[int]:
        found = []
        for path in SOCKETS:
            cookie = teaches if path == "studio" else listens
            line = RawSocket(web.url, f"/live/{live_class.pk}/{path}", cookie=cookie)
            assert line.status == 101
            line.send_bytes(data)
            found.append(line.closed_with())
            line.close()
        return found

    async def play() -> None:
        page = await Page.open([web.url], live_class.pk, listens, device="reads")
        before = resident_bytes(web.pid)
        for name, (made, code) in FRAMES.items():
            found = await asyncio.to_thread(codes, made())
            # A reset may overtake the word of farewell.
            assert set(found) <= {code, GONE}, (name, found)
        assert resident_bytes(web.pid) - before < MOST_GROWTH_BYTES
        assert "seq" in await page.say("chat.say", text="还在上课")
        assert page.lines == 1
        await page.leave()

    asyncio.run(play())


def kept(live_class: LiveClass) -> list[str]:
    rows = LiveEvent.objects.filter(live_class=live_class).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def pages_of_others_do_not_come_in(web: Served, teacher: Member, live_class: LiveClass) -> None:
    cookie = cookie_of(teacher)
    for path in SOCKETS:
        for origin in ("null", "http://example.com", "https://127.0.0.1.evil", web.url):
            address = f"/live/{live_class.pk}/{path}"
            line = RawSocket(web.url, address, cookie=cookie, origin=origin)
            assert line.status == (101 if origin == web.url else 403), origin
            line.close()
        line = RawSocket(web.url, f"/live/{live_class.pk}/{path}", cookie=cookie, origin="")
        assert line.status == 403
        line.close()


def who_comes_in_is_who_signed_in_and_may(
    web: Served, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    stranger = cookie_of(make_member(tree.third))
    gone, over = make_member(tree.first), make_member(tree.first)
    left, ended = cookie_of(gone), cookie_of(over)
    Member.objects.filter(pk=gone.pk).update(is_active=False)
    Session.objects.filter(session_key=ended.partition("=")[2]).delete()
    listens, teaches = cookie_of(make_member(tree.first)), cookie_of(teacher)

    def status(cookie: str, at: str) -> int:
        line = RawSocket(web.url, at, cookie=cookie)
        line.close()
        return line.status

    for path in SOCKETS:
        address = f"/live/{live_class.pk}/{path}"
        assert status(teaches, address) == 101
        assert status(listens, address) == (404 if path == "studio" else 101)
        assert status(stranger, address) == 404
        nobody = ("", "sessionid=", "sessionid=zzz", left, ended)
        assert [status(cookie, address) for cookie in nobody] == [401] * 5
        for elsewhere in (
            f"/live/{live_class.pk + 999}/{path}",
            f"/live/0{path}",
            f"/live/{live_class.pk}/{path.partition('?')[0]}/",
            f"/live/{live_class.pk}%2e%2e/{path}",
            f"/live/-1/{path}",
            f"/live/{10**12}/{path}",
        ):
            assert status(teaches, elsewhere) == 404, elsewhere


ASKED = (
    "after=-1", f"after={10**30}", "after=1e3", "after=%00", "device=" + "x" * 5000,
    "device=../../x", "device=d1&device=d2",
)  # fmt: skip
SAID = (
    '{"do":"chat.say","do":"chat.rules","id":"a1","open":false}',
    '{"do":"chat.say","id":"a1","text":NaN}', "[" * 4000, '"chat.say"', "null", "",
    '{"do":"chat.say","id":"a1","text":"\\ud800"}', '{"do":["chat.say"],"id":"a1"}',
    '{"do":"chat.say","id":"","text":"a"}', '{"do":"__class__","id":"a1"}',
    '{"do":"chat.say","id":"a1","text":"a","live_class":1,"by":1}x',
)  # fmt: skip


def no_message_of_ours_is_not_done(web: Served, tree: BranchTree, live_class: LiveClass) -> None:
    listens = cookie_of(make_member(tree.first))

    async def play() -> None:
        # Whoever asks for nonsense is told how things stand.
        for asked in ASKED:
            line = RawSocket(web.url, f"/live/{live_class.pk}/socket?{asked}", cookie=listens)
            assert line.status == 101, asked
            line.close()
        for said in SAID:
            room = await Room.open(web.url, live_class.pk, listens)
            await room.connection.send(said)
            await room.until(lambda room=room: room.close_code or "a1" in room._replies)
            assert room.close_code == 1008 or "no" in room._replies["a1"], said
            await room.close()

    asyncio.run(play())


def a_flood_ends_its_own_line_alone(web: Served, tree: BranchTree, live_class: LiveClass) -> None:
    listens, floods = (cookie_of(make_member(tree.first)) for _each in range(2))

    async def play() -> None:
        page = await Page.open([web.url], live_class.pk, listens)
        for words in (b'{"pong":"x"}', b'{"do":"chat.look","id":"a1"}'):
            line = RawSocket(web.url, f"/live/{live_class.pk}/socket", cookie=floods)
            await asyncio.to_thread(line.send_bytes, frame(TEXT, words) * 1000)
            assert await asyncio.to_thread(line.closed_with) in (4429, GONE)
            line.close()
        assert "seq" in await page.say("chat.say", text="还在上课")
        assert page.lines == 1
        await page.leave()

    asyncio.run(play())


def a_storm_leaves_the_room_to_the_others(
    web: Served, tree: BranchTree, live_class: LiveClass
) -> None:
    listens, storms = cookie_of(make_member(tree.first)), cookie_of(make_member(tree.second))
    address = f"/live/{live_class.pk}/socket"

    async def play() -> None:
        page = await Page.open([web.url], live_class.pk, listens)
        had = connections_of(web.pid)
        lines = [
            await asyncio.to_thread(lambda: RawSocket(web.url, address, cookie=storms))
            for _each in range(60)
        ]
        assert {line.status for line in lines} == {101}
        # Those of them that were first were told to make room.
        for line in lines[:50]:
            assert await asyncio.to_thread(line.closed_with) in (4409, GONE)
            line.close()
        assert await asyncio.to_thread(queries.people_in, live_class.pk) == 2
        assert "seq" in await page.say("chat.say", text="还在上课")
        assert page.lines == 1
        for line in lines[50:]:
            line.close()
        await asyncio.to_thread(
            wait_until, lambda: connections_of(web.pid) <= had + 4, what="the end of the storm"
        )
        await page.leave()

    asyncio.run(play())


def nobody_says_anything_where_there_is_nothing_to_say(
    web: Served, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    listens, teaches = cookie_of(make_member(tree.first)), cookie_of(teacher)
    for kind, words in ((TEXT, b'{"do":"begin","key":"a1"}'), (BINARY, b"\0\0\0\0x")):
        line = RawSocket(web.url, f"/live/{live_class.pk}/picture", cookie=listens)
        line.send(kind, words)
        assert line.closed_with() == 1008
        line.close()
    line = RawSocket(web.url, f"/live/{live_class.pk}/socket", cookie=listens)
    line.send(BINARY, b"\0\0\0\0x")
    assert line.closed_with() == 1008
    line.close()
    # In the studio one is who one is, whatever is said of it.
    said = {"do": "begin", "key": "a1", "mime": "video/webm", "member": 1, "by": "别人"}
    line = RawSocket(web.url, f"/live/{live_class.pk}/studio", cookie=teaches)
    line.send(TEXT, json.dumps({**said, "mime": "text/html"}).encode())
    assert line.closed_with() == 1008
    line.close()
    live_class.refresh_from_db()
    assert live_class.state == ClassState.WAITING


def test_nobody_comes_in_who_may_not(
    web: Served, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    pages_of_others_do_not_come_in(web, teacher, live_class)
    who_comes_in_is_who_signed_in_and_may(web, tree, teacher, live_class)
    assert kept(live_class) == ["opened"]


def test_what_no_page_sends_is_refused_and_nobody_else_notices(
    web: Served, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    no_frame_ends_its_own_line_alone(web, tree, teacher, live_class)
    no_message_of_ours_is_not_done(web, tree, live_class)
    a_flood_ends_its_own_line_alone(web, tree, live_class)
    nobody_says_anything_where_there_is_nothing_to_say(web, tree, teacher, live_class)
    a_storm_leaves_the_room_to_the_others(web, tree, live_class)
    assert kept(live_class) == ["opened", "chat", "chat", "chat"]
