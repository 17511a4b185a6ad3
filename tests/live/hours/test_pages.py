"""The pages of attendance and of meeting rooms: who sees whom, and what they cost."""

import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from exams.credit.models import StudyHourEntry
from exams.gatherings.tokens import token_for
from live.classroom import services as classes
from live.classroom.models import LiveClass
from live.hours import queries, services
from live.hours.models import Venue, VenuePresence
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.live_hours import make_held, make_venue, was_there
from tests.factories.members import (
    BranchTree,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

ATTENDANCE_QUERIES = 11
VENUE_QUERIES = 7


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_who_was_there_by_the_servers_clock_costs_the_same_for_one_and_for_three(
    tree: BranchTree, teacher: Member, django_assert_num_queries: Any, count: int
) -> None:
    held = make_held(tree.general, by=teacher)
    host = make_secretary(tree.second)
    people = [make_member(tree.first, name="张秀英") for _each in range(count)]
    for member in people:
        was_there(held, member, (-5, 30), (20, 40), (45, 90))
    make_venue(held, tree.second, by=host, members=people)
    client = of(teacher)
    with django_assert_num_queries(ATTENDANCE_QUERIES):
        page = client.get(f"/live/{held.pk}/attendance/")
    rows = page.context["rows"]
    assert [(row["minutes"], row["percent"], len(row["spans"])) for row in rows] == [
        (55, 91, 2)
    ] * count
    assert {row["branch"] for row in rows} == {tree.first.name}
    assert page.context["chart"].most == count


@pytest.mark.slow
def test_each_sees_those_one_may_see(tree: BranchTree, teacher: Member) -> None:
    held = make_held(tree.general, by=teacher)
    own, other = make_member(tree.first, name="甲"), make_member(tree.second, name="乙")
    was_there(held, own, (0, 60))
    was_there(held, other, (0, 30))
    address = f"/live/{held.pk}/attendance/"

    def names(by: Member) -> list[str]:
        return [row["person"].name for row in of(by).get(address).context["rows"]]

    assert names(teacher) == ["甲", "乙"]
    assert names(make_secretary(tree.second)) == ["乙"]
    assert names(own) == ["甲"]
    assert names(make_member(tree.first)) == []
    assert of(make_member(tree.third)).get(address).status_code == 404
    assert "占全课的 100%" in of(own).get(address).content.decode()


def test_the_file_has_the_same_people_for_who_may_see_others(
    tree: BranchTree, teacher: Member
) -> None:
    held = make_held(tree.general, by=teacher)
    own, other = make_member(tree.first, name="甲"), make_member(tree.second, name="乙")
    was_there(held, own, (0, 20), (20.3, 60))
    was_there(held, other, (0, 30))
    address = f"/live/{held.pk}/attendance.xlsx"

    def rows(by: Member) -> list[Any]:
        content = b"".join(of(by).get(address))  # type: ignore[arg-type]
        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        return [list(row)[:6] for row in sheet.iter_rows(min_row=2, values_only=True) if row[1]]

    of_own = ["甲", own.number, tree.first.name, 60, 100, "达到"]
    assert rows(teacher) == [of_own, ["乙", other.number, tree.second.name, 30, 50, "未达到"]]
    assert rows(make_secretary(tree.first)) == [of_own]
    assert of(own).get(address).status_code == 404


def test_an_entry_tells_why(tree: BranchTree, teacher: Member) -> None:
    held = make_held(tree.general, by=teacher)
    member = make_member(tree.first)
    was_there(held, member, (0, 20), (20.3, 60))
    services.credit_class(live_class_id=held.pk)
    entry = StudyHourEntry.objects.get()
    page = of(member).get(f"/archive/entries/{entry.pk}/").content.decode()
    for words in ("占全课的 100%，达到要求的 85%", "短暂断线，不算离开", "讲课计 60 分钟"):
        assert words in page


# --- Meeting rooms --------------------------------------------------------------------------------


def on_air(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    classes.go_on_air(by=teacher, live_class=made)
    return made


@pytest.mark.slow
def test_a_secretary_opens_a_room_and_nobody_else_does(tree: BranchTree, teacher: Member) -> None:
    live_class = on_air(tree, teacher)
    secretary = make_secretary(tree.first)
    said = {"branch": tree.first.pk, "place": "三楼会议室"}
    address = f"/live/{live_class.pk}/venue/"
    assert of(make_member(tree.first)).post(address, said).status_code == 404
    assert of(secretary).post(address, {**said, "branch": tree.second.pk}).status_code == 422
    made = of(secretary).post(address, said)
    venue = Venue.objects.get()
    assert made["Location"] == f"/live/venue/{venue.pk}/screen/"
    # Once a branch: the same room again.
    assert of(secretary).post(address, said)["Location"] == made["Location"]
    assert of(secretary).get(made["Location"]).status_code == 200
    assert of(make_secretary(tree.second)).get(made["Location"]).status_code == 404
    assert of(make_member(tree.first)).get(made["Location"]).status_code == 404


@pytest.mark.slow
def test_a_member_scans_the_screen_and_is_there_once(tree: BranchTree, teacher: Member) -> None:
    live_class = on_air(tree, teacher)
    secretary, member = make_secretary(tree.first), make_member(tree.first)
    venue = make_venue(live_class, tree.first, by=secretary)
    now = clock.now().timestamp()
    client = of(member)
    old = token_for(queries.token_key(), venue.pk, now - 100)
    assert client.get(f"/live/venue/{venue.pk}/in/{old}/").status_code == 410
    fresh = token_for(queries.token_key(), venue.pk, now)
    assert client.get(f"/live/venue/{venue.pk}/in/{fresh}/")["Location"] == "/live/venue/in/"
    assert client.post("/live/venue/in/").context["seat"].member == member
    again = client.post("/live/venue/in/", follow=True)
    assert "不用重复" in again.content.decode()
    assert VenuePresence.objects.count() == 1
    stranger = of(make_member(tree.third))
    stranger.get(f"/live/venue/{venue.pk}/in/{fresh}/")
    refused = stranger.post("/live/venue/in/", follow=True)
    assert "这节课不面向您所在的党组织" in refused.content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_is_ticked_counted_and_handed_in(
    tree: BranchTree, teacher: Member, django_assert_num_queries: Any, count: int
) -> None:
    live_class = on_air(tree, teacher)
    secretary = make_secretary(tree.first)
    people = [make_member(tree.first) for _each in range(count + 1)]
    venue = make_venue(live_class, tree.first, by=secretary)
    client, address = of(secretary), f"/live/venue/{venue.pk}/"
    ticked = [member.pk for member in people[:count]]
    client.post(f"{address}do/tick/", {"member": ticked})
    client.post(f"{address}do/tick/", {"member": ticked})
    client.post(f"{address}do/late/", {"member": [people[count].pk, make_member(tree.second).pk]})
    client.post(f"{address}do/count/", {"heads": "7"})
    client.get(address)
    with django_assert_num_queries(VENUE_QUERIES):
        page = client.get(address)
    assert len(page.context["present"]) == count + 1
    first, *_rest, late = page.context["present"]
    assert first.since == venue.opened_at < late.since
    client.post(f"{address}do/left/", {"presence": first.pk})
    client.post(f"{address}do/off/", {"presence": late.pk})
    client.post(f"{address}do/close/")
    venue.refresh_from_db()
    assert (venue.heads, venue.is_open, venue.presences.count()) == (7, False, count)
    refused = client.post(f"{address}do/tick/", {"member": [people[count].pk]}, follow=True)
    assert "会场名单已经交了" in refused.content.decode()
    assert client.post(f"{address}do/shout/").status_code == 404


def test_the_code_lasts_as_long_as_the_class(tree: BranchTree, teacher: Member) -> None:
    live_class = on_air(tree, teacher)
    secretary = make_secretary(tree.first)
    venue = make_venue(live_class, tree.first, by=secretary)
    beside = of(secretary).get(f"/live/venue/{venue.pk}/beside/")
    assert (beside.context["is_open"], "svg" in beside.content.decode()) == (True, True)
    classes.close_class(by=teacher, live_class=live_class)
    over = of(secretary).get(f"/live/venue/{venue.pk}/beside/")
    assert over.context["is_open"] is False
    assert live_class.ended_at <= clock.now() < live_class.ended_at + dt.timedelta(minutes=5)
