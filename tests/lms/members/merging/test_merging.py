"""Two records of one person become one, by two administrators, and can be parted again."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from lms.members.errors import NotAllowedError
from lms.members.merging import services
from lms.members.merging.errors import MergeError, PreviewChangedError
from lms.members.merging.models import MergeState, RecordMerge
from lms.members.merging.queries import digest_of, merges_of, preview, same_names
from lms.members.models import Member, Membership, Role
from lms.members.queries import administered_members, members_of
from lms.members.roster_services import preview_roster, replan
from lms.members.services import grant_role, transfer_member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
)
from tests.factories.merging import confirmed, make_merge_proposal, merged, parted

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)


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
    return make_member(tree.first, number="400001", name="张三", joined_on=dt.date(2024, 3, 1))


@pytest.fixture
def lost(tree: BranchTree) -> Member:
    return make_member(
        tree.second, number="400099", name="张三", phone="13800000001",
        joined_on=dt.date(2022, 1, 1),
    )  # fmt: skip


def spans(member: Member) -> list[tuple[str, str, str]]:
    rows = Membership.objects.filter(member=member).order_by("joined_on")
    return [(row.branch.name, str(row.joined_on), str(row.left_on)) for row in rows]


def fresh(member: Member) -> Member:
    return Member.objects.get(pk=member.pk)


def test_the_records_become_one_and_the_other_is_kept(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    merge = merged(kept, lost, by=first, second=second)
    assert (merge.state, merge.decided_by) == (MergeState.DONE, second)
    gone = fresh(lost)
    assert (gone.merged_into, gone.is_active, gone.phone) == (kept, False, None)
    assert fresh(kept).phone == "13800000001"
    assert spans(lost) == []
    assert spans(kept) == [
        ("第二党支部", "2022-01-01", "2024-03-01"),
        ("第一党支部", "2024-03-01", "None"),
    ]
    assert list(members_of(tree.general, TODAY)) == [kept, first]
    assert lost not in administered_members(second)
    assert [each.lost for each in merges_of(kept)] == [lost]


@pytest.mark.slow
def test_parted_again_both_are_as_they_were(
    kept: Member, lost: Member, first: Member, second: Member
) -> None:
    before = (spans(kept), spans(lost))
    merge = merged(kept, lost, by=first, second=second)
    undoing = parted(merge, by=second, second=first)
    assert (undoing.state, undoing.undoes) == (MergeState.DONE, merge)
    back = fresh(lost)
    assert (back.merged_into, back.is_active, back.phone) == (None, True, "13800000001")
    assert fresh(kept).phone is None
    assert (spans(kept), spans(lost)) == before
    assert list(merges_of(kept)) == []
    with pytest.raises(NotAllowedError):
        services.propose_undo(merge=RecordMerge.objects.get(pk=merge.pk), reason="又", by=first)


@pytest.mark.slow
def test_a_membership_changed_since_the_merge_is_not_taken_away(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    Membership.objects.filter(member=kept).update(left_on=dt.date(2025, 1, 1))
    merge = merged(kept, lost, by=first, second=second)
    transfer_member(member=kept, to=tree.first, on=dt.date(2026, 6, 1))
    parted(merge, by=first, second=second)
    assert spans(kept) == [
        ("第一党支部", "2024-03-01", "2025-01-01"),
        ("第二党支部", "2025-01-01", "2026-06-01"),
        ("第一党支部", "2026-06-01", "None"),
    ]
    assert spans(lost) == [("第二党支部", "2022-01-01", "None")]


@pytest.mark.slow
def test_it_takes_a_second_administrator_of_both(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    of_one_branch = make_administrator(tree.first)
    with pytest.raises(NotAllowedError):
        make_merge_proposal(kept, lost, by=of_one_branch)
    with pytest.raises(NotAllowedError):
        make_merge_proposal(first, lost, by=first)
    merge = make_merge_proposal(kept, lost, by=first)
    for nobody in (first, of_one_branch, make_member(tree.first)):
        with pytest.raises(NotAllowedError):
            confirmed(merge, by=nobody)
    assert fresh(lost).merged_into is None
    assert confirmed(merge, by=second).state == MergeState.DONE
    with pytest.raises(NotAllowedError):
        confirmed(merge, by=second)


def test_the_database_too_wants_two_people(kept: Member, lost: Member, first: Member) -> None:
    merge = make_merge_proposal(kept, lost, by=first)
    for nobody in (first, kept, lost):
        with pytest.raises(IntegrityError), transaction.atomic():
            RecordMerge.objects.filter(pk=merge.pk).update(decided_by=nobody)


def test_refused_or_withdrawn_nothing_changes(
    kept: Member, lost: Member, first: Member, second: Member
) -> None:
    refused = make_merge_proposal(kept, lost, by=first)
    services.refuse_merge(merge=refused, answer="不是同一个人", by=second)
    withdrawn = make_merge_proposal(kept, lost, by=first)
    with pytest.raises(NotAllowedError):
        services.withdraw_merge(merge=withdrawn, by=second)
    services.withdraw_merge(merge=withdrawn, by=first)
    assert [each.state for each in RecordMerge.objects.order_by("pk")] == [
        MergeState.REFUSED,
        MergeState.WITHDRAWN,
    ]
    assert (fresh(lost).merged_into, spans(lost)) == (None, [("第二党支部", "2022-01-01", "None")])


def test_what_is_confirmed_is_what_was_seen(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    merge = make_merge_proposal(kept, lost, by=first)
    seen = digest_of(preview(merge))
    transfer_member(member=lost, to=tree.third, on=dt.date(2023, 1, 1))
    with pytest.raises(PreviewChangedError):
        services.confirm_merge(merge=merge, digest=seen, by=second)
    assert fresh(lost).merged_into is None


@pytest.mark.slow
def test_what_is_in_the_way_is_said(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    third = make_member(tree.first, number="400100", name="张三")
    grant_role(member=lost, branch=tree.second, role=Role.SECRETARY)
    with pytest.raises(MergeError, match="还担任职责"):
        make_merge_proposal(kept, lost, by=first)
    merged(kept, third, by=first, second=second)
    with pytest.raises(MergeError, match="已有别的记录并入"):
        make_merge_proposal(lost, kept, by=first)
    with pytest.raises(NotAllowedError):
        make_merge_proposal(lost, third, by=first)


def test_one_proposal_about_a_record_at_a_time(
    kept: Member, lost: Member, first: Member, tree: BranchTree
) -> None:
    third = make_member(tree.first, name="张三")
    make_merge_proposal(kept, lost, by=first)
    for pair in ((kept, lost), (lost, kept), (third, lost), (kept, third)):
        with pytest.raises(MergeError, match="等待确认"):
            make_merge_proposal(*pair, by=first)


def test_same_names_are_a_list_to_look_through(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    make_member(make_branch_tree("外").first, name="张三")
    assert same_names(first) == [("张三", [kept, lost])]
    merged(kept, lost, by=first, second=second)
    assert same_names(first) == []


def test_a_roster_that_still_names_the_old_number_is_told_the_new_one(
    kept: Member, lost: Member, first: Member, second: Member, tree: BranchTree
) -> None:
    merged(kept, lost, by=first, second=second)
    text = "党员编号,姓名,组织代码\n400099,张三,ZB1\n"
    kept_import = preview_roster(by=first, file_name="名册.csv", content=text.encode())
    _roster, plan = replan(kept_import)
    assert [(problem.code, problem.words) for problem in plan.problems] == [
        ("merged_member", {"value": "400099", "into": "400001"})
    ]
    assert plan.changes == []
