"""Five hundred sockets that never read, beside some that do."""

import asyncio
from collections.abc import Iterator

import pytest

from live.chat import services as chat
from live.classroom.models import LiveClass, LivePresence
from live.classroom.services import open_waiting
from lms.core import clock
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from tests.factories.live import make_live_class, recorded, slices
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_pages import Page
from tests.support.live_sockets import Teacher, Watcher
from tests.support.processes import WebProcess, wait_until
from tests.support.raw_sockets import RawSocket, connections_of, resident_bytes
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

DEAF = 500
OF_ONE = 5  # of one person, in one room
MESSAGES = 600
MOST_GROWTH_BYTES = 64 * 1024**2


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=made)
    return made


@pytest.fixture
def web(web_process: WebProcess) -> Iterator[WebProcess]:
    """Its lines are put away with it."""
    yield web_process
    web_process.stop()
    LivePresence.objects.filter(left_at=None).update(left_at=clock.now())


def test_sockets_that_never_read_cost_the_others_nothing(
    tree: BranchTree, teacher: Member, live_class: LiveClass, web: WebProcess
) -> None:
    cookies = [cookie_of(make_member(tree.first)) for _each in range(DEAF // OF_ONE)]
    speaker, *readers = (make_member(tree.second) for _each in range(4))
    reading = [cookie_of(member) for member in readers]
    teaches = cookie_of(teacher)
    pieces = slices(recorded(8.0))
    path = f"/live/{live_class.pk}/"

    def say(first: int, last: int) -> None:
        for number in range(first, last):
            chat.say(
                by=speaker, leads=False, live_class_id=live_class.pk,
                text=f"第{number}句" + "学" * 280, once=f"{speaker.pk}:{number}",
            )  # fmt: skip

    def deaf(first: int, last: int, what: str) -> list[RawSocket]:
        made = [
            RawSocket(web.url, path + what, cookie=cookies[each % len(cookies)], small=True)
            for each in range(first, last)
        ]
        assert {each.status for each in made} == {101}
        return made

    async def play() -> None:
        pages = [await Page.open([web.url], live_class.pk, cookie) for cookie in reading]
        watches = [await Watcher.open(web.url, live_class.pk, cookie) for cookie in reading]
        desk = await Teacher.open(web.url, live_class.pk, teaches)
        await desk.begin("a1")
        await desk.send(pieces[: len(pieces) // 4])
        await in_thread(say, 0, 20)
        before, had = resident_bytes(web.pid), connections_of(web.pid)
        lines = await asyncio.to_thread(deaf, 0, DEAF - 100, "socket?device=d1")
        lines += await asyncio.to_thread(deaf, 0, 100, "picture")
        await in_thread(say, 20, MESSAGES)
        await desk.send(pieces[len(pieces) // 4 :])
        for page in pages:
            await page.until(lambda page=page: len(page.events) > MESSAGES, seconds=60)
        for watcher in watches:
            await watcher.until(lambda watcher=watcher: watcher.heads[-1][5] > 6.5)
        assert resident_bytes(web.pid) - before < MOST_GROWTH_BYTES
        # Nobody who reads had to come back for it.
        assert [page.lines for page in pages] == [1, 1, 1]
        assert [sorted(page.events) for page in pages] == [list(range(1, MESSAGES + 3))] * 3
        for line in lines:
            line.close()
        await asyncio.to_thread(
            wait_until, lambda: connections_of(web.pid) <= had + 8, what="the end of their lines"
        )
        assert resident_bytes(web.pid) - before < MOST_GROWTH_BYTES
        for page in pages:
            await page.leave()
        for each in (*watches, desk):
            await each.close()

    asyncio.run(play())
