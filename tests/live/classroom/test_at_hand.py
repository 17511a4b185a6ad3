"""The files of a class at a machine that has none of them on its disk."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from live.classroom import air_services, at_hand, delivery, shared
from live.classroom.models import LiveClass
from live.classroom.segments import Segment
from lms import asgi
from lms.core import clock
from lms.core.rooms.threads import in_thread
from lms.members.models import Member
from media_pipeline.segment_lane import SegmentLane
from media_pipeline.storage import StorageUnavailableError, media_storage, storage_at
from tests.factories.live import MIME, make_live_class
from tests.factories.members import make_branch_tree, make_member
from tests.support.sockets import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(bucket: str) -> tuple[Member, LiveClass]:
    tree = make_branch_tree()
    live_class = make_live_class(tree.general)
    media_storage().put_bytes(b"0123456789", f"{shared.take_prefix(live_class.room, 1)}00001.m4s")
    return make_member(tree.first), live_class


class Asked:
    """The bucket, with what was asked of it."""

    is_here = False

    def __init__(self, url: str, *, is_away: bool = False) -> None:
        self.storage, self.is_away = storage_at(url), is_away
        self.opened: list[str] = []
        self.order = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise StorageUnavailableError
        return getattr(self.storage, name)

    def open(self, key: str, **part: Any) -> Any:
        if self.is_away:
            raise StorageUnavailableError
        with self.order:
            self.opened.append(key)
        return self.storage.open(key, **part)


@pytest.mark.anyio
async def test_a_segment_comes_beside_django_whoever_carries_the_class(
    people: tuple[Member, LiveClass],
) -> None:
    member, live_class = people
    own = await in_thread(cookie_of, member)
    left: list[str] = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        left.append(scope["path"].rpartition("/")[2])
        await asgi._pages(scope, receive, send)

    transport = httpx.ASGITransport(SegmentLane(pages, [delivery.SHELF]))
    link = delivery.signed_playlist(
        live_class=live_class, member=member, now=clock.now(), name="live.m3u8"
    )
    at = link.removesuffix("live.m3u8")
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        headers = {"Cookie": own}
        good = await client.get(f"{at}1/00001.m4s", headers=headers)
        assert (good.status_code, good.content, left) == (200, b"0123456789", [])
        assert good.headers["cache-control"] == "private, max-age=3600"
        part = await client.get(f"{at}1/00001.m4s", headers={**headers, "Range": "bytes=2-4"})
        assert (part.status_code, part.content) == (206, b"234")
        assert (await client.get(f"{at}1/00002.m4s", headers=headers)).status_code == 404
        assert (
            await client.get(f"{at}1/raw/00000000-00000001", headers=headers)
        ).status_code == 404
        # Nothing was sent yet.
        assert (await client.get(link, headers=headers)).status_code == 404
        assert (await client.get(f"{at}1/00001.m4s")).status_code == 302
    assert left == ["00001.m4s", "00002.m4s", "00000000-00000001", "live.m3u8", "00001.m4s"]


def test_a_thousand_who_ask_at_once_cost_the_storage_one_question(
    people: tuple[Member, LiveClass], bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, live_class = people
    storage = Asked(bucket)
    monkeypatch.setattr(at_hand, "media_storage", lambda: storage)
    key = f"{shared.take_prefix(live_class.room, 1)}00001.m4s"
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(at_hand.read, [key] * 1000))
    assert set(found) == {b"0123456789"}
    assert storage.opened == [key]


def test_what_was_not_there_is_asked_for_again(
    people: tuple[Member, LiveClass], bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, live_class = people
    storage = Asked(bucket, is_away=True)
    monkeypatch.setattr(at_hand, "media_storage", lambda: storage)
    key = f"{shared.take_prefix(live_class.room, 1)}00001.m4s"
    assert at_hand.read(key) is None
    storage.is_away = False
    assert at_hand.read(key) == b"0123456789"


def test_memory_is_bounded(
    people: tuple[Member, LiveClass], bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, live_class = people
    storage = Asked(bucket)
    monkeypatch.setattr(at_hand, "media_storage", lambda: storage)
    monkeypatch.setattr(at_hand, "MOST_BYTES", 25)
    segments = at_hand._Segments()
    prefix = shared.take_prefix(live_class.room, 1)
    names = [f"{prefix}{number:05}.m4s" for number in (1, 2, 3)]
    for name in names[1:]:
        storage.storage.put_bytes(b"0123456789", name)
    for name in (*names, names[1], names[2], names[0]):
        assert segments.get(name) == b"0123456789"
    assert storage.opened == [*names, names[0]]


def test_a_storage_that_is_away_is_said_and_nothing_breaks(
    people: tuple[Member, LiveClass], bucket: str, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    member, live_class = people
    storage = Asked(bucket, is_away=True)
    monkeypatch.setattr(delivery, "media_storage", lambda: storage)
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    link = delivery.signed_playlist(
        live_class=live_class, member=member, now=clock.now(), name="1/00001.m4s"
    )
    answer = client.get(link)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.content.decode() == StorageUnavailableError().message


@pytest.mark.anyio
async def test_in_a_shared_folder_the_front_server_sends_segments_and_we_make_playlists(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_SHARED, settings.MEDIA_ROOT = True, tmp_path
    settings.MEDIA_ACCEL_PREFIX = "/media-files"

    def made() -> tuple[Member, LiveClass, str]:
        tree = make_branch_tree()
        live_class = make_live_class(tree.general)
        carrier = uuid.uuid4()
        teacher = live_class.teacher
        air_services.begin_take(live_class.pk, teacher.pk, "a1", MIME, carrier)
        air_services.keep_segment(live_class.pk, 1, carrier, Segment(1, 1.0, clock.now()))
        member = make_member(tree.first)
        return member, live_class, cookie_of(member)

    member, live_class, own = await in_thread(made)

    async def pages(scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError(scope["path"])

    transport = httpx.ASGITransport(SegmentLane(pages, [delivery.SHELF]))
    link = delivery.signed_playlist(
        live_class=live_class, member=member, now=clock.now(), name="live.m3u8"
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        headers = {"Cookie": own}
        playlist = await client.get(link, headers=headers)
        assert playlist.text.splitlines()[-1] == "1/00001.m4s"
        assert playlist.headers["cache-control"] == "private, no-cache"
        assert "x-accel-redirect" not in playlist.headers
        segment = await client.get(link.replace("live.m3u8", "1/00001.m4s"), headers=headers)
    assert segment.headers["x-accel-redirect"] == (
        f"/media-files/live/{live_class.room}/1/00001.m4s"
    )
