"""The pages of live classes: who sees which, and what the lists cost."""

from typing import Any

import pytest
from django.test import Client

from live.classroom import services
from live.classroom.models import ClassState
from lms.members.models import Member
from tests.factories.live import make_cancelled, make_closed, make_live_class
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db

LIST_QUERIES = 9
TAUGHT_QUERIES = 5


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    teacher = make_instructor(tree.general)
    for _each in range(count):
        make_live_class(tree.general, by=teacher)
        make_closed(tree.general, by=teacher)
        make_cancelled(tree.general, by=teacher)
    member, teaches = of(make_member(tree.first)), of(teacher)
    with django_assert_num_queries(LIST_QUERIES):
        page = member.get("/live/")
    assert [len(page.context["coming"]), len(page.context["past"])] == [count, 2 * count]
    with django_assert_num_queries(TAUGHT_QUERIES):
        page = teaches.get("/live/taught/")
    assert len(page.context["rows"]) == 3 * count


def test_a_class_is_there_for_its_branch_and_below_and_for_nobody_else(tree: BranchTree) -> None:
    live_class = make_live_class(tree.general)
    address = f"/live/{live_class.pk}/"
    assert of(make_member(tree.first)).get(address).status_code == 200
    assert of(make_member(tree.third)).get(address).status_code == 404
    assert of(make_member(tree.first)).get(f"{address}studio/").status_code == 404
    assert of(make_instructor(tree.general)).get(f"{address}studio/").status_code == 200


def test_each_state_has_its_page(tree: BranchTree) -> None:
    teacher = make_instructor(tree.general)
    client = of(make_member(tree.first))
    cancelled, closed = make_cancelled(tree.general, by=teacher), make_closed(tree.general)
    assert "主讲临时有任务" in client.get(f"/live/{cancelled.pk}/").content.decode()
    assert "这节课没有回放" in client.get(f"/live/{closed.pk}/").content.decode()
    # The studio of what is over leads to the room.
    assert of(teacher).get(f"/live/{closed.pk}/studio/")["Location"] == f"/live/{closed.pk}/"


def test_a_button_answers_a_form_by_a_page_and_a_script_by_json(tree: BranchTree) -> None:
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    services.go_on_air(by=teacher, live_class=live_class)
    client, address = of(teacher), f"/live/{live_class.pk}/do"
    paused = client.post(f"{address}/pause/", HTTP_ACCEPT="application/json")
    assert paused.json() == {"state": "paused", "error": ""}
    again = client.post(f"{address}/pause/", HTTP_ACCEPT="application/json")
    assert (again.status_code, bool(again.json()["error"])) == (409, True)
    assert client.post(f"{address}/shout/").status_code == 404
    assert client.get(f"{address}/close/").status_code == 405
    assert client.post(f"{address}/close/")["Location"] == f"/live/{live_class.pk}/studio/"
    live_class.refresh_from_db()
    assert live_class.state == ClassState.CLOSED


def test_a_class_is_planned_by_the_form(tree: BranchTree) -> None:
    teacher = make_instructor(tree.general)
    client = of(teacher)
    said = {
        "branch": tree.general.pk,
        "title": "党章导读",
        "starts_at": "2099-07-01T09:00",
        "planned_minutes": "90",
        "teacher": teacher.pk,
        "introduction": "",
    }
    refused = client.post("/live/new/", {**said, "title": ""})
    assert refused.status_code == 422
    made = client.post("/live/new/", said)
    assert made.status_code == 302
    live_class = teacher.live_taught.get()
    assert (live_class.title, live_class.planned_minutes) == ("党章导读", 90)
    assert client.get(f"/live/{live_class.pk}/edit/").status_code == 200
