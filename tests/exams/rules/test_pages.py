"""Reliefs and rules on the site: two people, the own subtree, the member's own."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from exams.rules.models import ReliefState, TargetRelief
from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.rules import make_relief, make_rules

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


ASKED = {
    "year": "2026",
    "kind": "exempt",
    "reason": "病休",
    "from_on": "2026-03-01",
    "until_on": "2026-12-31",
}


@pytest.mark.slow
def test_one_asks_another_approves_and_the_member_sees_it(tree: BranchTree) -> None:
    member = make_member(tree.first, name="李明")
    secretary, administrator = make_secretary(tree.first), make_administrator(tree.general)
    asking, deciding = signed_in(secretary), signed_in(administrator)
    found = asking.get("/reliefs/new/?name=李明")
    assert list(found.context["people"]) == [member]
    sent = asking.post(f"/reliefs/new/{member.pk}/", ASKED)
    relief = TargetRelief.objects.get()
    address = f"/reliefs/{relief.pk}/"
    assert sent["Location"] == address

    def offered(client: Client) -> list[str]:
        names = ("may_decide", "may_revoke", "may_withdraw")
        context = client.get(address).context
        return [name for name in names if context[name]]

    assert (offered(asking), offered(deciding)) == (["may_withdraw"], ["may_decide"])
    refused = asking.post(f"{address}decide/", {"verb": "approve"})
    assert (refused.status_code, refused.context["refused"]) == (
        422,
        "要由申报人以外、负责该支部的人批准；本人不能批准自己的。",
    )
    assert deciding.post(f"{address}decide/", {"verb": "approve"}).status_code == 302
    assert (offered(asking), offered(deciding)) == ([], ["may_revoke"])
    own = signed_in(member)
    assert offered(own) == []
    (row,) = own.get("/archive/").context["relief_rows"]
    assert (row["relief"], row["tone"]) == (relief, "ok")
    assert "本年度已批准免修" in own.get("/archive/").content.decode()

    assert deciding.post(f"{address}decide/", {"verb": "revoke", "answer": ""}).status_code == 422
    deciding.post(f"{address}decide/", {"verb": "revoke", "answer": "已康复"})
    relief.refresh_from_db()
    assert (relief.state, relief.answer) == (ReliefState.REVOKED, "已康复")


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("refuse", "", ReliefState.REQUESTED),
        ("refuse", "依据不足", ReliefState.REFUSED),
        ("withdraw", "", ReliefState.REQUESTED),
        ("delete", "", ReliefState.REQUESTED),
    ],
)
def test_what_the_second_person_may_say(
    tree: BranchTree, verb: str, answer: str, state: str
) -> None:
    member = make_member(tree.first)
    signed_in(make_secretary(tree.first)).post(f"/reliefs/new/{member.pk}/", ASKED)
    relief = TargetRelief.objects.get()
    deciding = signed_in(make_administrator(tree.general))
    deciding.post(f"/reliefs/{relief.pk}/decide/", {"verb": verb, "answer": answer})
    relief.refresh_from_db()
    assert relief.state == state


def test_reliefs_of_other_branches_do_not_exist(tree: BranchTree) -> None:
    here, there = make_member(tree.first), make_member(tree.second)
    own, foreign = make_relief(here), make_relief(there)
    secretary = make_secretary(tree.first)
    client = signed_in(secretary)
    reached = [
        client.get(address).status_code
        for address in (
            f"/reliefs/{own.pk}/",
            f"/reliefs/{foreign.pk}/",
            f"/reliefs/new/{here.pk}/",
            f"/reliefs/new/{there.pk}/",
            f"/reliefs/new/{secretary.pk}/",
            f"/reliefs/?branch={tree.first.pk}",
            f"/reliefs/?branch={tree.second.pk}",
        )
    ]
    assert reached == [200, 404, 200, 404, 404, 200, 404]
    assert [row[0] for row in client.get("/reliefs/").context["rows"]] == [own]
    member = signed_in(here)
    assert [member.get(f"/reliefs/{each.pk}/").status_code for each in (own, foreign)] == [200, 404]
    assert member.get("/reliefs/").status_code == 404


def test_the_list_is_filtered_by_state_year_and_branch(tree: BranchTree) -> None:
    client = signed_in(make_secretary(tree.general))
    first = make_relief(make_member(tree.first))
    second = make_relief(make_member(tree.second), year=2025)
    waiting = make_relief(make_member(tree.second))
    TargetRelief.objects.filter(pk=waiting.pk).update(state=ReliefState.REQUESTED)

    def shown(query: str) -> list[TargetRelief]:
        return [row[0] for row in client.get(f"/reliefs/{query}").context["rows"]]

    assert shown("") == [waiting, first, second]
    assert shown("?state=requested") == [waiting]
    assert shown("?state=approved") == [first, second]
    assert shown("?state=closed") == []
    assert shown("?state=nonsense&year=2025") == [second]
    assert shown(f"?branch={tree.second.pk}&year=2026") == [waiting]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "reduced"}, "hours"),
        ({"reason": " "}, "reason"),
        ({"until_on": "2026-02-01"}, "__all__"),
        ({"from_on": "2027-01-01", "until_on": "2027-02-01"}, "__all__"),
        ({"year": "2019"}, "year"),
    ],
)
def test_what_cannot_be_asked_for(tree: BranchTree, changed: dict[str, str], field: str) -> None:
    member = make_member(tree.first)
    client = signed_in(make_secretary(tree.first))
    answer = client.post(f"/reliefs/new/{member.pk}/", {**ASKED, **changed})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not TargetRelief.objects.exists()


@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_list(tree: BranchTree, size: int, django_assert_num_queries: Any) -> None:
    for _each in range(size):
        make_relief(make_member(tree.first))
    client = signed_in(make_secretary(tree.first))
    for address, expected in (("/reliefs/", 5), (f"/reliefs/?branch={tree.first.pk}", 7)):
        with django_assert_num_queries(expected):
            assert client.get(address).status_code == 200


def test_a_version_is_read_in_words(tree: BranchTree) -> None:
    published = make_rules(tree.general)
    client = signed_in(make_member(tree.first))
    text = client.get(f"/rules/{published}/").content.decode()
    assert "每年集中培训和集体学习 56 学时，并至少参加 1 次集中培训" in text
    assert "5 年内各类学时 550 学时" in text
    assert "满 30 分钟的计 1 学时，超过 15 分钟的计 0.5 学时，其余的计 0.25 学时" in text
    statuses = [
        client.get(f"/rules/{name}/").status_code for name in ("preset-2026-1", "ZZ-2026-9")
    ]
    assert statuses == [200, 404]
    assert signed_in(make_member(tree.third)).get(f"/rules/{published}/").status_code == 404
