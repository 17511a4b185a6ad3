"""Hands over real sockets: one order for all, and signals that reach one other person alone."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from live.classroom.models import LiveClass
from live.classroom.services import go_on_air
from live.hands import page, queries
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Room
from tests.support.processes import WebProcess
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OFFER = {"kind": "offer", "call": "c1", "part": 0, "parts": 1, "data": "dj0w"}


@pytest.fixture
def tree(air: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    go_on_air(by=teacher, live_class=made)
    return made


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def test_hands_raised_at_once_by_two_processes_stand_in_one_order(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass, web_process: WebProcess
) -> None:
    cookies = [cookie_of(make_member(tree.first)) for _each in range(6)]
    teaches = cookie_of(teacher)

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        rooms = [
            await Room.open((air, web_process.url)[at % 2], live_class.pk, cookie)
            for at, cookie in enumerate(cookies)
        ]
        replies = await asyncio.gather(*(room.say("hands.raise") for room in rooms))
        assert sorted(reply["ahead"] for reply in replies) == list(range(6))
        # Raised again after a cut it stands where it stood.
        assert (await rooms[0].say("hands.raise"))["ahead"] == replies[0]["ahead"]
        for room in (desk, *rooms):
            await room.until(lambda room=room: len(room.events) == 7)
        seen = [[each["id"] for each in room.view["hands"]["queue"]] for room in (desk, *rooms)]
        wanted = await asyncio.to_thread(
            lambda: [hand.member_id for hand in queries.queue(live_class)]
        )
        assert seen == [wanted] * 7
        for room in (desk, *rooms):
            await room.close()

    run(play)


def test_signals_go_from_the_stage_to_who_teaches_and_back_and_nowhere_else(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    zhang, wang = (make_member(tree.first, name=name) for name in ("张秀英", "王强"))
    second = make_instructor(tree.general)
    cookies = [cookie_of(member) for member in (teacher, zhang, wang, second)]

    async def play() -> None:
        desk, room, other, helper = [
            await Room.open(air, live_class.pk, cookie) for cookie in cookies
        ]
        assert (await room.say("hands.signal", **OFFER))["no"] == "NotOnStageError"
        await room.say("hands.raise")
        assert (await other.say("hands.grant", member=zhang.pk))["no"] == "NotTheTeacherError"
        assert (await desk.say("hands.grant", member=zhang.pk))["ok"]
        assert (await other.say("hands.speak", how="voice"))["no"] == "NotOnStageError"
        spoken = await room.say("hands.speak", how="voice")
        assert spoken["ice"] == []
        for who in (other, helper):
            assert (await who.say("hands.signal", **OFFER))["no"] == "NotOnStageError"
        assert (await room.say("hands.signal", **OFFER, to=wang.pk))["ok"]
        assert (await desk.say("hands.signal", **{**OFFER, "kind": "answer"}))["ok"]
        await desk.until(lambda: desk.asides)
        await room.until(lambda: room.asides)
        more = {"hand": spoken["hand"]}
        assert desk.asides == [{"signal": {**OFFER, **more, "from": zhang.pk}}]
        assert room.asides == [{"signal": {**OFFER, **more, "kind": "answer", "from": teacher.pk}}]
        assert (await room.say("hands.lower"))["ok"]
        assert (await desk.say("hands.signal", **OFFER))["no"] == "NotOnStageError"
        await other.until(lambda: other.view["hands"]["stage"] is None)
        assert (other.asides, helper.asides) == ([], [])
        for each in (desk, room, other, helper):
            await each.close()

    run(play)


@pytest.mark.parametrize(
    "bad",
    [
        {"data": "a" * 2501}, {"data": "v=0\r\no=-"}, {"data": ""}, {"data": 5}, {"part": 1},
        {"parts": 13, "part": 12}, {"part": -1}, {"call": "a b"}, {"call": "c" * 25},
        {"kind": "shout"}, {"do": "hands.speak", "how": "song"}, {"do": "hands.grant"},
        {"do": "ask.settle", "q": 1, "to": "withdrawn"}, {"do": "ask.vote", "q": 1, "on": "yes"},
        {"do": "ask.put", "text": "a\0b"}, {"do": "call.answer", "call": 1, "how": "none"},
        {"do": "call.draw", "anew": 1},
    ],
    ids=lambda bad: str(bad)[:40],
)  # fmt: skip
def test_whatever_is_no_message_ends_the_line(
    air: str, teacher: Member, live_class: LiveClass, bad: dict[str, Any]
) -> None:
    teaches = cookie_of(teacher)

    async def play() -> None:
        room = await Room.open(air, live_class.pk, teaches)
        said = {**OFFER, "do": "hands.signal", "id": "a1", **bad}
        await room.connection.send(json.dumps(said))
        await room.until(lambda: room.close_code)
        assert room.close_code == 1008

    run(play)


def test_many_votes_are_told_together_and_the_last_one_surely(
    air: str, tree: BranchTree, live_class: LiveClass
) -> None:
    people = [make_member(tree.first) for _each in range(8)]
    cookies = [cookie_of(member) for member in people]

    async def play() -> None:
        rooms = [await Room.open(air, live_class.pk, cookie) for cookie in cookies]
        asked = await rooms[0].say("ask.put", text="何时考试？")
        q = asked["q"]
        for _twice in range(2):
            await asyncio.gather(*(room.say("ask.vote", q=q, on=True) for room in rooms))
        for room in rooms:
            await room.until(
                lambda room=room: room.asides and room.asides[-1] == {"ask_votes": {str(q): 8}}
            )
        assert len(rooms[0].asides) < 6
        for room in rooms:
            await room.close()

    run(play)
    look = page.look_at_questions(live_class, people[0], False)
    assert [(each["votes"]) for each in look["questions"]] == [8]
