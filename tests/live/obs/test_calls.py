"""What nginx may ask, and that nobody else may."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from live.classroom.models import LiveClass
from live.obs import services as obs
from live.obs.calls import RtmpCalls
from live.obs.models import StreamKey
from live.obs.streams import digest_of, stream_name
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def live_class(settings: Any) -> LiveClass:
    settings.LIVE_RTMP_URL = "rtmp://school.example/live"
    settings.LIVE_RTMP_PULL = "rtmp://127.0.0.1:1/live"
    tree = make_branch_tree()
    return make_live_class(tree.general, by=make_instructor(tree.general))


def asked(
    said: dict[str, str] | bytes,
    *,
    client: tuple[str, int] | None = ("127.0.0.1", 4000),
    method: str = "POST",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> tuple[int, str]:
    """The status, and where it leads."""
    body = said if isinstance(said, bytes) else urlencode(said).encode()
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        answers.append(message)

    async def play() -> None:
        calls = RtmpCalls()
        scope = {"type": "http", "method": method, "path": "/live/rtmp", "client": client,
                 "headers": headers or []}  # fmt: skip
        await calls(scope, receive, send)
        await calls.close()

    asyncio.run(play())
    return answers[0]["status"], dict(answers[0]["headers"]).get(b"location", b"").decode()


def test_a_good_key_is_let_in_and_another_is_not(live_class: LiveClass) -> None:
    key = obs.make_key(by=live_class.teacher, live_class_id=live_class.pk)
    name = stream_name(digest_of(key))
    publish = {"call": "publish", "clientid": "7", "name": key}
    assert asked(publish) == (302, name)
    assert StreamKey.objects.get().client == "7"
    assert asked({**publish, "call": "update_publish"}) == (204, "")
    assert asked({"call": "update_play", "clientid": "8", "name": name}) == (204, "")
    assert asked({**publish, "call": "publish_done"}) == (204, "")
    assert StreamKey.objects.get().client == ""
    for bad in (
        {**publish, "name": "0" * 40},
        {**publish, "name": name},
        {**publish, "name": "'; --"},
        {**publish, "call": "update_publish", "name": "0" * 40},
        {**publish, "call": "play"},
        {"call": "publish", "name": key},
        {},
        b"call=publish&name=\xff",
        b"x" * 9_000,
    ):
        assert asked(bad) == (403, "")


def test_nobody_else_may_ask(live_class: LiveClass, settings: Any) -> None:
    key = obs.make_key(by=live_class.teacher, live_class_id=live_class.pk)
    publish = {"call": "publish", "clientid": "7", "name": key}
    assert asked(publish, client=("10.0.0.9", 4000)) == (403, "")
    assert asked(publish, client=None) == (403, "")
    assert asked(publish, method="GET") == (403, "")
    for name in (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"):
        assert asked(publish, headers=[(name, b"127.0.0.1")]) == (403, "")
    settings.LIVE_RTMP_HOSTS = ["10.0.0.0/24"]
    assert asked(publish, client=("10.0.0.9", 4000))[0] == 302
    assert asked(publish) == (403, "")
    settings.LIVE_RTMP_HOSTS = ["media.school"]
    assert asked(publish) == (403, "")
