"""Members are told once, as they want to be told, and read it where it leads."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from live.discussion import moderation_services, reminding, services
from live.discussion.models import Thread
from live.notices import queries
from live.notices import services as notices
from live.notices.models import Notice, NoticeKind
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.discussion import make_answer, make_board, make_talk, make_thread
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

LIST_QUERIES = 5
NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def told(member: Member) -> list[str]:
    return list(Notice.objects.filter(member=member).order_by("pk").values_list("kind", flat=True))


def test_who_is_answered_or_called_is_told_once_and_nobody_of_oneself(tree: BranchTree) -> None:
    asker = make_member(tree.first)
    thread = make_thread(make_board(tree.first), by=asker, kind="question")
    called = make_member(tree.first, name="张秀英")
    answer = make_answer(thread, by=make_member(tree.first), text="请@张秀英看")
    assert (told(asker), told(called), told(answer.author)) == (["answer"], ["mention"], [])
    make_answer(thread, by=asker, parent=answer)
    assert (told(asker), told(answer.author)) == (["answer"], ["answer"])
    services.accept_answer(by=asker, post=answer)
    services.take_back_acceptance(by=asker, thread=thread)
    services.accept_answer(by=asker, post=answer)
    assert told(answer.author) == ["answer", "accepted"]
    services.change_post(by=answer.author, post=answer, text="请@张秀英看，再请@张秀英看")
    assert told(called) == ["mention"]


def test_moderation_is_told_to_whom_it_concerns(tree: BranchTree) -> None:
    thread = make_talk(tree.general)
    near, above = make_secretary(tree.first), make_secretary(tree.general)
    reporter, author = make_member(tree.second), make_member(tree.first)
    post = make_answer(thread, by=author)
    moderation_services.report_post(by=reporter, post=post, reason="rude")
    assert (told(near), told(above)) == (["desk"], [])
    hiding = moderation_services.hide_post(by=near, post=post, reason="请就事论事")
    moderation_services.appeal_hiding(by=author, hiding=hiding, words="不同意")
    # The next one above is asked where the nearest is the one who hid.
    assert (told(near), told(above)) == (["desk"], ["desk"])
    moderation_services.decide_appeal(by=above, hiding=hiding, is_lifted=True, words="可以")
    assert (told(author), told(reporter)) == (["moderation", "moderation"], ["moderation"])


def test_teachers_are_reminded_of_a_question_once_after_two_days(
    tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, far = make_instructor(tree.general), make_instructor(tree.committee)
    board = make_board(tree.general)
    question = make_thread(board, by=make_member(tree.first), kind="question")
    make_thread(board, by=make_member(tree.first), kind="talk")
    answered = make_thread(board, by=make_member(tree.first), kind="question")
    make_answer(answered, by=make_member(tree.first))
    assert reminding.remind_unanswered() == 0
    monkeypatch.setattr(clock, "now", lambda: NOON + reminding.AFTER + dt.timedelta(seconds=1))
    assert reminding.remind_unanswered() == 1
    assert reminding.remind_unanswered() == 0
    assert (told(teacher), told(far)) == (["unanswered"], [])
    question.refresh_from_db()
    assert question.reminded_at == clock.now()
    assert Thread.objects.filter(reminded_at=None).count() == 2


def test_everybody_is_told_as_they_have_chosen(
    tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, daily, never = (make_member(tree.first) for _each in range(3))
    for member, way in ((daily, "daily"), (never, "off")):
        notices.choose(
            by=member,
            ways=dict.fromkeys(NoticeKind.values, way),
            quiet_from=dt.time(22),
            quiet_until=dt.time(7),
        )

    def tell(kind: NoticeKind, once: str) -> None:
        people = [at_once.pk, daily.pk, never.pk]
        for _twice in range(2):
            notices.notify(member_ids=people, kind=kind, title=once, url="/", once=once)

    def new() -> list[int]:
        return [queries.new_count(member) for member in (at_once, daily, never)]

    tell(NoticeKind.ANSWER, "first")
    assert new() == [1, 0, 0]
    # What one has to know comes whatever was turned off.
    tell(NoticeKind.MODERATION, "second")
    assert new() == [2, 0, 1]
    assert queries.notices_of(daily).count() == 0
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(hours=11))
    tell(NoticeKind.ANSWER, "at night")
    assert new() == [2, 0, 1]
    assert queries.notices_of(at_once).count() == 3  # who looks finds it
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(hours=20, seconds=1))
    assert new() == [3, 3, 1]
    assert notices.read_all(by=daily) == 3
    assert new() == [3, 0, 1]
    with pytest.raises(DomainError):
        notices.choose(by=daily, ways={}, quiet_from=dt.time(1), quiet_until=dt.time(0, 30))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    member = make_member(tree.first)
    for number in range(count):
        notices.notify(
            member_ids=[member.pk],
            kind=NoticeKind.ANSWER,
            title="有人回复",
            url="/discussion/",
            once=f"of a test {number}",
        )
    client = of(member)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get("/notices/")
    assert len(page.context["page"].object_list) == count
    assert client.get("/notices/count/").json() == {"count": count}


def test_a_notice_is_read_by_its_member_and_leads_on(tree: BranchTree) -> None:
    member = make_member(tree.first)
    notices.notify(
        member_ids=[member.pk],
        kind=NoticeKind.ANSWER,
        title="有人回复",
        url="/discussion/",
        once="x",
    )
    found = Notice.objects.get()
    address = f"/notices/{found.pk}/"
    assert of(make_member(tree.first)).get(address).status_code == 404
    client = of(member)
    assert client.get(address)["Location"] == "/discussion/"
    found.refresh_from_db()
    assert found.read_at == NOON
    assert client.post("/notices/read/")["Location"] == "/notices/"


def test_how_to_be_told_is_chosen_by_a_form(tree: BranchTree) -> None:
    client = of(make_member(tree.first))
    page = client.get("/notices/choices/")
    assert page.context["form"]["quiet_from"].value() == dt.time(22)
    ways = dict.fromkeys(NoticeKind.values, "daily")
    said = {**ways, "quiet_from": "21:00", "quiet_until": "08:00"}
    assert client.post("/notices/choices/", {**said, "moderation": "off"}).status_code == 422
    assert client.post("/notices/choices/", {**said, "quiet_until": "20:30"}).status_code == 422
    assert client.post("/notices/choices/", said)["Location"] == "/notices/"
    again = client.get("/notices/choices/").context["form"]
    assert (again["answer"].value(), again["quiet_until"].value()) == ("daily", dt.time(8))
