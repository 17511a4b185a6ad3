"""Hands in their order, one on the stage, questions with their votes, and calls by lot."""

import datetime as dt
from typing import Any

import pytest
from django.test import override_settings

from live.classroom import presence, telling
from live.classroom.models import LiveClass, LivePresence
from live.classroom.services import close_class, go_on_air
from live.hands import call_services, page, queries, question_services, services
from live.hands.errors import (
    HandMovedError,
    NobodyToCallError,
    NoSuchQuestionError,
    NotOnStageError,
    QuestionTextError,
)
from live.hands.models import HandState, LiveCall, LiveHand, QuestionState
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
    go_on_air(by=teacher, live_class=made)
    return made


@pytest.fixture
def people(tree: BranchTree, live_class: LiveClass) -> list[Member]:
    made = [make_member(tree.first, name=name) for name in ("张秀英", "王强", "赵敏")]
    for member in made:
        presence.join(live_class_id=live_class.pk, member_id=member.pk, device="d1")
    return made


def shown(live_class: LiveClass) -> dict[str, Any]:
    live_class.refresh_from_db()
    return dict(telling.view(live_class)["hands"])


def words(live_class: LiveClass) -> list[tuple[str, str]]:
    events = telling.told_after(LiveClass.objects.get(pk=live_class.pk), 0)["events"]
    return [(each["do"], each["name"]) for each in events if each["kind"] == "hand"]


def test_hands_stand_in_the_order_they_were_raised(
    live_class: LiveClass, teacher: Member, people: list[Member]
) -> None:
    zhang, _wang, zhao = people
    pk = live_class.pk
    assert [services.raise_hand(by=member, live_class_id=pk) for member in people] == [0, 1, 2]
    assert services.raise_hand(by=zhang, live_class_id=pk) == 0
    services.lower_hand(by=zhang, live_class_id=pk)
    services.lower_hand(by=zhang, live_class_id=pk)
    assert services.raise_hand(by=zhang, live_class_id=pk) == 2
    services.decline(by=teacher, live_class_id=pk, member_id=zhao.pk)
    with pytest.raises(HandMovedError):
        services.decline(by=teacher, live_class_id=pk, member_id=zhao.pk)
    assert [each["name"] for each in shown(live_class)["queue"]] == ["王强", "张秀英"]
    assert words(live_class) == [
        ("up", "张秀英"), ("up", "王强"), ("up", "赵敏"), ("down", "张秀英"),
        ("up", "张秀英"), ("declined", "赵敏"),
    ]  # fmt: skip


def test_one_stands_on_the_stage_and_either_side_ends_it(
    live_class: LiveClass, teacher: Member, people: list[Member]
) -> None:
    zhang, wang, _zhao = people
    pk = live_class.pk
    for member in (zhang, wang):
        services.raise_hand(by=member, live_class_id=pk)
    services.grant(by=teacher, live_class_id=pk, member_id=wang.pk)
    services.grant(by=teacher, live_class_id=pk, member_id=wang.pk)
    with pytest.raises(HandMovedError) as refused:
        services.grant(by=teacher, live_class_id=pk, member_id=zhang.pk)
    assert refused.value.message == "王强正在发言，请先结束再请下一位。"
    with pytest.raises(NotOnStageError):
        services.choose_how(by=zhang, live_class_id=pk, how="voice")
    hand = services.choose_how(by=wang, live_class_id=pk, how="voice")
    assert shown(live_class) == {
        "stage": {"hand": hand.pk, "id": wang.pk, "name": "王强", "how": "voice"},
        "queue": [{"id": zhang.pk, "name": "张秀英"}],
        "count": 1,
    }
    services.lower_hand(by=wang, live_class_id=pk)
    services.grant(by=teacher, live_class_id=pk, member_id=zhang.pk)
    for _twice in range(2):
        services.end_stage(by=teacher, live_class_id=pk)
    assert shown(live_class) == {"stage": None, "queue": [], "count": 0}
    assert words(live_class)[2:] == [
        ("granted", "王强"), ("how", "王强"), ("ended", "王强"),
        ("granted", "张秀英"), ("ended", "张秀英"),
    ]  # fmt: skip
    assert [each.name for each in queries.stage_times(live_class)] == ["王强", "张秀英"]
    with pytest.raises(HandMovedError):
        services.grant(by=teacher, live_class_id=pk, member_id=zhang.pk)


