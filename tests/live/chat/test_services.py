"""Who may say what, who may take it away, and what is left of it."""

import datetime as dt
from typing import Any

import pytest

from live.chat import page, queries, services
from live.chat.errors import (
    ChatClosedError,
    ChatTextError,
    MutedError,
    NoSuchMessageError,
    NotYoursError,
    TooSoonError,
)
from live.chat.models import ChatMessage, ChatMute, MessageState
from live.classroom import presence, telling
from live.classroom.models import LiveClass, LiveEvent
from live.classroom.services import open_waiting
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=made)
    return made


@pytest.fixture
def zhang(tree: BranchTree, live_class: LiveClass) -> Member:
    member = make_member(tree.first, name="张秀英")
    presence.join(live_class_id=live_class.pk, member_id=member.pk, device="d1")
    return member


def said(by: Member, live_class: LiveClass, text: str, **more: Any) -> ChatMessage:
    leads = more.pop("leads", False)
    once = more.pop("once", f"{by.pk}:{text[:9]}")
    return services.say(
        by=by, leads=leads, live_class_id=live_class.pk, text=text, once=once, **more
    )


def told(live_class: LiveClass) -> dict[str, Any]:
    """What somebody who comes now is sent."""
    live_class.refresh_from_db()
    return telling.told_after(live_class, 0)


def test_said_once_however_often_it_is_sent(live_class: LiveClass, zhang: Member) -> None:
    first = said(zhang, live_class, "收到", once="7:a1")
    assert said(zhang, live_class, "收到", once="7:a1") == first
    said(zhang, live_class, "老师好", reply_to=first.seq)
    assert [(each.name, each.text, each.reply_to) for each in queries.transcript(live_class)] == [
        ("张秀英", "收到", None),
        ("张秀英", "老师好", first.seq),
    ]
    chat = [event for event in told(live_class)["events"] if event["kind"] == "chat"]
    assert [(event["text"], event.get("reply"), event["by"]) for event in chat] == [
        ("收到", None, "张秀英"),
        ("老师好", first.seq, "张秀英"),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "字" * 301])
def test_nothing_and_too_much_are_refused(live_class: LiveClass, zhang: Member, text: str) -> None:
    with pytest.raises(ChatTextError):
        said(zhang, live_class, text)
    assert said(zhang, live_class, "字" * 300).text == "字" * 300


def test_removed_the_words_are_gone_everywhere_and_the_record_says_who_and_why(
    tree: BranchTree, live_class: LiveClass, teacher: Member, zhang: Member
) -> None:
    wang = make_member(tree.second, name="王强")
    first = said(zhang, live_class, "加微信领奖")
    services.pin(by=teacher, live_class_id=live_class.pk, seq=first.seq)
    assert told(live_class)["set"]["chat"]["pinned"]["text"] == "加微信领奖"
    answered = said(wang, live_class, "什么？", reply_to=first.seq)
    assert first.seq is not None
    remove = {"live_class_id": live_class.pk, "seq": first.seq}
    with pytest.raises(NotYoursError):
        services.remove(by=wang, leads=False, **remove)
    with pytest.raises(ChatTextError):
        services.remove(by=teacher, leads=True, **remove)
    for _twice in range(2):
        services.remove(by=teacher, leads=True, why="广告", **remove)
    first.refresh_from_db()
    assert (first.text, first.state, first.settled_by, first.reason) == (
        "加微信领奖", MessageState.REMOVED, teacher, "广告",
    )  # fmt: skip
    seen = str(told(live_class))
    assert "加微信领奖" not in seen
    assert "广告" not in seen
    assert [each.seq for each in queries.transcript(live_class)] == [answered.seq]
    assert queries.transcript(live_class)[0].reply_to is None
    gone = LiveEvent.objects.get(live_class=live_class, kind="chat_gone")
    assert (gone.body, gone.by) == (
        {"of": first.seq, "own": False, "author": "张秀英"}, teacher,
    )  # fmt: skip
    # One's own words need no reason.
    assert answered.seq is not None
    services.remove(by=wang, leads=False, live_class_id=live_class.pk, seq=answered.seq)
    assert queries.transcript(live_class) == []
    with pytest.raises(NoSuchMessageError):
        said(wang, live_class, "再回一次", reply_to=first.seq)


