"""Everything asked of a member, each with what there is towards it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from exams.credit.policy import PRESET, Category, Identity, Measure, asked_of
from lms.members.models import DutyKind, MemberKind
from lms.members.services import assign_duty
from lms.reports.asked import YearSum, progress
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member
from tests.factories.rules import count_online

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)

HOURS = st.integers(0, 200).map(lambda quarters: Decimal(quarters) / 4)
SUMS = st.lists(
    st.builds(YearSum, st.integers(2018, 2028), st.sampled_from(list(Category)), HOURS, HOURS)
)


@given(identities=st.sets(st.sampled_from(list(Identity))), sums=SUMS, events=st.integers(0, 3))
def test_each_target_adds_up_its_own_hours_of_its_own_years(
    identities: set[str], sums: list[YearSum], events: int
) -> None:
    asked = asked_of(PRESET, identities)
    rows = progress(asked, 2026, sums, events)
    assert [row.target for row in rows] == list(asked.targets)
    assert sum(row.is_deciding for row in rows) == (1 if asked.hours else 0)
    for row in rows:
        years = range(2027 - row.target.years, 2027)
        assert row.from_year == years[0]
        within = [each for each in sums if each.year in years]
        by_hand = {
            Measure.COUNTED: sum(each.counted for each in within),
            Measure.CONCENTRATED: sum(
                each.hours for each in within if each.category == "concentrated"
            ),
            Measure.ONLINE: sum(each.hours for each in within if each.category == "online"),
            Measure.ALL: sum(each.hours for each in within),
        }
        assert row.had == by_hand[row.target.measure]
        assert row.is_reached == (row.had >= row.target.hours and events >= row.target.events)


@pytest.mark.django_db
def test_the_archive_lists_each_identity_and_marks_the_highest() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        published = count_online(tree.general, "4")
        member = make_member(tree.first, kind=MemberKind.FULL)
        for kind in (DutyKind.COMMITTEE, DutyKind.CADRE_COUNTY):
            assign_duty(member=member, kind=kind, from_on=dt.date(2020, 1, 1))
        make_entry(member, "8", category="concentrated")
        make_entry(member, "10", category="online")
        make_entry(member, "100", category="individual", earned_on=dt.date(2022, 5, 1))
        make_entry(member, "100", category="individual", earned_on=dt.date(2021, 5, 1))
        client = Client()
        client.force_login(member)
        context: Any = client.get("/archive/").context
        assert [
            (row["who"], row["progress"].had, row["progress"].is_deciding)
            for row in context["asked_rows"]
        ] == [
            ("班子成员", Decimal(12), True),
            ("正式党员", Decimal(12), False),
            ("县处级及以上干部", Decimal(118), False),
            ("县处级及以上干部", Decimal(10), False),
        ]
        assert context["study"].target == Decimal(56)
        assert context["asks"].rule_version == str(published)
        assert client.get(f"/rules/{published}/").status_code == 200