def test_a_line_that_is_gone_frees_the_stage_and_so_does_the_end_of_the_class(
    live_class: LiveClass,
    teacher: Member,
    people: list[Member],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zhang, wang, zhao = people
    pk = live_class.pk
    for member in people:
        services.raise_hand(by=member, live_class_id=pk)
    services.grant(by=teacher, live_class_id=pk, member_id=zhang.pk)
    presence.leave(LivePresence.objects.filter(member=zhang).values_list("pk", flat=True))
    assert services.free_stages() == 0
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(seconds=31))
    assert services.free_stages() == 1
    assert words(live_class)[-1] == ("lost", "张秀英")
    services.grant(by=teacher, live_class_id=pk, member_id=wang.pk)
    close_class(by=teacher, live_class=live_class)
    assert services.free_stages() == 2
    assert services.free_stages() == 0
    assert dict(LiveHand.objects.values_list("member__name", "state")) == {
        "张秀英": HandState.ENDED, "王强": HandState.ENDED, "赵敏": HandState.LOWERED,
    }  # fmt: skip
    assert zhao.pk


def test_signals_are_for_the_two_alone(
    live_class: LiveClass, teacher: Member, people: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    zhang, wang, _zhao = people
    heard: list[tuple[Any, Any]] = []
    monkeypatch.setattr(
        services, "whisper", lambda _class, said, *, to: heard.append((said["signal"], to))
    )

    def signal(by: Member, *, leads: bool = False) -> None:
        services.signal(by=by, leads=leads, live_class=live_class, said={"kind": "offer"})

    services.raise_hand(by=zhang, live_class_id=live_class.pk)
    for by, leads in ((zhang, False), (teacher, True)):
        with pytest.raises(NotOnStageError):
            signal(by, leads=leads)
    services.grant(by=teacher, live_class_id=live_class.pk, member_id=zhang.pk)
    with pytest.raises(NotOnStageError):
        signal(zhang)  # has not chosen to be heard
    hand = services.choose_how(by=zhang, live_class_id=live_class.pk, how="voice")
    signal(zhang)
    signal(teacher, leads=True)
    with pytest.raises(NotOnStageError):
        signal(wang)
    assert heard == [
        ({"kind": "offer", "hand": hand.pk, "from": zhang.pk}, teacher.pk),
        ({"kind": "offer", "hand": hand.pk, "from": teacher.pk}, zhang.pk),
    ]
    services.end_stage(by=teacher, live_class_id=live_class.pk)
    with pytest.raises(NotOnStageError):
        signal(zhang)


def test_servers_of_our_own_are_told_to_who_needs_them(
    live_class: LiveClass, teacher: Member, people: list[Member]
) -> None:
    servers = [{"urls": "turn:turn.school.cn:3478", "username": "a", "credential": "b"}]
    with override_settings(LIVE_ICE_SERVERS=servers):
        assert page.hands_config(live_class, teacher, True)["ice"] == servers
        assert page.hands_config(live_class, people[0], False)["ice"] == []


def test_questions_are_voted_for_answered_put_away_and_open_again(
    live_class: LiveClass, teacher: Member, people: list[Member]
) -> None:
    zhang, wang, zhao = people
    pk = live_class.pk
    first = question_services.ask(by=zhang, live_class_id=pk, text="何时开课？", once="1:a")
    assert question_services.ask(
        by=zhang, live_class_id=pk, text="何时开课？", once="1:a"
    ) == first  # fmt: skip
    second = question_services.ask(by=wang, live_class_id=pk, text="广告广告", once="2:a")
    for member in (wang, zhao, zhao):
        question_services.vote(by=member, live_class=live_class, question_id=second.pk, wants=True)
    question_services.vote(by=zhao, live_class=live_class, question_id=first.pk, wants=True)
    question_services.vote(by=zhao, live_class=live_class, question_id=first.pk, wants=False)
    look = page.look_at_questions(live_class, zhao, False)
    assert [(each["text"], each["votes"]) for each in look["questions"]] == [
        ("广告广告", 2), ("何时开课？", 0),
    ]  # fmt: skip
    assert look["voted"] == [second.pk]
    settle = {"by": teacher, "live_class_id": pk}
    question_services.settle(question_id=second.pk, to="dismissed", note="与课无关", **settle)
    question_services.settle(question_id=first.pk, to="answered", note="七月一日", **settle)
    with pytest.raises(NoSuchQuestionError):
        question_services.settle(question_id=first.pk, to="answered", **settle)
    with pytest.raises(NoSuchQuestionError):
        question_services.vote(by=zhao, live_class=live_class, question_id=first.pk, wants=True)
    live_class.refresh_from_db()
    events = telling.told_after(live_class, 0)["events"]
    assert "广告广告" not in str(events)
    assert "与课无关" not in str(events)
    seen = {
        name: [each["text"] for each in page.look_at_questions(live_class, who, leads)["questions"]]
        for name, who, leads in (
            ("zhao", zhao, False),
            ("wang", wang, False),
            ("li", teacher, True),
        )
    }
    assert seen == {
        "zhao": ["何时开课？"],
        "wang": ["广告广告", "何时开课？"],
        "li": ["广告广告", "何时开课？"],
    }
    question_services.settle(question_id=second.pk, to="open", **settle)
    live_class.refresh_from_db()
    assert "广告广告" in str(telling.told_after(live_class, 0)["events"])
    with pytest.raises(NoSuchQuestionError):
        question_services.withdraw(by=zhao, live_class_id=pk, question_id=second.pk)
    question_services.withdraw(by=wang, live_class_id=pk, question_id=second.pk)
    second.refresh_from_db()
    assert (second.state, second.text) == (QuestionState.WITHDRAWN, "广告广告")


def test_one_asks_a_few_questions_at_a_time(live_class: LiveClass, people: list[Member]) -> None:
    for number in range(question_services.MOST_OPEN):
        question_services.ask(
            by=people[0], live_class_id=live_class.pk, text=f"问{number}", once=f"1:{number}"
        )
    for text in ("再问", "", "问" * 301):
        with pytest.raises(QuestionTextError):
            question_services.ask(by=people[0], live_class_id=live_class.pk, text=text, once="1:x")


@pytest.mark.slow
def test_called_by_lot_each_once_a_round_and_nobody_who_leads(
    tree: BranchTree, live_class: LiveClass, teacher: Member, people: list[Member]
) -> None:
    pk = live_class.pk
    for member_id in (teacher.pk, make_instructor(tree.general).pk):
        presence.join(live_class_id=pk, member_id=member_id, device="d2")
    away = make_member(tree.first)
    gone = presence.join(live_class_id=pk, member_id=away.pk, device="d3")
    presence.leave([gone])
    drawn = {call_services.draw(by=teacher, live_class_id=pk).member for _each in people}
    assert drawn == set(people)
    with pytest.raises(NobodyToCallError) as refused:
        call_services.draw(by=teacher, live_class_id=pk)
    assert refused.value.message == "在课堂的同志都点过了，可以重新点一轮。"
    last = call_services.draw(by=teacher, live_class_id=pk, anew=True)
    assert (last.round, LiveCall.objects.filter(answer="none").count()) == (2, 3)
    other = next(member for member in people if member != last.member)
    with pytest.raises(HandMovedError):
        call_services.answer(by=other, live_class_id=pk, call_id=last.pk, how="here")
    call_services.answer(by=last.member, live_class_id=pk, call_id=last.pk, how="speaks")
    with pytest.raises(HandMovedError):
        call_services.answer(by=last.member, live_class_id=pk, call_id=last.pk, how="here")
    stage = shown(live_class)["stage"]
    assert (stage["id"], telling.view(live_class)["call"]) == (last.member_id, None)
    call_services.draw(by=teacher, live_class_id=pk)
    call_services.end_call(by=teacher, live_class_id=pk)
    assert [each.answer for each in queries.calls_of(live_class)][3:] == ["speaks", "none"]
