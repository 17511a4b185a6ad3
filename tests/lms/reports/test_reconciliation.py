"""A sum that is not the ledger's is logged, said on the health page, and shown with what to do."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from exams.credit.models import MemberYear
from lms.core import clock
from lms.members.models import Member
from lms.reports.models import LedgerCheck, SubtreeYear
from lms.reports.services import recount_branches
from lms.reports.tasks import compare_with_ledger
from tests.factories.hours import make_entry
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
)

pytestmark = pytest.mark.django_db

HEADING = "学时汇总与学时账不符"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    member = make_member(tree.first, name="王建国", number="400777")
    make_entry(member, "2")
    return member


def home(by: Member) -> str:
    client = Client()
    client.force_login(by)
    response = client.get("/admin/")
    assert response.status_code == 200
    return response.content.decode()


def check(client: Client) -> dict[str, Any]:
    said: dict[str, Any] = client.get("/readyz").json()["checks"]["sums"]
    return said


@pytest.mark.slow
def test_an_altered_sum_is_reported_until_it_is_rebuilt(
    tree: BranchTree, member: Member, client: Client, caplog: Any, capsys: Any
) -> None:
    administrator, teacher = make_administrator(tree.committee), make_instructor(tree.first)
    assert check(client) == {"ok": True, "detail": "not compared yet"}
    compare_with_ledger()
    assert (check(client)["ok"], HEADING in home(administrator)) == (True, False)

    MemberYear.objects.filter(member=member).update(counted_hours=F("counted_hours") + 5)
    compare_with_ledger()
    year = clock.today().year
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"balance of member {member.pk} for {year} is 7.00, the ledger says 2.00"
    ]
    assert check(client)["ok"] is False
    page = home(administrator)
    for said in (HEADING, "王建国", "400777", "汇总 7.00，学时账 2.00", "reconcile --rebuild"):
        assert said in page
    assert HEADING not in home(teacher)
    with pytest.raises(CommandError, match="reconcile --rebuild"):
        call_command("reconcile")
    assert f"党员{member.pk} {year}年度：汇总7.00，学时账2.00" in capsys.readouterr().out

    call_command("reconcile", rebuild=True)
    assert MemberYear.objects.get(member=member).counted_hours == 2
    assert (check(client)["ok"], HEADING in home(administrator)) == (True, False)
    assert LedgerCheck.objects.count() == 4


@pytest.mark.slow
def test_administrators_see_the_sums_of_those_they_look_after(
    tree: BranchTree, member: Member
) -> None:
    MemberYear.objects.filter(member=member).update(all_hours=0)
    compare_with_ledger()
    own, other = make_administrator(tree.general), make_administrator(tree.third)
    assert (HEADING in home(own), HEADING in home(other)) == (True, False)


@pytest.mark.slow
def test_figures_of_a_branch_that_are_wrong_are_reported_until_they_are_counted_afresh(
    tree: BranchTree, member: Member, client: Client, caplog: Any, capsys: Any
) -> None:
    own, other = make_administrator(tree.general), make_administrator(tree.third)
    recount_branches()
    year = clock.today().year
    SubtreeYear.objects.filter(path=tree.general.path, year=year).update(members=9)
    compare_with_ledger()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"figures of branch {tree.general.pk} for {year} are not those of its people"
    ]
    assert check(client)["ok"] is False
    assert "组织的汇总与其人员、学时账不符" in home(own)
    assert (HEADING in home(own), HEADING in home(other)) == (True, False)
    with pytest.raises(CommandError, match="reconcile --rebuild"):
        call_command("reconcile")
    said = f"组织{tree.general.pk} {year}年度：汇总与其人员、学时账不符"
    assert said in capsys.readouterr().out

    call_command("reconcile", rebuild=True)
    assert SubtreeYear.objects.get(path=tree.general.path, year=year).members == 2
    assert (check(client)["ok"], HEADING in home(own)) == (True, False)
