"""What is said in a room: kept before it is answered, told to all, refused where it is not ours."""

import asyncio
import json
import unicodedata
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from live.classroom import saying, telling
from live.classroom.models import LiveClass, LiveEvent, LivePresence
from live.classroom.saying import Said
from lms.core.plain import Refused
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.support.live_sockets import Room
from tests.support.sockets import cookie_of

over_sockets = pytest.mark.django_db(transaction=True)


def note(said: Said) -> dict[str, Any]:
    """A verb as the subjects have them: an event, and how things stand after it."""
    words = said.text("text", most=50)
    held = telling.lock(said.live_class.pk)
    event = telling.tell(
        held, "note", {"text": words}, by=said.by, once=said.once, shown={"note": words}
    )
    telling.whisper(held, {"noted": words}, to="leads")
    telling.whisper(held, {"yours": words}, to=said.by.pk)
    return {"seq": event.seq}


@pytest.fixture(autouse=True)
def verbs() -> Iterator[None]:
    saying.register("test.note", note)
    saying.register("test.lead", note, leads_only=True)
    yield
    del saying._verbs["test.note"], saying._verbs["test.lead"]


@pytest.fixture
def tree(request: pytest.FixtureRequest) -> BranchTree:
    if "school_server" in request.fixturenames:
        request.getfixturevalue("school_server")
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    return make_live_class(tree.general, by=teacher)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


@over_sockets
def test_what_is_said_is_kept_once_and_told_to_all(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    member = make_member(tree.first, name="张秀英")
    open_class(live_class)
    teaches, listens = cookie_of(teacher), cookie_of(member)
    late = cookie_of(make_member(tree.second))

    async def play() -> None:
        desk = await Room.open(school_server, live_class.pk, teaches)
        room = await Room.open(school_server, live_class.pk, listens)
        first = await room.say("test.note", key="a1", text="  同志们好 ")
        assert first == {"ok": "a1", "seq": 1}
        # Said again after a cut: the same message, the same answer.
        assert await room.say("test.note", key="a1", text="同志们好") == first
        await desk.until(lambda: 1 in desk.events)
        said = desk.events[1]
        assert [said["kind"], said["text"], said["by"], said["byId"]] == [
            "note", "同志们好", "张秀英", member.pk,
        ]  # fmt: skip
        await room.until(lambda: len(room.asides) == 2)
        await desk.until(lambda: len(desk.asides) == 2)
        assert room.asides == [{"yours": "同志们好"}] * 2
        assert desk.asides == [{"noted": "同志们好"}] * 2
        came = await Room.open(school_server, live_class.pk, late)
        assert [came.view["note"], came.kinds] == ["同志们好", ["note"]]
        again = await Room.open(school_server, live_class.pk, listens, after=1)
        assert [again.view["note"], again.kinds] == ["同志们好", []]
        for line in (desk, room, came, again):
            await line.close()

    run(play)
    assert LiveEvent.objects.filter(live_class=live_class).count() == 1


@over_sockets
def test_nobody_speaks_as_another_or_in_another_room(
    school_server: str, tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    open_class(live_class)
    member = make_member(tree.first)
    listens = cookie_of(member)

    async def closed_by(**said: Any) -> Any:
        room = await Room.open(school_server, live_class.pk, listens)
        await room.connection.send(json.dumps(said))
        await room.until(lambda: room.close_code)
        return room.close_code

    async def play() -> None:
        room = await Room.open(school_server, live_class.pk, listens)
        told = await room.say(
            "test.note", text="我是李教授", by=teacher.pk, byId=teacher.pk, live_class=0
        )
        assert told["seq"] == 1
        assert (await room.say("test.lead", text="一"))["no"] == "NotTheTeacherError"
        await room.close()
        assert await closed_by(do="test.note", id="a", text="x" * 51) == 1008
        assert await closed_by(do="test.note", id="a", text="a\0b") == 1008
        assert await closed_by(do="test.note", id="a", text=["a"]) == 1008
        assert await closed_by(do="test.note", id="a b", text="a") == 1008
        assert await closed_by(do="test.none", id="a", text="a") == 1008
        assert await closed_by(do=["test.note"], id="a") == 1008

    run(play)
    event = LiveEvent.objects.get(live_class=live_class)
    assert event.by == member


@pytest.mark.django_db
def test_the_same_by_plain_pages(tree: BranchTree, live_class: LiveClass) -> None:
    member = make_member(tree.first)
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    address = f"/live/{live_class.pk}"

    def say(**said: Any) -> Any:
        return client.post(f"{address}/say/", json.dumps(said), content_type="application/json")

    before = say(do="test.note", id="a1", text="好").json()
    assert [before["no"], before["why"]] == ["ClassMovedError", "课堂现在没有开放。"]
    open_class(live_class)
    assert say(do="test.note", id="a1", text="好").json() == {"ok": "a1", "seq": 1}
    assert say(do="test.note", id="a1", text="好").json() == {"ok": "a1", "seq": 1}
    assert say(do="test.none", id="a1").status_code == 422
    assert client.post(f"{address}/say/", "[", content_type="text/plain").status_code == 422
    told = client.post(f"{address}/events/", {"after": "0", "device": "d1"}).json()
    assert [told["since"], told["seq"], told["set"]["note"]] == [0, 1, "好"]
    assert client.post(f"{address}/events/", {"after": "1", "device": "d1"}).json()["events"] == []
    # Whoever asks is there.
    assert LivePresence.objects.filter(live_class=live_class, member=member).count() == 1
    elsewhere = Client()
    stranger = make_member(tree.third)
    elsewhere.force_login(stranger, backend="lms.members.backends.NumberOrPhoneBackend")
    for path in ("say", "events"):
        body = json.dumps({"do": "test.note", "id": "a", "text": "好"})
        assert elsewhere.post(
            f"{address}/{path}/", body, content_type="application/json"
        ).status_code == 404  # fmt: skip


@given(st.one_of(st.text(), st.integers(), st.none(), st.booleans(), st.lists(st.text())))
def test_a_text_is_read_or_refused(value: Any) -> None:
    said = Said(Member(pk=1), LiveClass(pk=1), False, "a", {"text": value})
    is_ours = (
        isinstance(value, str)
        and 1 <= len(value.strip()) <= 10
        and not any(unicodedata.category(each) == "Cc" and each not in "\n\t" for each in value)
    )
    if is_ours:
        assert said.text("text", most=10) == value.strip()
    else:
        with suppress(Refused):
            assert len(said.text("text", most=10)) <= 10


def open_class(live_class: LiveClass) -> None:
    from live.classroom.services import open_waiting

    open_waiting(by=live_class.teacher, live_class=live_class)
    LiveEvent.objects.filter(live_class=live_class).delete()
    LiveClass.objects.filter(pk=live_class.pk).update(last_seq=0)
