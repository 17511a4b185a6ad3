"""The screens of a merge: two numbers, the comparison, the second person, and the way out."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from lms.members.merging.models import MergeState, RecordMerge
from lms.members.models import Member
from tests.factories.members import (
    PASSWORD,
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
)
from tests.factories.merging import make_merge_proposal, merged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def first(tree: BranchTree) -> Member:
    return make_administrator(tree.general, name="甲管理员")


@pytest.fixture
def second(tree: BranchTree) -> Member:
    return make_administrator(tree.committee, name="乙管理员")


@pytest.fixture
def kept(tree: BranchTree) -> Member:
    return make_member(tree.first, number="400001", name="张三")


@pytest.fixture
def lost(tree: BranchTree) -> Member:
    return make_member(tree.second, number="400099", name="张三", password="old-2025")


def office(client: Client, by: Member) -> Client:
    client.force_login(by, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.mark.slow
def test_from_two_numbers_to_a_proposal_and_its_confirmation(
    client: Client, kept: Member, lost: Member, first: Member, second: Member
) -> None:
    office(client, first)
    answer = client.get("/admin/merges/", {"kept": "400001", "lost": "400099"})
    assert (answer.status_code, answer.url) == (302, f"/admin/merges/new/{kept.pk}/{lost.pk}/")
    page = client.get(answer.url).content.decode()
    assert page.count("第二党支部 2020-01-01 起") == 1
    answer = client.post(answer.url, {"reason": "重复建档"})
    merge = RecordMerge.objects.get()
    assert (answer.url, merge.reason, merge.by) == (f"/admin/merges/{merge.pk}/", "重复建档", first)
    assert "核对无误，确认合并" not in client.get(answer.url).content.decode()

    office(client, second)
    shown = client.get(answer.url)
    digest = shown.context["digest"]
    stale = client.post(answer.url, {"act": "confirm", "digest": "x"}, follow=True)
    assert [str(each) for each in stale.context["messages"]] == [
        "预览之后，记录有了变动。请重新核对后再确认。"
    ]
    client.post(answer.url, {"act": "confirm", "digest": digest})
    merge.refresh_from_db()
    assert (merge.state, merge.decided_by) == (MergeState.DONE, second)

    undo = client.post(f"/admin/merges/{merge.pk}/undo/", {"reason": "合错了"})
    undoing = RecordMerge.objects.get(undoes=merge)
    assert undo.url == f"/admin/merges/{undoing.pk}/"
    client.post(undo.url, {"act": "withdraw"})
    undoing.refresh_from_db()
    assert undoing.state == MergeState.WITHDRAWN


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ({"kept": "400001", "lost": "nobody"}, "您管理的范围内没有这个编号，请核对。"),
        ({"kept": "400001", "lost": "400001"}, "两个编号是同一份记录，请核对。"),
        ({"kept": "400001", "lost": "100002"}, "涉及您本人的记录，请由其他管理员办理。"),
    ],
)
def test_a_pair_that_will_not_do_is_told_why(
    client: Client, tree: BranchTree, kept: Member, pair: dict[str, str], said: str
) -> None:
    by = make_administrator(tree.committee, number="100002")
    answer = office(client, by).get("/admin/merges/", pair)
    assert (answer.status_code, answer.content.decode().count(said)) == (422, 1)


@pytest.mark.slow
def test_not_agreed_needs_a_reason(
    client: Client, kept: Member, lost: Member, first: Member, second: Member
) -> None:
    merge = make_merge_proposal(kept, lost, by=first)
    address = reverse("merge", args=[merge.pk])
    assert office(client, second).post(address, {"act": "refuse"}).status_code == 422
    client.post(address, {"act": "refuse", "answer": "不是同一个人"})
    merge.refresh_from_db()
    assert (merge.state, merge.answer) == (MergeState.REFUSED, "不是同一个人")


@pytest.mark.slow
@pytest.mark.parametrize("pairs", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    client: Client, tree: BranchTree, first: Member, pairs: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for place in range(pairs):
        two = [make_member(tree.first, name=f"同名{place}") for _twice in range(2)]
        make_merge_proposal(*two, by=first)
    office(client, first).get("/admin/merges/")
    with django_assert_num_queries(QUERIES):
        page = client.get("/admin/merges/").content.decode()
    assert page.count("的对照</a>") == pairs


QUERIES = 19


@pytest.mark.slow
def test_the_old_number_leads_to_the_surviving_account(
    client: Client, kept: Member, lost: Member, first: Member, second: Member
) -> None:
    merged(kept, lost, by=first, second=second)
    answer = client.post("/sign-in/", {"login": "400099", "password": PASSWORD}, follow=True)
    assert client.session["_auth_user_id"] == str(kept.pk)
    told = "编号 400099 已并入 400001，学时都在这里。今后请用 400001 登录。"
    assert answer.content.decode().count(told) == 1


@pytest.mark.slow
def test_the_old_password_opens_nothing_and_says_what_does(
    client: Client, kept: Member, lost: Member, first: Member, second: Member
) -> None:
    merged(kept, lost, by=first, second=second)
    told = "编号 400099 已并入 400001。请用 400001 和它的密码登录；忘记密码请联系支部书记。"
    answer = client.post("/sign-in/", {"login": "400099", "password": "old-2025"})
    assert ("_auth_user_id" in client.session, answer.content.decode().count(told)) == (False, 1)
    answer = client.post("/sign-in/", {"login": "400099", "password": "wrong"})
    assert answer.content.decode().count(told) == 0
    answer = client.post("/sign-in/", {"login": "400001", "password": "old-2025"})
    assert "_auth_user_id" not in client.session


@pytest.mark.slow
def test_who_was_signed_in_as_the_old_record_is_out(
    client: Client, kept: Member, lost: Member, first: Member, second: Member
) -> None:
    office(client, lost)
    assert client.get("/archive/").status_code == 200
    merged(kept, lost, by=first, second=second)
    assert client.get("/archive/").status_code == 302
