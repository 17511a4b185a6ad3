"""Archive, board, export and API give one number for one thing, whatever has happened."""

import io
import itertools
import random
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lms.members.models import Branch, Member
from tests.factories.members import make_administrator, make_branch, make_member
from tests.factories.platforms import make_platform
from tests.lms.reports.test_figures import NOON, happen, some_day

pytestmark = pytest.mark.django_db


def exported(client: Client, branch: Branch, year: int) -> dict[str, Decimal]:
    """The hours that count by member number, as the export has them."""
    answer = client.get(f"/board/{branch.pk}/export.xlsx?year={year}").getvalue()
    rows = [list(row) for row in load_workbook(io.BytesIO(answer)).active.values]
    headings = rows[0]
    number, counted = headings.index("党员编号"), headings.index("计入年度要求合计")
    people = itertools.takewhile(lambda row: row[number] is not None, rows[1:])
    return {str(row[number]): Decimal(str(row[counted])) for row in people}


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_one_number(seed: int) -> None:
    chance = random.Random(seed)
    with transaction.atomic(), time_machine.travel(NOON, tick=False):
        root = make_branch()
        branches = [root, make_branch(root)]
        members = [
            make_member(chance.choice(branches), joined_on=some_day(chance)) for _each in range(4)
        ]
        office = Client()
        office.force_login(make_administrator(root))
        platform = make_platform(root)
        for _step in range(chance.randrange(4, 16)):
            happen(chance, members, branches)
        for year in (2025, 2026):
            for branch in Branch.objects.filter(path__startswith=root.path)[:3]:
                board = office.get(f"/board/{branch.pk}/?year={year}").context["board"].figures
                sheet = exported(office, branch, year)
                told = platform.get(f"branches/{branch.code}/years/{year}/").json()["figures"]
                assert Decimal(told["counted_hours"]) == board.counted_hours
                asked_of = Decimal(0)
                people = {"page": board.members, "export": len(sheet), "API": told["members"]}
                assert people == dict.fromkeys(people, board.members)
                assert (told["reached"], told["due"]) == (board.reached, board.due)
                assert Decimal(told["credited_hours"]) == board.credited_hours
                for number, hours in sheet.items():
                    member = Member.objects.get(number=number)
                    own = Client()
                    own.force_login(member)
                    archive = own.get(f"/archive/?year={year}").context["study"]
                    year_told = platform.get(f"members/{number}/years/{year}/").json()
                    assert {
                        archive.counted, hours, Decimal(year_told["counted_hours"])
                    } == {hours}  # fmt: skip
                    assert Decimal(year_told["all_hours"]) == archive.all_hours
                    assert Decimal(year_told["missing_hours"]) == archive.missing
                    assert year_told["state"] == archive.state
                    asked_of += hours if archive.is_due else 0
                assert asked_of == board.counted_hours
        transaction.set_rollback(True)
