"""The feed of one's own calendar: whose classes, until when its address works."""

import datetime as dt

import pytest
from django.test import Client
from icalendar import Calendar

from live.calendar.models import CalendarFeed
from live.classroom import services as classes
from live.classroom.models import LiveClass
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_cancelled, make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def subscribed(member: Member) -> tuple[Client, str]:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    page = client.post("/live/calendar/")
    return client, page.context["address"].removeprefix("http://testserver")


def events(address: str) -> list[tuple[str, str]]:
    answer = Client().get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content)
    return [(str(each["summary"]), str(each["status"])) for each in found.walk("VEVENT")]


def test_only_what_one_may_attend_and_without_signing_in(tree: BranchTree) -> None:
    teacher = make_instructor(tree.general)
    begins = clock.now() + dt.timedelta(hours=2)
    made = make_live_class(tree.general, by=teacher, title="党章；导读,一", starts_at=begins)
    make_cancelled(tree.general, by=teacher)
    make_live_class(tree.third, title="别的组织的课")
    make_live_class(tree.general, by=teacher, title="试讲", is_rehearsal=True)
    cancelled = LiveClass.objects.get(state="cancelled")
    _client, address = subscribed(make_member(tree.first))
    assert sorted(events(address)) == sorted(
        [("党章；导读,一", "CONFIRMED"), (cancelled.title, "CANCELLED")]
    )
    (event,) = [
        each
        for each in Calendar.from_ical(Client().get(address).content).walk("VEVENT")
        if each["status"] == "CONFIRMED"
    ]
    assert event["dtstart"].dt == begins.replace(microsecond=0)
    assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(minutes=60)
    assert str(event["url"]) == f"http://testserver/live/{made.pk}/"


def test_a_new_address_ends_the_old_and_it_can_be_taken_back(tree: BranchTree) -> None:
    make_live_class(tree.general)
    member = make_member(tree.first)
    client, first = subscribed(member)
    second = client.post("/live/calendar/").context["address"].removeprefix("http://testserver")
    assert [Client().get(address).status_code for address in (first, second)] == [404, 200]
    # Of an address nothing is kept that would open it.
    assert CalendarFeed.objects.get().digest not in second
    client.post("/live/calendar/", {"do": "stop"})
    assert Client().get(second).status_code == 404
    assert client.get("/live/calendar/").context["has_feed"] is False


def test_who_has_left_has_no_feed(tree: BranchTree) -> None:
    member = make_member(tree.first)
    _client, address = subscribed(member)
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: pytest.FixtureRequest, count: int
) -> None:
    teacher = make_instructor(tree.general)
    for _each in range(count):
        make_live_class(tree.general, by=teacher)
    _client, address = subscribed(make_member(tree.first))
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert len(events(address)) == count


def test_a_rehearsal_is_for_who_may_hold_it_and_is_gone_with_one_press(tree: BranchTree) -> None:
    teacher = make_instructor(tree.general)
    made = make_live_class(tree.general, by=teacher, is_rehearsal=True)
    client, member = Client(), Client()
    client.force_login(teacher, backend="lms.members.backends.NumberOrPhoneBackend")
    member.force_login(make_member(tree.first), backend="lms.members.backends.NumberOrPhoneBackend")
    assert member.get(f"/live/{made.pk}/").status_code == 404
    classes.go_on_air(by=teacher, live_class=made)
    client.post(f"/live/{made.pk}/rehearsed/")
    assert LiveClass.objects.filter(pk=made.pk).exists()
    classes.close_class(by=teacher, live_class=made)
    assert client.post(f"/live/{made.pk}/rehearsed/")["Location"] == "/live/taught/"
    assert not LiveClass.objects.filter(pk=made.pk).exists()
    kept = make_live_class(tree.general, by=teacher)
    client.post(f"/live/{kept.pk}/rehearsed/")
    assert LiveClass.objects.filter(pk=kept.pk).exists()
