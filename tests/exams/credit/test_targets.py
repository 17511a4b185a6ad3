"""What a year asks of each member is kept as identities, rules and reliefs have it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from exams.credit.models import MemberYear
from exams.credit.policy import Identity, Target
from exams.credit.targets import asked_of_members, open_years, settle_targets
from lms.members.models import DutyKind, Member, MemberKind
from lms.members.services import assign_duty, end_duty, transfer_member
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary
from tests.factories.rules import make_relief, make_rules

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def kept(member: Member, year: int = 2026) -> tuple[str, int, bool, str, bool]:
    row = MemberYear.objects.get(member=member, year=year)
    return (
        str(row.target_hours), row.required_events, row.is_due, str(row.missing_hours),
        row.is_reached,
    )  # fmt: skip


def test_each_identity_has_its_target_and_the_highest_counts() -> None:
    tree = make_branch_tree()
    plain, secretary = make_member(tree.first), make_secretary(tree.first)
    candidate = make_member(tree.first, kind=MemberKind.CANDIDATE)
    cadre = make_member(tree.first)
    assign_duty(member=cadre, kind=DutyKind.CADRE_TOWNSHIP, from_on=dt.date(2026, 1, 1))
    assert open_years(year=2026) == 4
    assert [kept(each) for each in (plain, secretary, candidate, cadre)] == [
        ("32.00", 0, True, "32.00", False),
        ("56.00", 1, True, "56.00", False),
        ("0.00", 0, False, "0.00", False),
        ("90.00", 0, True, "90.00", False),
    ]
    assert open_years(year=2026) == settle_targets() == 0


def test_a_duty_that_ends_takes_its_target_with_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    member = make_member(make_branch_tree().first)
    with django_capture_on_commit_callbacks(execute=True):
        assign_duty(member=member, kind=DutyKind.COMMITTEE, from_on=dt.date(2026, 3, 1))
    assert kept(member) == ("56.00", 1, True, "56.00", False)
    with django_capture_on_commit_callbacks(execute=True):
        end_duty(member=member, kind=DutyKind.COMMITTEE, on=dt.date(2026, 11, 20))
    assert kept(member) == ("32.00", 0, True, "32.00", False)
    # Of a year that has ended its last day decides.
    assign_duty(
        member=member, kind=DutyKind.COMMITTEE, from_on=dt.date(2025, 5, 1),
        until_on=dt.date(2026, 1, 1),
    )  # fmt: skip
    settle_targets(member_ids=[member.pk], year=2025)
    assert kept(member, 2025) == ("56.00", 1, True, "56.00", False)


def test_hours_and_occasions_make_a_year_reached() -> None:
    secretary = make_secretary(make_branch_tree().first)
    make_entry(secretary, "56", earned_on=dt.date(2026, 2, 1))
    assert kept(secretary) == ("56.00", 1, True, "0.00", False)
    make_entry(secretary, "8", category="concentrated", earned_on=dt.date(2026, 2, 2))
    assert kept(secretary) == ("56.00", 1, True, "0.00", True)


def test_the_rules_of_the_nearest_node_hold_and_move_with_the_member(
    django_capture_on_commit_callbacks: Any,
) -> None:
    tree = make_branch_tree()
    member, other = make_member(tree.first), make_member(tree.third)
    full = Identity.FULL
    make_rules(tree.committee, targets=(Target(full, Decimal(40)),))
    make_rules(tree.general, targets=(Target(full, Decimal(24)),))
    settle_targets()
    assert (kept(member)[0], kept(other)[0]) == ("24.00", "40.00")
    with django_capture_on_commit_callbacks(execute=True):
        transfer_member(member=member, to=tree.third, on=dt.date(2026, 11, 20))
    assert kept(member)[0] == "40.00"


def test_reliefs_count_from_their_approval_to_their_end() -> None:
    tree = make_branch_tree()
    ill, less = make_member(tree.first), make_member(tree.first)
    make_relief(ill)
    make_relief(less, hours=Decimal(16))
    settle_targets()
    assert kept(ill) == ("0.00", 0, False, "0.00", False)
    assert kept(less) == ("16.00", 0, True, "16.00", False)
    assert asked_of_members([ill.pk], 2026)[ill.pk].is_exempt is True
    assert asked_of_members([ill.pk], 2025)[ill.pk].is_exempt is False
