"""Segments beside Django: the same files to the same people as by the page of that address."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.contrib.sessions.models import Session

from lms import asgi
from lms.core import clock
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from media_pipeline import files
from media_pipeline.models import Asset
from media_pipeline.playback import signed_playlist
from media_pipeline.segment_lane import LECTURES, SegmentLane
from tests.factories.media import make_asset, make_take
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.support.sockets import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)

SEGMENT = "360p/00000.m4s"
CONTENT = {"master.m3u8": b"#EXTM3U", SEGMENT: b"0123456789", "360p/index.m3u8": b"#EXTM3U"}


@pytest.fixture
def people() -> tuple[Member, Member, Asset]:
    tree = make_branch_tree()
    asset = make_asset(branch=tree.first, by=make_instructor(tree.first))
    make_take(asset, CONTENT)
    return make_member(tree.first), make_member(tree.first), asset


class Counted:
    """The pages behind the lane, and what was left to them."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        await asgi._pages(scope, receive, send)


@pytest.fixture
def pages() -> Counted:
    return Counted()


@pytest.fixture
def ask(pages: Counted) -> Callable[..., Any]:
    lane = SegmentLane(pages, [LECTURES])

    async def get(address: str, cookie: str = "", **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(lane)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get(address, headers={"Cookie": cookie, **headers})

    return get


@pytest.mark.anyio
async def test_a_segment_is_for_whom_its_address_is(
    people: tuple[Member, Member, Asset], pages: Counted, ask: Callable[..., Any]
) -> None:
    member, other, asset = people
    own = await in_thread(cookie_of, member)
    foreign = await in_thread(cookie_of, other)
    link = signed_playlist(asset=asset, member=member, now=clock.now())
    at = link.removesuffix("master.m3u8")
    good = await ask(at + SEGMENT, own)
    assert (good.status_code, good.content, good.headers["content-type"]) == (
        200, b"0123456789", "video/iso.segment",
    )  # fmt: skip
    assert good.headers["cache-control"] == "private, max-age=3600"
    assert pages.asked == []
    # All else is the page's to answer.
    assert (await ask(at + SEGMENT, foreign)).status_code == 404
    assert (await ask(at + SEGMENT)).status_code == 302
    token = link.split("/")[2]
    assert (await ask((at + SEGMENT).replace(token, "A" * len(token)), own)).status_code == 404
    part = await ask(at + SEGMENT, own, Range="bytes=2-4")
    assert (part.status_code, part.content) == (206, b"234")
    assert (await ask(at + "360p/00009.m4s", own)).status_code == 404
    assert (await ask(f"{at}360p/index.m3u8", own)).status_code == 200
    assert len(pages.asked) == 6


@pytest.mark.anyio
async def test_signing_out_reaches_it(people: tuple[Member, Member, Asset], pages: Counted) -> None:
    member, _other, asset = people
    cookie = await in_thread(cookie_of, member)
    path = signed_playlist(asset=asset, member=member, now=clock.now())
    path = path.removesuffix("master.m3u8") + SEGMENT
    lane = SegmentLane(pages, [LECTURES], known_seconds=0)
    transport = httpx.ASGITransport(lane)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.get(path, headers={"Cookie": cookie})).status_code == 200
        await in_thread(Session.objects.all().delete)
        assert (await client.get(path, headers={"Cookie": cookie})).status_code == 302


def test_the_lane_knows_the_names_of_takes() -> None:
    take = "0" * 32
    assert LECTURES.prefix + "a/" == files.lecture_prefix("a")  # type: ignore[arg-type]
    for good in (f"{take}/360p/init.mp4", f"{take}/01234567/sound/00001.m4s"):
        assert LECTURES.names.fullmatch(good) is not None
    for bad in (f"{take}/low.mp4", f"{take}/key", f"{take}/360p/../x.m4s", "x/360p/init.mp4"):
        assert LECTURES.names.fullmatch(bad) is None
