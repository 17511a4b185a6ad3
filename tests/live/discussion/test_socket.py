"""The bell of an open thread: heard by who may see it, across processes, never with words in it."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from live.discussion import moderation_services
from live.discussion.models import Thread
from tests.factories.discussion import make_answer, make_talk
from tests.factories.members import make_branch_tree, make_member, make_secretary
from tests.support.sockets import LiveClient, cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_who_has_a_thread_open_hears_how_far_it_has_gone(school_server: str) -> None:
    tree = make_branch_tree()
    thread = make_talk(tree.first)
    member, stranger = make_member(tree.first), make_member(tree.third)
    hears, sneaks = cookie_of(member), cookie_of(stranger)
    path = f"/discussion/{thread.pk}/socket"

    async def listen() -> list[dict[str, object]]:
        with pytest.raises(InvalidStatus) as refused:
            await LiveClient.open(school_server, path, sneaks)
        assert refused.value.response.status_code == 404
        with pytest.raises(InvalidStatus) as refused:
            await LiveClient.open(school_server, path, "")
        assert refused.value.response.status_code == 401
        line = await LiveClient.open(school_server, path, hears)
        await asyncio.to_thread(make_answer, thread, by=member, text="不在线路上的话")
        await line.until(lambda: len(line.texts) == 2)
        post = await asyncio.to_thread(lambda: Thread.objects.get().posts.get(number=3))
        await asyncio.to_thread(
            moderation_services.hide_post,
            by=await asyncio.to_thread(make_secretary, tree.first), post=post, reason="离题",
        )  # fmt: skip
        await line.until(lambda: len(line.texts) == 3)
        await line.send({"do": "shout"})
        await line.until(lambda: line.close_code is not None)
        assert line.close_code == 1008
        return [json.loads(text) for text in line.texts]

    assert asyncio.run(listen()) == [{"hello": True, "seq": 2}, {"seq": 3}, {"seq": 4}]
