"""The part of the settings about this browser, the worker's address, and the school's switch."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from live.push import services
from live.push.models import PushBrowser, PushSetting
from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
)
from tests.support.push_service import Browser, Service, push_service

pytestmark = pytest.mark.django_db

SETTINGS_QUERIES = 7


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    with push_service() as found:
        settings.PUSH_SERVICES = [found.origin]
        yield found


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def asks(client: Client, browser: Browser) -> Any:
    return client.post("/notices/push/", browser.said(), content_type="application/json")


def test_a_school_without_push_says_so_and_asks_nothing(tree: BranchTree) -> None:
    client = of(make_member(tree.first))
    page = client.get("/notices/choices/").content.decode()
    assert "本校没有开启浏览器推送，消息照常在站内提醒。" in page
    assert "lms-push" not in page
    assert asks(client, Browser(Service("https://fcm.googleapis.com"))).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, service: Service, django_assert_num_queries: Any, count: int
) -> None:
    member = make_member(tree.first)
    services.turn_on(by=member)
    client = of(member)
    for number in range(count):
        asks(client, Browser(service, f"b{number}"))
    client.get("/notices/choices/")
    with django_assert_num_queries(SETTINGS_QUERIES):
        page = client.get("/notices/choices/")
    assert len(page.context["browsers"]) == count
    assert page.context["here"] == page.context["browsers"][0].pk


def test_one_takes_away_ones_own_browsers_and_nobody_elses(
    tree: BranchTree, service: Service
) -> None:
    member = make_member(tree.first)
    services.turn_on(by=member)
    client, other = of(member), of(make_member(tree.first))
    made = asks(client, Browser(service)).json()["id"]
    assert other.post(f"/notices/push/{made}/remove/").status_code == 404
    assert client.post(f"/notices/push/{made}/remove/")["Location"] == "/notices/choices/"
    assert PushBrowser.objects.count() == 0
    assert client.post(f"/notices/push/{made}/remove/").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://169.254.169.254/latest"},
        {"endpoint": "http://127.0.0.1:1/x"},
        {"endpoint": None},
        {"keys": {"p256dh": "x", "auth": "y"}},
        {"keys": []},
    ],
)
def test_whatever_else_a_browser_says_is_refused(
    tree: BranchTree, service: Service, change: dict[str, Any]
) -> None:
    member = make_member(tree.first)
    services.turn_on(by=member)
    said = {**Browser(service).said(), **change}
    answer = of(member).post("/notices/push/", said, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (422, ["why"])
    assert PushBrowser.objects.count() == 0


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "[" * 3000, "x" * 5000])
def test_nonsense_is_refused_like_anything_else(
    tree: BranchTree, service: Service, body: str
) -> None:
    member = make_member(tree.first)
    services.turn_on(by=member)
    answer = of(member).post("/notices/push/", body, content_type="application/json")
    assert answer.status_code == 422


def test_no_more_than_ten_browsers_of_one_member(tree: BranchTree, service: Service) -> None:
    member = make_member(tree.first)
    services.turn_on(by=member)
    client = of(member)
    for number in range(12):
        asks(client, Browser(service, f"b{number}"))
    kept = PushBrowser.objects.order_by("pk").values_list("endpoint", flat=True)
    assert [each.rsplit("/", 1)[1] for each in kept] == [f"b{number}" for number in range(2, 12)]


def test_the_worker_is_the_same_for_everybody_and_stands_alone() -> None:
    answer = Client().get("/notices/push.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    source = answer.content.decode()
    assert "showNotification" in source
    assert "import" not in source
    assert "fetch" not in source


@pytest.mark.slow
def test_the_schools_administrator_turns_it_on_where_a_service_is_reached(
    tree: BranchTree, service: Service, settings: Any
) -> None:
    school, branch = make_administrator(tree.committee), make_administrator(tree.first)
    assert of(branch).post("/admin/push/", {"to": "on"}).status_code in (302, 403, 404)
    assert PushSetting.objects.count() == 0
    client = of(school)
    settings.PUSH_SERVICES = ["http://127.0.0.1:9", "*.push.example"]
    refused = client.post("/admin/push/", {"to": "on"}, follow=True)
    assert "连不上任何一个推送服务，没有开启" in refused.content.decode()
    assert PushSetting.objects.count() == 0
    settings.PUSH_SERVICES = ["http://127.0.0.1:9", service.origin]
    on = client.post("/admin/push/", {"to": "on"}, follow=True).content.decode()
    assert "已开启" in on
    row = PushSetting.objects.get()
    assert (row.is_on, row.turned_by) == (True, school)
    # Once more: the key browsers have asked with stays.
    client.post("/admin/push/", {"to": "on"})
    assert PushSetting.objects.get().public_key == row.public_key
    client.post("/admin/push/", {"to": "off"})
    assert PushSetting.objects.get().is_on is False
