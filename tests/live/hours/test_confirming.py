"""A meeting room's list counts when a second person has read it; sent back, it is put right."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from exams.closing.open_items import open_items
from exams.credit.models import StudyHourEntry
from live.classroom.models import LiveClass
from live.hours import confirm_services, queries, rules, services, venue_services
from live.hours.errors import ListChangedError, NotTheSecondPersonError, VenueClosedError
from live.hours.models import Venue
from live.notices.models import Notice
from lms.core import clock
from lms.members.models import Member
from tests.factories.live_hours import make_held, make_venue, was_there
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

CONFIRM_QUERIES = 9


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def held(tree: BranchTree) -> LiveClass:
    return make_held(tree.general, by=make_instructor(tree.general))


@pytest.fixture
def host(tree: BranchTree, held: LiveClass) -> Member:
    made = make_secretary(tree.first, name="书记")
    was_there(held, made, (0, 60))
    return made


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def handed_in(held: LiveClass, tree: BranchTree, host: Member, *members: Member) -> Venue:
    venue = make_venue(held, tree.first, by=host, members=members)
    venue_services.hand_in(by=host, venue=venue)
    Venue.objects.filter(pk=venue.pk).update(closed_at=held.ended_at)
    return Venue.objects.get(pk=venue.pk)


def names() -> list[str]:
    return list(StudyHourEntry.objects.order_by("pk").values_list("member__name", flat=True))


@pytest.mark.slow
def test_nobody_confirms_a_list_one_has_kept(
    tree: BranchTree, held: LiveClass, host: Member
) -> None:
    venue = handed_in(held, tree, host, make_member(tree.first, name="甲"))
    helper, second = make_secretary(tree.first), make_secretary(tree.first)
    venue.presences.create(
        live_class=held, member=make_member(tree.first), how="tick",
        since=venue.opened_at, at=venue.opened_at, by=helper,
    )  # fmt: skip
    digest = queries.digest_of(venue)
    for kept in (host, helper):
        with pytest.raises(NotTheSecondPersonError):
            confirm_services.confirm_list(by=kept, venue=venue, digest=digest)
    # Who looks after another branch, or merely sat there, does not find it at all.
    for other in (make_secretary(tree.second), venue.presences.all()[0].member):
        with pytest.raises(VenueClosedError):
            confirm_services.confirm_list(by=other, venue=venue, digest=digest)
    assert confirm_services.confirm_list(by=second, venue=venue, digest=digest) == 2
    with pytest.raises(VenueClosedError):
        confirm_services.confirm_list(by=second, venue=venue, digest=digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        Venue.objects.filter(pk=venue.pk).update(confirmed_by=host)


def test_confirmed_it_is_credited_once(
    tree: BranchTree, held: LiveClass, host: Member, run_queued: Callable[..., list[str]]
) -> None:
    venue = handed_in(held, tree, host, make_member(tree.first, name="甲"))
    services.credit_class(live_class_id=held.pk)
    assert (names(), services.send_uncredited()) == (["书记"], 0)
    second = make_administrator(tree.general)
    digest = queries.digest_of(venue)
    confirm_services.confirm_list(by=second, venue=venue, digest=digest)
    assert services.send_uncredited() == 1
    services.credit_class(live_class_id=held.pk)
    services.credit_class(live_class_id=held.pk)
    assert names() == ["书记", "甲"]
    assert services.send_uncredited() == 0


def test_what_was_not_read_is_not_confirmed(
    tree: BranchTree, held: LiveClass, host: Member
) -> None:
    venue = handed_in(held, tree, host, make_member(tree.first))
    digest = queries.digest_of(venue)
    Venue.objects.update(heads=9)
    with pytest.raises(ListChangedError):
        confirm_services.confirm_list(by=make_secretary(tree.first), venue=venue, digest=digest)
    assert Venue.objects.get().confirmed_at is None


@pytest.mark.slow
def test_sent_back_it_is_put_right_and_handed_in_again(
    tree: BranchTree, held: LiveClass, host: Member
) -> None:
    wrong, right = make_member(tree.first, name="错"), make_member(tree.first, name="对")
    second = make_secretary(tree.first)
    venue = handed_in(held, tree, host, wrong)
    with pytest.raises(VenueClosedError):
        venue_services.tick(by=host, venue=venue, member_ids=[right.pk])
    confirm_services.refuse_list(by=second, venue=venue, reason="有一位没有到")
    with pytest.raises(VenueClosedError):
        confirm_services.refuse_list(by=second, venue=venue, reason="再退")
    with pytest.raises(VenueClosedError):
        confirm_services.confirm_list(by=second, venue=venue, digest=queries.digest_of(venue))
    venue_services.take_off(by=host, venue=venue, presence_id=venue.presences.get().pk)
    assert venue_services.tick(by=host, venue=venue, member_ids=[right.pk]) == 1
    venue_services.hand_in(by=host, venue=venue)
    venue.refresh_from_db()
    assert (venue.closed_at, venue.refusal) == (held.ended_at, "")
    told = Notice.objects.filter(kind="confirm").order_by("pk")
    assert [(each.member_id, each.url) for each in told] == [
        (second.pk, f"/live/venue/{venue.pk}/confirm/"),
        (host.pk, f"/live/venue/{venue.pk}/"),
        (second.pk, f"/live/venue/{venue.pk}/confirm/"),
    ]
    confirm_services.confirm_list(by=second, venue=venue, digest=queries.digest_of(venue))
    services.credit_class(live_class_id=held.pk)
    assert names() == ["书记", "对"]
    with pytest.raises(VenueClosedError):
        venue_services.hand_in(by=host, venue=venue)


@pytest.mark.slow
def test_where_there_is_no_other_secretary_a_witness_who_was_there_confirms(
    tree: BranchTree, held: LiveClass, host: Member
) -> None:
    witness, absent = make_member(tree.first, name="甲"), make_member(tree.first)
    venue = make_venue(held, tree.first, by=host, members=[witness])
    for nobody in (host, absent, make_member(tree.second)):
        with pytest.raises(NotTheSecondPersonError):
            venue_services.count_heads(by=host, venue=venue, heads=1, witness_id=nobody.pk)
    venue_services.count_heads(by=host, venue=venue, heads=1, witness_id=witness.pk)
    venue_services.hand_in(by=host, venue=venue)
    assert [each.member for each in Notice.objects.all()] == [witness]
    address = f"/live/venue/{venue.pk}/confirm/"
    assert of(absent).get(address).status_code == 404
    page = of(witness).get(address)
    assert page.context["can_confirm"] is True
    of(witness).post(address, {"confirm": "1", "digest": page.context["digest"]})
    assert Venue.objects.get().confirmed_by == witness


def test_an_empty_list_waits_for_nobody(tree: BranchTree, held: LiveClass, host: Member) -> None:
    venue = handed_in(held, tree, host)
    assert rules.awaits_confirmation(venue) is False
    assert open_items(tree.committee, clock.today().year) == []


def test_what_waits_is_said_when_the_year_is_closed(
    tree: BranchTree, held: LiveClass, host: Member
) -> None:
    venue = handed_in(held, tree, host, make_member(tree.first))
    year = queries.held_on(held).year
    (item,) = open_items(tree.committee, year)
    assert item.path == f"/live/venue/{venue.pk}/"
    assert "直播课会场未办结（待确认）" in item.text
    assert open_items(tree.second, year) == []
    assert open_items(tree.committee, year - 1) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    tree: BranchTree, held: LiveClass, host: Member, django_assert_num_queries: Any, count: int
) -> None:
    members = [make_member(tree.first) for _each in range(count)]
    venue = handed_in(held, tree, host, *members)
    client, address = of(make_secretary(tree.first)), f"/live/venue/{venue.pk}/confirm/"
    client.get(address)
    with django_assert_num_queries(CONFIRM_QUERIES):
        page = client.get(address)
    assert (len(page.context["present"]), page.context["can_confirm"]) == (count, True)


@pytest.mark.slow
def test_the_buttons_say_what_came_of_them(tree: BranchTree, held: LiveClass, host: Member) -> None:
    venue = handed_in(held, tree, host, make_member(tree.first))
    client, address = of(make_secretary(tree.first)), f"/live/venue/{venue.pk}/confirm/"

    def said(**press: str) -> str:
        return client.post(address, press, follow=True).content.decode()

    assert "请写明哪里不对" in said(refuse="1", reason=" ")
    assert "请核对后再确认" in said(confirm="1", digest="old")
    assert "已退回，主持人会看到原因。" in said(refuse="1", reason="人数不对")
    back = of(host).get(f"/live/venue/{venue.pk}/")
    assert back.context["state"]["text"] == "已退回"
    assert "人数不对" in back.content.decode()
    of(host).post(f"/live/venue/{venue.pk}/do/close/")
    digest = client.get(address).context["digest"]
    assert "已确认 1 人" in said(confirm="1", digest=digest)
    assert client.get(address).context["state"]["text"] == "已确认"
    assert held.ended_at is not None
    assert Venue.objects.get().closed_at == held.ended_at
    assert clock.now() - held.ended_at < dt.timedelta(days=1)
