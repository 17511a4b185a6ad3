"""What administrators do by hand: records, moves, roles and duties, within what is theirs."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import registry

from lms.members import office_services
from lms.members.errors import (
    MembershipDateError,
    NotAllowedError,
    RecordError,
    RoleDateError,
)
from lms.members.models import Branch, Duty, DutyKind, Member, Membership, Role, RoleAssignment
from lms.members.queries import has_role
from lms.members.services import assign_duty, grant_role
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def administrator(tree: BranchTree) -> Member:
    return make_administrator(tree.general, number="100002", name="管理员")


@pytest.fixture
def office(client: Client, administrator: Member) -> Client:
    client.force_login(administrator)
    return client


def noted(member: Any) -> list[tuple[str, str, str]]:
    """(action, by whom, in words) of everything in a record's history, the latest first."""
    (model,) = [
        each for each in registry.get_log_entry_models() if each.__name__ == "ModelLogEntry"
    ]
    entries = model.objects.for_instance(member).order_by("-pk")
    return [(each.action, each.user.name, str(each.message)) for each in entries]


def spans(member: Member) -> list[tuple[str, str, str]]:
    rows = Membership.objects.filter(member=member).order_by("joined_on")
    return [(row.branch.name, str(row.joined_on), str(row.left_on)) for row in rows]


# --- Records --------------------------------------------------------------------------------------

NEW = {
    "number": "700001",
    "name": "新同志",
    "phone": "",
    "kind": "probationary",
    "joined_on": "2026-11-20",
}


def test_a_member_is_added_to_an_own_branch_and_to_no_other(
    tree: BranchTree, office: Client, administrator: Member
) -> None:
    address = reverse("members:add")
    assert office.get(address).status_code == 200
    assert office.post(address, {**NEW, "branch": tree.third.pk}).status_code == 200
    assert not Member.objects.filter(number="700001").exists()
    done = office.post(address, {**NEW, "branch": tree.first.pk})
    member = Member.objects.get(number="700001")
    assert done["Location"] == f"/admin/members/standing/{member.pk}/"
    assert spans(member) == [("第一党支部", "2026-11-20", "None")]
    assert (member.kind, member.has_usable_password()) == ("probationary", False)
    assert noted(member) == [
        ("members.joined", "管理员", "登记转入 第一党支部 2026-11-20"),
        ("wagtail.create", "管理员", "已创建"),
    ]
    again = office.post(address, {**NEW, "branch": tree.first.pk})
    assert again.context["form"].non_field_errors() == [
        "已有人用这个编号或手机号登录。请先查找此人，不要重复建档。"
    ]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"number": "编号"}, RecordError),
        ({"phone": "123"}, RecordError),
        ({"number": "13800000008"}, RecordError),
        ({"phone": "13800000008"}, RecordError),
        ({"joined_on": dt.date(2028, 1, 1)}, MembershipDateError),
    ],
)
def test_records_that_cannot_be(
    tree: BranchTree, administrator: Member, changed: dict[str, Any], error: type[Exception]
) -> None:
    make_member(tree.third, phone="13800000008")
    said: dict[str, Any] = {**NEW, "joined_on": TODAY, "branch": tree.first, "by": administrator}
    with pytest.raises(error):
        office_services.add_member(**said | changed)
    assert not Member.objects.filter(name="新同志").exists()


def test_a_branch_is_added_below_an_own_one(
    tree: BranchTree, office: Client, administrator: Member
) -> None:
    address = reverse("branches:add")
    said = {"name": "第四党支部", "code": "ZB4", "kind": "branch"}
    assert office.post(address, {**said, "parent": tree.committee.pk}).status_code == 200
    assert office.post(address, {**said, "parent": tree.general.pk}).status_code == 302
    made = Branch.objects.get(code="ZB4")
    assert made.get_parent() == tree.general
    assert noted(made) == [("wagtail.create", "管理员", "已创建")]
    taken = office.post(address, {**said, "parent": tree.general.pk})
    assert taken.context["form"].non_field_errors() == ["组织代码“ZB4”已在使用，请换一个。"]
    assert has_role(administrator, Role.ADMINISTRATOR, made)
    office.post(reverse("branches:edit", args=[made.pk]), {"name": "四支部", "kind": "branch"})
    assert Branch.objects.get(code="ZB4").name == "四支部"
    assert noted(made)[0][:2] == ("wagtail.edit", "管理员")


# --- Moves ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_transfer_leave_and_return_with_their_dates(tree: BranchTree, office: Client) -> None:
    member = make_member(tree.first, joined_on=dt.date(2025, 1, 1))
    address = reverse("member_standing", args=[member.pk])

    def post(**said: Any) -> int:
        return office.post(address, said).status_code

    assert post(verb="transfer", branch=tree.third.pk, on="2026-05-01") == 422
    assert post(verb="transfer", branch=tree.second.pk, on="2026-05-01") == 302
    assert post(verb="leave", on="2026-04-01") == 422
    assert post(verb="leave", on="2026-10-01") == 302
    assert post(verb="rejoin", branch=tree.first.pk, on="2026-09-01") == 422
    assert post(verb="rejoin", branch=tree.first.pk, on="2026-11-01") == 302
    assert post(verb="promote") == 404
    assert spans(member) == [
        ("第一党支部", "2025-01-01", "2026-05-01"),
        ("第二党支部", "2026-05-01", "2026-10-01"),
        ("第一党支部", "2026-11-01", "None"),
    ]
    assert noted(member) == [
        ("members.joined", "管理员", "登记转入 第一党支部 2026-11-01"),
        ("members.left", "管理员", "登记转出 第二党支部 2026-10-01"),
        ("members.transferred", "管理员", "登记转接 第二党支部 2026-05-01"),
    ]