def test_closed_slow_and_open_again(
    live_class: LiveClass, teacher: Member, zhang: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = {"by": teacher, "live_class_id": live_class.pk}
    services.set_rules(**rules, is_open=False)  # type: ignore[arg-type]
    with pytest.raises(ChatClosedError):
        said(zhang, live_class, "一")
    assert said(teacher, live_class, "先听课", leads=True).is_lead
    services.set_rules(**rules, is_open=True, slow_seconds=30)  # type: ignore[arg-type]
    said(zhang, live_class, "二")
    with pytest.raises(TooSoonError) as refused:
        said(zhang, live_class, "三")
    assert refused.value.message == "老师开了慢速发言，请 30 秒后再发。"
    later = clock.now() + dt.timedelta(seconds=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    said(zhang, live_class, "三")
    assert told(live_class)["set"]["chat"] == {
        "open": True, "review": False, "slow": 30, "pinned": None,
    }  # fmt: skip


def test_reviewed_first_it_is_seen_by_its_author_and_who_leads(
    tree: BranchTree, live_class: LiveClass, teacher: Member, zhang: Member
) -> None:
    services.set_rules(by=teacher, live_class_id=live_class.pk, is_reviewed=True)
    one, two = said(zhang, live_class, "一"), said(zhang, live_class, "二")
    assert "一" not in str(told(live_class)["events"])
    wang = make_member(tree.second)
    looks = [page.look(live_class, who, leads) for who, leads in
             ((zhang, False), (wang, False), (teacher, True))]  # fmt: skip
    assert [[each["text"] for each in look["waiting"]] for look in looks] == [
        ["一", "二"], [], ["一", "二"],
    ]  # fmt: skip
    services.drop(by=teacher, live_class_id=live_class.pk, message_id=one.pk, why="刷屏")
    with pytest.raises(NoSuchMessageError):
        services.drop(by=teacher, live_class_id=live_class.pk, message_id=one.pk, why="刷屏")
    ids = [one.pk, two.pk]
    assert services.release(by=teacher, live_class_id=live_class.pk, message_ids=ids) == 1
    assert services.release(by=teacher, live_class_id=live_class.pk, message_ids=ids) == 0
    assert [(each.name, each.text) for each in queries.transcript(live_class)] == [("张秀英", "二")]
    one.refresh_from_db()
    assert (one.state, one.seq, one.reason) == (MessageState.DROPPED, None, "刷屏")


def test_muted_for_a_while_told_why_by_whom_and_let_speak_again(
    tree: BranchTree,
    live_class: LiveClass,
    teacher: Member,
    zhang: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mute = {"by": teacher, "live_class_id": live_class.pk, "why": "刷屏"}
    services.mute(member_id=zhang.pk, minutes=0, **mute)  # type: ignore[arg-type]
    with pytest.raises(MutedError) as refused:
        said(zhang, live_class, "一")
    assert refused.value.message == (
        "李教授暂停了您在这节课里的发言（刷屏）。听课不受影响；有疑问请课后联系老师。"
    )
    assert page.look(live_class, zhang, False)["muted"] == refused.value.message
    services.unmute(by=teacher, live_class_id=live_class.pk, member_id=zhang.pk)
    said(zhang, live_class, "一")
    services.mute(member_id=zhang.pk, minutes=5, **mute)  # type: ignore[arg-type]
    services.mute(member_id=zhang.pk, minutes=15, **mute)  # type: ignore[arg-type]
    assert [each["name"] for each in page.look(live_class, teacher, True)["mutes"]] == ["张秀英"]
    later = clock.now() + dt.timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    said(zhang, live_class, "二")
    assert queries.mutes_of(live_class) == []
    assert ChatMute.objects.filter(live_class=live_class).count() == 3
    # Neither the teacher nor who was never there.
    for other in (teacher, make_member(tree.second)):
        with pytest.raises(NoSuchMessageError):
            services.mute(member_id=other.pk, minutes=5, **mute)  # type: ignore[arg-type]
