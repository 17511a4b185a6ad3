"""The chat over real sockets: nobody speaks as another, and all read the same in the end."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session

from live.chat import queries
from live.classroom.models import LiveClass, LiveEvent
from live.classroom.services import open_waiting
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Room
from tests.support.processes import WebProcess
from tests.support.sockets import cookie_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tree(air: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=made)
    return made


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def read(room: Room) -> list[tuple[str, str]]:
    """What the page of this line shows: what was said and not taken away."""
    gone = {event["of"] for event in room.events.values() if event["kind"] == "chat_gone"}
    return [
        (event["by"], event["text"])
        for seq, event in sorted(room.events.items())
        if event["kind"] == "chat" and seq not in gone and "text" in event
    ]


def kept(live_class: LiveClass) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in queries.transcript(live_class)]


def test_nobody_speaks_as_another_or_where_one_may_not(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    zhang = make_member(tree.first, name="张秀英")
    elsewhere = make_live_class(tree.third)
    listens, teaches = cookie_of(zhang), cookie_of(teacher)
    stranger = cookie_of(make_member(tree.third))

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        room = await Room.open(air, live_class.pk, listens)
        told = await room.say(
            "chat.say", text="我是李教授", by=teacher.pk, byId=teacher.pk, lead=True,
            live_class=elsewhere.pk,
        )  # fmt: skip
        await desk.until(lambda: told["seq"] in desk.events)
        said = desk.events[told["seq"]]
        assert (said["by"], said["byId"], said["lead"]) == ("张秀英", zhang.pk, False)
        spoken = await desk.say("chat.say", text="同志们好")
        for verb, body in (
            ("chat.remove", {"seq": spoken["seq"], "why": "一"}),
            ("chat.pin", {"seq": spoken["seq"]}),
            ("chat.rules", {"open": False}),
            ("chat.mute", {"member": teacher.pk, "minutes": 5, "why": "一"}),
            ("chat.release", {"messages": [1]}),
            ("chat.drop", {"message": 1, "why": "一"}),
        ):
            assert (await room.say(verb, **body))["no"] in ("NotTheTeacherError", "NotYoursError")
        # What a page could send is answered in words.
        long = await room.say("chat.say", text="字" * 301)
        assert long["no"] == "ChatTextError"
        assert (await room.say("chat.say", text="\u200b"))["no"] == "ChatTextError"
        assert (await room.say("chat.remove", seq=999_999))["no"] == "NoSuchMessageError"
        await room.close()
        away = await Room.open(air, elsewhere.pk, stranger)
        assert (await away.say("chat.say", text="一"))["no"] == "ClassMovedError"
        for line in (desk, away):
            await line.close()

    run(play)
    assert kept(live_class) == [("张秀英", "我是李教授"), ("李教授", "同志们好")]
    assert LiveEvent.objects.filter(live_class=elsewhere).count() == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"text": "a\0b"}, {"text": ["a"]}, {"text": 5}, {"text": None}, {"text": "a" * 2001},
        {"text": "a", "reply": "1"}, {"text": "a", "reply": -1}, {"text": "a", "reply": 2**40},
        {"do": "chat.shout", "text": "a"}, {"do": "chat.release", "messages": "all"},
        {"do": "chat.release", "messages": [True]}, {"do": "chat.rules", "slow": 3},
        {"do": "chat.rules", "open": 1}, {"do": "chat.mute", "member": 1, "minutes": 7, "why": "a"},
    ],
    ids=lambda bad: str(bad)[:40],
)  # fmt: skip
def test_whatever_is_no_message_ends_the_line(
    air: str, teacher: Member, live_class: LiveClass, bad: dict[str, Any]
) -> None:
    teaches = cookie_of(teacher)

    async def play() -> None:
        room = await Room.open(air, live_class.pk, teaches)
        await room.connection.send(json.dumps({"do": "chat.say", "id": "a1", **bad}))
        await room.until(lambda: room.close_code)
        assert room.close_code == 1008

    run(play)
    assert kept(live_class) == []


def test_all_read_the_same_by_two_processes_though_redis_forgets_everything(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass, web_process: WebProcess
) -> None:
    people = [make_member(tree.first, name=name) for name in ("张秀英", "王强", "赵敏")]
    cookies = [cookie_of(member) for member in people]
    teaches, late = cookie_of(teacher), cookie_of(make_member(tree.second))
    urls = [air, web_process.url, air]

    async def play() -> None:
        desk = await Room.open(web_process.url, live_class.pk, teaches)
        rooms = [
            await Room.open(url, live_class.pk, cookie)
            for url, cookie in zip(urls, cookies, strict=True)
        ]

        async def talk(room: Room, name: str) -> None:
            for number in range(12):
                key = f"{name}{number}"
                reply = await room.say("chat.say", key=key, text=f"{name}说{number}")
                # A reply that got lost: said again it is the same message.
                assert await room.say("chat.say", key=key, text="别的") == reply
                if number == 5 and name == "a":
                    redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]).flushall()

        await asyncio.gather(*(talk(room, name) for room, name in zip(rooms, "abc", strict=True)))
        first = await rooms[0].say("chat.say", text="收回这句")
        assert (await desk.say("chat.remove", seq=first["seq"], why="不当言论"))["ok"]
        everybody = [desk, *rooms]
        for room in everybody:
            await room.until(lambda room=room: "chat_gone" in room.kinds, seconds=30)
        # Came late, and came back with a gap.
        everybody.append(await Room.open(air, live_class.pk, late))
        everybody.append(await Room.open(web_process.url, live_class.pk, late, device="d2"))
        wanted = await asyncio.to_thread(kept, live_class)
        assert len(wanted) == 36
        assert [read(room) for room in everybody] == [wanted] * len(everybody)
        assert "收回这句" not in json.dumps(everybody[-1].events, ensure_ascii=False)
        for room in everybody:
            await room.close()

    run(play)


def test_of_what_is_said_at_once_each_is_answered_for_itself(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    """Written down together: what is refused, and who is no longer here, takes nobody along."""
    people = [make_member(tree.first, name=name) for name in ("张秀英", "王强", "赵敏", "孙立")]
    cookies = [cookie_of(member) for member in people]
    teaches = cookie_of(teacher)
    signed_out = cookies[3].partition("=")[2]

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        zhang, wang, zhao, sun = [await Room.open(air, live_class.pk, cookie) for cookie in cookies]
        assert (await desk.say("chat.mute", member=people[1].pk, minutes=5, why="刷屏"))["ok"]
        await asyncio.to_thread(Session.objects.filter(session_key=signed_out).delete)
        said = [zhang.say("chat.say", text=f"第{number}句") for number in range(4)]
        said += [wang.say("chat.say", text="我也说"), zhao.say("chat.say", text="一\0二")]
        said += [sun.say("chat.say", text="还在吗")]
        *spoken, muted, broken, gone = await asyncio.gather(*said)
        assert (muted["no"], broken, gone) == ("MutedError", {"closed": 1008}, {"closed": 4401})
        first = spoken[0]["seq"]
        assert [each["seq"] for each in spoken] == [first, first + 1, first + 2, first + 3]
        for room in (desk, zhang, wang):
            await room.until(lambda room=room: first + 3 in room.events)
            assert [room.events[first + place]["text"] for place in range(4)] == [
                "第0句", "第1句", "第2句", "第3句",
            ]  # fmt: skip
            await room.close()

    run(play)
    assert kept(live_class) == [("张秀英", f"第{number}句") for number in range(4)]


def test_what_waits_is_whispered_to_who_leads_and_to_nobody_else(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    zhang, wang = (make_member(tree.first, name=name) for name in ("张秀英", "王强"))
    teaches, listens, other = (cookie_of(member) for member in (teacher, zhang, wang))

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        room = await Room.open(air, live_class.pk, listens)
        third = await Room.open(air, live_class.pk, other)
        assert (await desk.say("chat.rules", review=True))["ok"]
        waiting = (await room.say("chat.say", text="等一等"))["waiting"]
        await desk.until(lambda: desk.asides)
        assert desk.asides == [{"chat_waiting": 1}]
        looked = [(await each.say("chat.look"))["waiting"] for each in (desk, room, third)]
        assert looked == [[waiting], [waiting], []]
        mute = {"member": zhang.pk, "minutes": 5, "why": "刷屏"}
        assert [each["name"] for each in (await desk.say("chat.mute", **mute))["mutes"]] == [
            "张秀英"
        ]
        assert (await room.say("chat.say", text="再说"))["no"] == "MutedError"
        await room.until(lambda: room.asides)
        assert "刷屏" in room.asides[0]["chat_muted"]
        assert (await desk.say("chat.release", messages=[waiting["message"]]))["waiting"] == []
        await third.until(lambda: "chat" in third.kinds)
        assert third.asides == []
        for each in (desk, room, third):
            await each.close()

    run(play)
    assert kept(live_class) == [("张秀英", "等一等")]
