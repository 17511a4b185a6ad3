"""Finals over real sockets: who is let in, what is heard, and that all are told the same."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from exams.finals import play_services, queries
from exams.finals.models import Final, FinalEvent
from lms.core.rooms import hub as hubs
from lms.core.rooms.hub import Batch
from tests.exams.finals.conftest import People, make_people
from tests.factories.exam_attempts import CANARY
from tests.factories.finals import ALL, BUZZ, RIGHT, TURN, WRONG, ask, begin, join, make_lobby
from tests.factories.members import BranchTree, make_branch_tree, make_member
from tests.support.sockets import LiveClient, cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tree(school_server: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def people(tree: BranchTree) -> People:
    return make_people(tree)


@pytest.fixture
def final(tree: BranchTree, people: People) -> Final:
    return make_lobby(tree.general, by=people.host)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def path_of(final: Final) -> str:
    return f"/finals/{final.pk}/socket"


async def refused(url: str, path: str, **headers: str) -> int:
    try:
        async with connect(url.replace("http", "ws", 1) + path, additional_headers=headers):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


async def in_thread(work: Callable[..., Any], *about: Any, **named: Any) -> Any:
    """Django's part, beside the test's event loop."""
    from exams.finals import consumers

    return await consumers.in_thread(lambda: work(*about, **named))


# --- Who is let in --------------------------------------------------------------------------------


def test_only_pages_of_ours_and_people_who_may_see_it(
    school_server: str, final: Final, people: People
) -> None:
    path, own = path_of(final), {"Origin": school_server}
    zhang, outsider = cookie_of(people.zhang), cookie_of(people.outsider)

    async def play() -> None:
        assert await refused(school_server, path, Cookie=zhang, **own) == 101
        assert await refused(school_server, path, **own) == 401
        assert await refused(school_server, path, Cookie="sessionid=forged", **own) == 401
        assert await refused(school_server, path, Cookie=outsider, **own) == 404
        assert await refused(school_server, "/finals/999999/socket", Cookie=zhang, **own) == 404
        assert await refused(school_server, "/finals/x/socket", Cookie=zhang, **own) == 404
        for origin in ("https://evil.example", "null", f"{school_server}.evil.example"):
            assert await refused(school_server, path, Cookie=zhang, Origin=origin) == 403
        assert await refused(school_server, path, Cookie=zhang) == 403

    run(play)


def test_a_draft_is_not_there_for_members(
    school_server: str, tree: BranchTree, people: People
) -> None:
    from tests.factories.finals import make_final

    path = path_of(make_final(tree.general, by=people.host))
    zhang, host = cookie_of(people.zhang), cookie_of(people.host)

    async def play() -> None:
        own = {"Origin": school_server}
        assert await refused(school_server, path, Cookie=zhang, **own) == 404
        assert await refused(school_server, path, Cookie=host, **own) == 101

    run(play)


def test_signing_out_ends_the_line(
    school_server: str, final: Final, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(final, people.zhang)
    join(final, people.li, team=1)
    begin(final)
    turn = ask(final, ALL)
    cookie = cookie_of(people.zhang)
    monkeypatch.setattr("lms.core.rooms.socket.RECHECK_SECONDS", 0.5)

    async def play() -> None:
        speaks = await LiveClient.open(school_server, path_of(final), cookie)
        listens = await LiveClient.open(school_server, path_of(final), cookie)
        await in_thread(Session.objects.all().delete)
        assert await speaks.say("answer", turn, sent=RIGHT) == {"closed": 4401}
        await listens.until(lambda: listens.close_code is not None)
        assert listens.close_code == 4401

    run(play)
    assert FinalEvent.objects.filter(kind="answered").count() == 0


# --- What is no message ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("no json", 1008),
        ("[]", 1008),
        ("[" * 3000, 1008),
        (b"\x00\xff", 1008),
        ("x" * 5_000, 1009),
        ("x" * 60_000, 1009),
        ({"do": "answer", "turn": 1}, 1008),
        ({"do": "answer", "turn": True, "id": 1, "sent": {}}, 1008),
        ({"do": "answer", "turn": 1, "id": 1, "sent": {"choice": ["\0"]}}, 1008),
        ({"do": "answer", "turn": 1, "id": 1, "sent": {"choice": "0"}}, 1008),
        ({"do": "answer", "turn": 10**30, "id": 1, "sent": {}}, 1008),
        ({"do": "correct", "turn": 1, "id": 1, "points": 99}, 1008),
        ({"do": "stake", "turn": 1, "id": 1, "points": "30"}, 1008),
    ],
)
def test_hostile_frames_end_their_own_line_and_no_other(
    school_server: str, final: Final, people: People, frame: Any, code: int
) -> None:
    join(final, people.zhang)
    join(final, people.li, team=1)
    begin(final)
    turn = ask(final, ALL)
    zhang, li = cookie_of(people.zhang), cookie_of(people.li)

    async def play() -> None:
        hostile = await LiveClient.open(school_server, path_of(final), zhang)
        other = await LiveClient.open(school_server, path_of(final), li)
        await hostile.send(frame)
        await hostile.until(lambda: hostile.close_code is not None)
        assert hostile.close_code == code
        assert (await other.say("answer", turn, sent=RIGHT))["ok"] == "answer"
        await other.close()

    run(play)
    assert FinalEvent.objects.filter(kind="answered").count() == 1


def test_a_flood_is_cut_off(school_server: str, final: Final, people: People) -> None:
    join(final, people.zhang)
    cookie = cookie_of(people.zhang)

    async def play() -> None:
        flood = await LiveClient.open(school_server, path_of(final), cookie)
        with suppress(ConnectionClosed):
            for _each in range(200):
                await flood.send({"pong": "x"})
        await flood.until(lambda: flood.close_code is not None)
        assert flood.close_code == 4429

    run(play)


def test_one_person_has_a_few_windows(school_server: str, final: Final, people: People) -> None:
    cookie = cookie_of(people.zhang)

    async def play() -> None:
        lines = [await LiveClient.open(school_server, path_of(final), cookie) for _each in range(7)]
        await lines[0].until(lambda: lines[0].close_code is not None)
        assert [line.close_code for line in lines] == [4409, *[None] * 6]
        for line in lines:
            await line.close()

    run(play)


# --- Nobody speaks for another --------------------------------------------------------------------


def test_the_sender_is_who_opened_the_line(
    school_server: str, tree: BranchTree, final: Final, people: People
) -> None:
    zhang = join(final, people.zhang)
    li = join(final, people.li, team=1)
    other = make_lobby(tree.general, by=people.host)
    join(other, people.wang)
    begin(final)
    turn = ask(final, ALL)
    cookies = {who: cookie_of(who) for who in (people.zhang, people.wang)}

    async def play() -> None:
        # Li's numbers in Zhang's message change nothing: Zhang has answered.
        speaks = await LiveClient.open(school_server, path_of(final), cookies[people.zhang])
        said = {"sent": RIGHT, "player": li.pk, "side": li.team_id, "final": other.pk}
        assert (await speaks.say("answer", turn, **said))["ok"] == "answer"
        # Wang plays in another room and only watches here.
        watches = await LiveClient.open(school_server, path_of(final), cookies[people.wang])
        assert await watches.say("answer", turn, sent=RIGHT) == {"closed": 1008}
        await speaks.close()

    run(play)
    body = FinalEvent.objects.get(kind="answered").body
    assert (body["player"], body["side"]) == (zhang.pk, zhang.team_id)


# --- What is told ---------------------------------------------------------------------------------


def test_all_are_told_the_same_and_whoever_comes_back_catches_up(
    school_server: str, final: Final, people: People
) -> None:
    join(final, people.zhang, is_listed=False)
    join(final, people.li, team=1)
    cookies = [cookie_of(who) for who in (people.zhang, people.li, people.wang, people.host)]

    async def play() -> None:
        path = path_of(final)
        lines = [await LiveClient.open(school_server, path, cookie) for cookie in cookies]
        zhang, li, watcher, host = lines
        await in_thread(begin, final)
        turn = await in_thread(ask, final, ALL)
        for line in lines:
            await line.until(lambda line=line: line.view.get("turn") is not None)  # type: ignore[misc]
        await watcher.close()
        # Other people's answers are counted, not told.
        assert (await zhang.say("answer", turn, sent=RIGHT))["ok"] == "answer"
        await li.until(lambda: len(li.view["answered"]) == 1)
        assert (li.view["key"], li.view["results"]) == (None, [])
        assert (await li.say("answer", turn, sent=WRONG))["ok"] == "answer"
        await host.until(lambda: host.view["turn"]["closed"])
        again = await LiveClient.open(school_server, path, cookies[2])
        state = await in_thread(queries.state_of, final)
        for line in (zhang, li, host, again):
            await line.until(lambda line=line: line.seq == state.seq)  # type: ignore[misc]
            assert line.view == again.view
            assert line.transcript == again.transcript
        assert [event[0] for event in again.transcript] == list(range(1, state.seq + 1))
        assert again.view["key"] == ["A. 民主集中制"]
        assert [(row["label"], row["points"]) for row in again.view["board"]] == [
            ("红旗队", "10"), ("先锋队", "0"), ("星火队", "0"),
        ]  # fmt: skip
        # One's own place is told to oneself alone.
        await zhang.until(lambda: zhang.me is not None and zhang.me["points"] == "10")
        assert (again.me, zhang.me and zhang.me["place"]) == (None, 1)
        for line in (zhang, li, host, again):
            await line.close()

    run(play)


def test_no_key_and_no_later_question_is_on_the_wire_before_its_time(
    school_server: str, final: Final, people: People
) -> None:
    join(final, people.zhang)
    join(final, people.li, team=1)
    begin(final)
    zhang, host = cookie_of(people.zhang), cookie_of(people.host)

    async def play() -> None:
        lines = [
            await LiveClient.open(school_server, path_of(final), cookie) for cookie in (zhang, host)
        ]
        turn = await in_thread(ask, final, ALL)
        await lines[0].say("answer", turn, sent=RIGHT)
        for line in lines:
            await line.until(lambda line=line: len(line.view["answered"]) == 1)  # type: ignore[misc]
            told = "".join(line.texts)
            assert CANARY not in told
            assert "share" not in told
            assert "共答题第1问" in told
            assert [word for word in ("共答题第2问", "抢答题第", "风险题第") if word in told] == []
            assert [json.loads(text).get("set", {}).get("key") for text in line.texts[1:]] == [
                None
            ] * len(line.texts[1:])
        await in_thread(play_services.end_answering, final=final, by=people.host, turn=turn)
        for line in lines:
            await line.until(lambda line=line: line.view["key"] is not None)  # type: ignore[misc]
            assert CANARY not in "".join(line.texts)
            await line.close()

    run(play)


def test_what_redis_loses_is_found_by_looking(
    school_server: str, final: Final, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(final, people.zhang)
    join(final, people.li, team=1)
    cookie = cookie_of(people.zhang)

    def lost(name: str, batch: Batch) -> None:
        """Redis is away."""

    async def play() -> None:
        line = await LiveClient.open(school_server, path_of(final), cookie)
        monkeypatch.setattr(play_services, "announce", lost)
        await in_thread(begin, final)
        await line.until(lambda: line.view["phase"] == "running", seconds=10)
        monkeypatch.setattr(play_services, "announce", hubs.announce)
        await in_thread(ask, final, TURN)
        await line.until(lambda: line.view["turn"] is not None, seconds=1)
        assert [event[0] for event in line.transcript] == list(range(1, line.seq + 1))
        await line.close()

    run(play)


# --- Who was first --------------------------------------------------------------------------------


def test_a_slow_line_is_allowed_for_and_a_late_pong_gains_the_cap_at_most(
    school_server: str, final: Final, people: People
) -> None:
    near, far = join(final, people.zhang), join(final, people.li, team=1)
    begin(final)
    cookies = [cookie_of(who) for who in (people.zhang, people.li, people.host)]

    async def play() -> None:
        path = path_of(final)
        zhang = await LiveClient.open(school_server, path, cookies[0])
        li = await LiveClient.open(school_server, path, cookies[1], pong_after=0.9)
        host = await LiveClient.open(school_server, path, cookies[2])
        turn = await in_thread(ask, final, BUZZ)
        assert (await zhang.say("buzz", turn))["no"] == "too_early"
        await li.until(lambda: li.pings >= 4)
        opens = host.view["turn"]["opensAt"]
        await asyncio.sleep(max(0.0, opens / 1000 - time.time()) + 0.3)
        await zhang.say("buzz", turn)
        await asyncio.sleep(0.1)  # what the slow line takes, pretended
        await li.say("buzz", turn)
        await host.until(lambda: host.view["order"] is not None)
        order = host.view["order"]
        assert [row["side"] for row in order] == [far.team_id, near.team_id]
        assert order[0]["allowance"] == 250  # of 900 ms, the cap
        assert order[1]["allowance"] < 50
        assert order[0]["counts"] == max(0, order[0]["arrived"] - 250)
        assert host.view["turn"]["called"] == far.team_id
        # Wrong: the next one in order is called; right: it is over.
        assert (await zhang.say("answer", turn, sent=RIGHT))["no"] == "not_yours"
        await li.say("answer", turn, sent=WRONG)
        await host.until(lambda: host.view["turn"]["called"] == near.team_id)
        assert host.view["key"] is None
        await zhang.say("answer", turn, sent=RIGHT)
        await host.until(lambda: host.view["turn"]["closed"])
        assert {row["label"]: row["points"] for row in host.view["board"]} == {
            "红旗队": "10", "先锋队": "-10", "星火队": "0",
        }  # fmt: skip
        for line in (zhang, li, host):
            await line.close()

    run(play)


def test_five_hundred_idle_sockets_do_not_hurt(
    school_server: str, tree: BranchTree, final: Final, people: People
) -> None:
    watchers = [cookie_of(make_member(tree.first)) for _each in range(100)]
    join(final, people.zhang)
    join(final, people.li, team=1)
    zhang = cookie_of(people.zhang)

    async def play() -> None:
        path = path_of(final)
        idle = []
        for cookie in watchers:  # five windows each
            idle += await asyncio.gather(
                *(LiveClient.open(school_server, path, cookie) for _each in range(5))
            )
        line = await LiveClient.open(school_server, path, zhang)
        await in_thread(begin, final)
        turn = await in_thread(ask, final, ALL)
        assert (await line.say("answer", turn, sent=RIGHT))["ok"] == "answer"
        state = await in_thread(queries.state_of, final)
        for each in idle:
            await each.until(lambda each=each: each.seq == state.seq)  # type: ignore[misc]
        await asyncio.gather(*(each.close() for each in [*idle, line]))

    run(play)
