"""The balance of a member's year is the sum of the ledger, and a difference is found."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import F

from exams.credit.models import HourTotal, MemberYear
from exams.credit.targets import open_years
from exams.credit.totals import Difference, differences, rebuild_totals
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import make_branch_tree, make_member

pytestmark = pytest.mark.django_db


def balances() -> list[tuple[int, int, Decimal, Decimal, dt.date | None]]:
    return list(
        MemberYear.objects.order_by("member", "year").values_list(
            "member", "year", "counted_hours", "all_hours", "last_earned_on"
        )
    )


def test_entries_add_to_the_year_they_were_earned_in() -> None:
    member = make_member(make_branch_tree().first)
    make_entry(member, "2", earned_on=dt.date(2025, 12, 31))
    make_entry(member, "1.5", earned_on=dt.date(2026, 1, 1))
    make_entry(member, "4", earned_on=dt.date(2026, 3, 1), category="individual")
    wrong = make_entry(member, "8", earned_on=dt.date(2026, 2, 1))
    make_reversal(wrong, by=member)
    assert balances() == [
        (member.pk, 2025, Decimal(2), Decimal(2), dt.date(2025, 12, 31)),
        (member.pk, 2026, Decimal("1.5"), Decimal("5.5"), dt.date(2026, 3, 1)),
    ]
    assert differences() == []


def test_the_same_source_twice_adds_once() -> None:
    member = make_member(make_branch_tree().first)
    for _twice in range(2):
        make_entry(member, "1", source_id="77", earned_on=dt.date(2026, 1, 1))
    assert balances() == [(member.pk, 2026, Decimal(1), Decimal(1), dt.date(2026, 1, 1))]


def test_a_wrong_balance_is_found_and_rebuilt_from_the_ledger() -> None:
    tree = make_branch_tree()
    first, second, third, fourth = (make_member(tree.first) for _each in range(4))
    for member in (first, second, third, fourth):
        make_entry(member, "1", earned_on=dt.date(2026, 1, 1))
    right = balances()
    MemberYear.objects.filter(member=first).update(counted_hours=F("counted_hours") + 1)
    MemberYear.objects.filter(member=second).update(counted_hours=0, all_hours=0)
    MemberYear.objects.filter(member=third).update(last_earned_on=None)
    HourTotal.objects.filter(member=fourth).delete()
    assert differences() == [
        Difference(first.pk, 2026, Decimal(2), Decimal(1)),
        Difference(second.pk, 2026, Decimal(0), Decimal(1)),
        Difference(third.pk, 2026, Decimal(1), Decimal(1)),
        Difference(fourth.pk, 2026, Decimal(0), Decimal(1)),
    ]
    assert rebuild_totals() == 4
    assert (balances(), differences()) == (right, [])


def test_everybody_in_a_branch_gets_a_balance_once() -> None:
    tree = make_branch_tree()
    member, known = make_member(tree.first), make_member(tree.second)
    make_member(tree.first, left_on=dt.date(2026, 5, 1))
    make_entry(known, "1", earned_on=dt.date(2026, 1, 1))
    assert [open_years(year=2026), open_years(year=2026)] == [1, 0]
    assert balances() == [
        (member.pk, 2026, Decimal(0), Decimal(0), None),
        (known.pk, 2026, Decimal(1), Decimal(1), dt.date(2026, 1, 1)),
    ]
    assert differences() == []
