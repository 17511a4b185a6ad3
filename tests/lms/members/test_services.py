"""Joining, moving, leaving; roles and what they open."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from lms.core import clock
from lms.members.errors import (
    AlreadyInBranchError,
    MembershipDateError,
    NotInBranchError,
    RoleDateError,
)
from lms.members.models import Member, Membership, Role, RoleAssignment
from lms.members.queries import branch_on, has_role
from lms.members.services import (
    deactivate_member,
    grant_role,
    join_branch,
    leave_branch,
    reactivate_member,
    revoke_role,
    transfer_member,
)
from lms.members.signals import member_left
from tests.factories.members import make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
JULY = dt.date(2026, 7, 1)
JUNE_30 = dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)


def spans(member: Member) -> list[tuple[str, dt.date, dt.date | None]]:
    return [
        (row.branch.code, row.joined_on, row.left_on)
        for row in member.memberships.select_related("branch").order_by("joined_on")
    ]


# --- Memberships ------------------------------------------------------------------------------


def test_a_transfer_in_july_leaves_the_first_half_where_it_was() -> None:
    tree = make_branch_tree()
    member = make_member()
    join_branch(member=member, branch=tree.first, joined_on=MARCH)
    transfer_member(member=member, to=tree.second, on=JULY)

    assert spans(member) == [("ZB1", MARCH, JULY), ("ZB2", JULY, None)]
    assert [branch_on(member, day) for day in (JUNE_30, JULY)] == [tree.first, tree.second]


def test_a_transfer_to_where_one_is_changes_nothing() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH)
    transfer_member(member=member, to=tree.first, on=JULY)
    assert spans(member) == [("ZB1", MARCH, None)]


def test_a_transfer_on_the_first_day_replaces_the_membership() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH)
    transfer_member(member=member, to=tree.second, on=MARCH)
    assert spans(member) == [("ZB2", MARCH, None)]


def test_joining_twice_is_refused() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, name="李明", joined_on=MARCH)
    with pytest.raises(AlreadyInBranchError) as refused:
        join_branch(member=member, branch=tree.second, joined_on=JULY)
    assert refused.value.message == "李明自2026-03-01起已在“第一党支部”，请改用组织关系转接。"
    assert spans(member) == [("ZB1", MARCH, None)]


def test_a_transfer_cannot_rewrite_what_came_later() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH)
    transfer_member(member=member, to=tree.second, on=JULY)
    with pytest.raises(MembershipDateError):
        transfer_member(member=member, to=tree.third, on=JUNE_30)
    assert spans(member) == [("ZB1", MARCH, JULY), ("ZB2", JULY, None)]


def test_a_transfer_needs_a_membership_without_end() -> None:
    tree = make_branch_tree()
    with pytest.raises(NotInBranchError):
        transfer_member(member=make_member(), to=tree.third, on=JULY)
    leaving = make_member(tree.first, joined_on=MARCH, left_on=JULY)
    with pytest.raises(MembershipDateError):
        transfer_member(member=leaving, to=tree.third, on=JUNE_30)


def test_leaving_ends_the_membership_and_not_before_it_began() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH)
    with pytest.raises(MembershipDateError):
        leave_branch(member=member, on=MARCH)
    leave_branch(member=member, on=JULY)
    assert spans(member) == [("ZB1", MARCH, JULY)]
    with pytest.raises(NotInBranchError):
        leave_branch(member=member, on=JULY + DAY)


@pytest.mark.parametrize(
    ("joined_on", "left_on"),
    [(MARCH, None), (JUNE_30, JULY + DAY), (MARCH - DAY, MARCH + DAY), (MARCH + DAY, JUNE_30)],
)
def test_the_database_itself_refuses_two_branches_on_one_day(
    joined_on: dt.date, left_on: dt.date | None
) -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH, left_on=JULY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            member=member, branch=tree.second, joined_on=joined_on, left_on=left_on
        )
    Membership.objects.create(member=member, branch=tree.second, joined_on=JULY)
    assert spans(member) == [("ZB1", MARCH, JULY), ("ZB2", JULY, None)]


def test_the_database_itself_refuses_leaving_before_joining() -> None:
    tree = make_branch_tree()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_member(tree.first, joined_on=JULY, left_on=MARCH)


# --- Roles ------------------------------------------------------------------------------------


def groups_of(member: Member) -> list[str]:
    return sorted(member.groups.values_list("name", flat=True))


def test_a_role_opens_the_back_office_and_its_end_closes_it() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)

    grant_role(member=member, branch=tree.general, role=Role.ADMINISTRATOR)
    grant_role(member=member, branch=tree.general, role=Role.INSTRUCTOR)
    assert groups_of(member) == ["学校管理员", "教师"]
    assert Member.objects.get(pk=member.pk).has_perm("wagtailadmin.access_admin")

    assert revoke_role(member=member, branch=tree.general, role=Role.ADMINISTRATOR) == 1
    assert groups_of(member) == ["教师"]
    assert revoke_role(member=member, branch=tree.general, role=Role.INSTRUCTOR) == 1
    assert groups_of(member) == []
    assert not Member.objects.get(pk=member.pk).has_perm("wagtailadmin.access_admin")
    assert revoke_role(member=member, branch=tree.general, role=Role.INSTRUCTOR) == 0


def test_a_secretary_is_in_no_group() -> None:
    assert groups_of(make_secretary(make_branch_tree().first)) == []


def test_groups_of_other_making_are_left_alone() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    member.groups.add(Group.objects.create(name="审核员"))
    grant_role(member=member, branch=tree.first, role=Role.INSTRUCTOR)
    revoke_role(member=member, branch=tree.first, role=Role.INSTRUCTOR)
    assert groups_of(member) == ["审核员"]


def test_a_term_that_ended_yesterday_is_kept_and_one_to_come_is_withdrawn() -> None:
    tree = make_branch_tree()
    member, today = make_member(tree.first), clock.today()
    for from_on, until_on in [(MARCH, JUNE_30), (JULY, None), (today + 9 * DAY, None)]:
        grant_role(
            member=member,
            branch=tree.first,
            role=Role.SECRETARY,
            from_on=from_on,
            until_on=until_on,
        )
    assert revoke_role(member=member, branch=tree.first, role=Role.SECRETARY) == 2
    assert list(
        RoleAssignment.objects.filter(member=member)
        .order_by("from_on")
        .values_list("from_on", "until_on")
    ) == [(MARCH, JUNE_30), (JULY, today)]
    assert not has_role(member, Role.SECRETARY)


def test_a_term_ends_after_it_starts() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    with pytest.raises(RoleDateError):
        grant_role(
            member=member, branch=tree.first, role=Role.SECRETARY, from_on=JULY, until_on=JULY
        )
    assert not member.roles.exists()


# --- Putting out --------------------------------------------------------------------------------


def test_putting_a_member_out_is_announced_once(
    django_capture_on_commit_callbacks: object,
) -> None:
    member = make_member(make_branch_tree().first)
    announced: list[int] = []

    def listen(member_id: int, **_rest: object) -> None:
        announced.append(member_id)

    member_left.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert deactivate_member(member=member)
            assert not deactivate_member(member=member)
        assert announced == [member.pk]
        assert reactivate_member(member=member)
        assert not reactivate_member(member=member)
    finally:
        member_left.disconnect(listen)
    assert Member.objects.get(pk=member.pk).is_active