# --- Roles and duties -----------------------------------------------------------------------------


def test_nobody_grants_what_they_do_not_hold(tree: BranchTree, administrator: Member) -> None:
    member = make_member(tree.first)
    said: dict[str, Any] = {"member": member, "from_on": TODAY, "until_on": None}
    for role in Role:
        office_services.grant(role=role, branch=tree.first, by=administrator, **said)
        assert has_role(member, role, tree.first)
        for branch in (tree.committee, tree.third):
            with pytest.raises(NotAllowedError, match="不在您管理的范围内"):
                office_services.grant(role=role, branch=branch, by=administrator, **said)
    for by in (make_secretary(tree.first), make_instructor(tree.first), make_member(tree.first)):
        with pytest.raises(NotAllowedError):
            office_services.grant(role=Role.SECRETARY, branch=tree.first, by=by, **said)
    foreign = make_member(tree.third)
    with pytest.raises(NotAllowedError, match="这位党员不在"):
        office_services.grant(
            role=Role.SECRETARY, branch=tree.first, by=administrator, **said | {"member": foreign}
        )


@pytest.mark.slow
def test_nobody_raises_or_eases_themselves(
    tree: BranchTree, administrator: Member, office: Client
) -> None:
    assign_duty(member=administrator, kind=DutyKind.COMMITTEE, from_on=dt.date(2026, 1, 1))
    address = reverse("member_standing", args=[administrator.pk])
    assert office.get(address).context["may_change"] is False
    for said in (
        {
            "verb": "grant",
            "role": "administrator",
            "branch": tree.first.pk,
            "from_on": "2026-11-20",
        },
        {"verb": "duty", "kind": "cadre_county", "from_on": "2026-11-20"},
        {"verb": "end-duty", "kind": "committee", "on": "2026-11-20"},
        {
            "verb": "end-role",
            "role": "administrator",
            "branch": tree.general.pk,
            "on": "2026-11-20",
        },
    ):
        answer = office.post(address, said)
        assert (answer.status_code, answer.context["refused"]) == (
            422,
            "自己的职责和职务身份，请由其他学校管理员登记。",
        )
    assert RoleAssignment.objects.filter(member=administrator).count() == 1
    assert list(Duty.objects.values_list("until_on", flat=True)) == [None]
    other = make_administrator(tree.committee)
    office_services.end_duty(member=administrator, kind="committee", on=TODAY, by=other)
    assert list(Duty.objects.values_list("until_on", flat=True)) == [TODAY]


@pytest.mark.slow
def test_terms_are_granted_and_ended_and_stay_on_record(tree: BranchTree, office: Client) -> None:
    member = make_member(tree.first)
    address = reverse("member_standing", args=[member.pk])
    role = {"role": "secretary", "branch": tree.first.pk}

    def post(**said: Any) -> int:
        return office.post(address, said).status_code

    assert post(verb="grant", from_on="2026-01-01", until_on="2025-01-01", **role) == 422
    assert post(verb="grant", from_on="2026-01-01", **role) == 302
    assert has_role(member, Role.SECRETARY, tree.first)
    assert post(verb="end-role", on="2026-01-01", **role) == 422
    assert post(verb="end-role", on="2026-11-20", **role) == 302
    assert not has_role(member, Role.SECRETARY, tree.first)
    assert post(verb="duty", kind="committee", from_on="2026-02-01") == 302
    assert post(verb="end-duty", kind="committee", on="2026-06-01") == 302
    (term,) = RoleAssignment.objects.filter(member=member)
    (duty,) = Duty.objects.filter(member=member)
    assert (str(term.from_on), str(term.until_on)) == ("2026-01-01", "2026-11-20")
    assert (str(duty.from_on), str(duty.until_on)) == ("2026-02-01", "2026-06-01")
    assert [action for action, _by, _comment in noted(member)] == [
        "members.duty_ended",
        "members.duty_noted",
        "members.role_ended",
        "members.role_granted",
    ]
    history = office.get(reverse("members:history", args=[member.pk])).content.decode()
    assert "结束职责 支部书记，第一党支部 2026-11-20" in history


def test_a_role_above_is_not_ended_from_below(tree: BranchTree, administrator: Member) -> None:
    head = make_member(tree.first)
    grant_role(member=head, branch=tree.committee, role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowedError):
        office_services.end_role(
            member=head, role=Role.ADMINISTRATOR, branch=tree.committee, on=TODAY, by=administrator
        )
    with pytest.raises(RoleDateError, match="结束日期要晚于"):
        office_services.end_role(
            member=make_secretary(tree.first),
            role=Role.SECRETARY,
            branch=tree.first,
            on=dt.date(2020, 1, 1),
            by=administrator,
        )


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_page(
    tree: BranchTree, office: Client, size: int, django_assert_num_queries: Any
) -> None:
    member = make_member(tree.first)
    for year in range(size):
        grant_role(
            member=member,
            branch=tree.first,
            role=Role.SECRETARY,
            from_on=dt.date(2020 + year, 1, 1),
        )
        assign_duty(member=member, kind=DutyKind.COMMITTEE, from_on=dt.date(2020 + year, 1, 1))
    address = reverse("member_standing", args=[member.pk])
    office.get(address)
    with django_assert_num_queries(27):
        assert office.get(address).status_code == 200
