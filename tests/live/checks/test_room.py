"""Checks over real sockets: told to all, answered by each, the figures to who leads alone."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from live.checks.models import Check, CheckAnswer
from live.classroom import services as classes
from live.classroom.models import LiveClass
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.factories.questions import make_question
from tests.support.live_sockets import Room
from tests.support.sockets import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tree(air: str) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    classes.go_on_air(by=teacher, live_class=made)
    return made


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def test_a_poll_from_the_question_to_the_figures(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    cookies = [cookie_of(make_member(tree.first)) for _each in range(2)]
    teaches = cookie_of(teacher)

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        one, two = [await Room.open(air, live_class.pk, cookie) for cookie in cookies]
        said = {"question": "听清楚了吗？", "options": ["是", "否"], "several": False}
        refused = await one.say("checks.poll", **said)
        assert refused["no"] == "NotTheTeacherError"
        asked = await desk.say("checks.poll", key="p1", **said)
        again = await desk.say("checks.poll", key="p1", **said)
        assert asked["check"] == again["check"]
        check = asked["check"]
        await two.until(lambda: two.view.get("check"))
        assert (two.view["check"]["state"], two.view["check"]["options"]) == ("open", ["是", "否"])
        first = await one.say("checks.answer", key="a1", check=check, sent={"choice": ["0"]})
        repeated = await one.say("checks.answer", key="a1", check=check, sent={"choice": ["1"]})
        assert (first["sent"], repeated["sent"]) == ({"choice": ["0"]}, {"choice": ["0"]})
        assert first["clock"] == repeated["clock"]
        await two.say("checks.answer", check=check, sent={"choice": ["1"]})
        await desk.until(lambda: any("check" in aside for aside in desk.asides))
        looked = await desk.say("checks.look", check=check)
        assert (looked["answered"], looked["counts"]) == (2, [1, 1])
        await desk.say("checks.tell", check=check)
        await one.until(lambda: one.view["check"]["state"] == "told")
        assert one.view["check"]["counts"] == [1, 1]
        # Figures went to who leads alone until they were told.
        assert [one.asides, two.asides] == [[], []]
        late = await Room.open(air, live_class.pk, cookies[1], device="d2")
        assert late.view["check"]["counts"] == [1, 1]
        for room in (desk, one, two, late):
            await room.close()

    run(play)


def test_a_roll_call_lists_who_is_here_for_who_leads(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first, name="张秀英"))

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        room = await Room.open(air, live_class.pk, listens)
        asked = await desk.say("checks.roll", seconds=60, first=0)
        await room.until(lambda: room.view.get("check"))
        shown = room.view["check"]
        assert shown["closes"] - shown["opened"] in range(59_000, 60_001)
        here = await room.say("checks.answer", check=asked["check"])
        listed = await desk.say("checks.list", check=asked["check"])
        assert listed["present"] == [["张秀英", here["clock"]]]
        assert (await room.say("checks.list", check=asked["check"]))["no"] == "NotTheTeacherError"
        lost = await room.say("checks.lost")
        assert lost["new"] is True
        await desk.until(lambda: {"puzzled": 1} in desk.asides)
        heat = await desk.say("checks.heat")
        assert [row["count"] for row in heat["minutes"]] == [1]
        for each in (desk, room):
            await each.close()

    run(play)


def test_no_key_of_the_bank_travels_before_it_is_told(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    question = make_question(tree.general, by=teacher)
    teaches, listens = cookie_of(teacher), cookie_of(make_member(tree.first))

    async def play() -> None:
        desk = await Room.open(air, live_class.pk, teaches)
        room = await Room.open(air, live_class.pk, listens)
        check = (await desk.say("checks.quiz", question=question.pk))["check"]
        await room.until(lambda: room.view.get("check"))
        await room.say("checks.answer", check=check, sent={"choice": ["0"]})
        await desk.say("checks.shut", check=check)
        await room.until(lambda: room.view["check"]["state"] == "shut")
        everything = json.dumps([room.view, room.events, desk.view, desk.asides])
        assert [word in everything for word in ("correct", "right", "explanation")] == [False] * 3
        await desk.say("checks.tell", check=check)
        await room.until(lambda: room.view["check"]["state"] == "told")
        assert len(room.view["check"]["right"]) == 1
        for each in (desk, room):
            await each.close()

    run(play)


@pytest.mark.parametrize(
    "body",
    [
        {"sent": {"choice": ["0"] * 40}},
        {"sent": {"choice": "0"}},
        {"sent": {"other": []}},
        {"sent": 3},
        {"check": "1", "sent": {}},
    ],
)
def test_what_no_page_of_ours_sends_ends_the_line(
    air: str, tree: BranchTree, teacher: Member, live_class: LiveClass, body: dict[str, Any]
) -> None:
    listens = cookie_of(make_member(tree.first))

    async def play() -> None:
        room = await Room.open(air, live_class.pk, listens)
        assert await room.say("checks.answer", **{"check": 1, **body}) == {"closed": 1008}
        await room.close()

    run(play)
    assert (Check.objects.count(), CheckAnswer.objects.count()) == (0, 0)
