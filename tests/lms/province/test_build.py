"""A made-up province: only among nobody, the same each time, and right to the last sum."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from exams.credit.models import LedgerHead, MemberYear, StudyHourEntry
from exams.credit.services import post_entry
from exams.credit.totals import differences
from lms.members.models import Branch, Member, Membership
from lms.province.build import NotEmptyError, build_province
from lms.reports.figures import added_up, figures_by_child
from lms.reports.models import BranchTouch, BranchYear
from tests.factories.members import make_member
from tests.lms.reports.test_figures import naive

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Any:
    # A vacuum runs in no transaction; the tests are in one.
    monkeypatch.setattr("lms.province.build.VACUUM", "ANALYZE")
    with time_machine.travel(NOON, tick=False):
        yield


def silently(_line: str) -> None:
    pass


def content() -> str:
    """One digest of all that was made."""
    with connection.cursor() as cursor:
        digest = hashlib.sha256()
        for table, order in (
            ("members_branch", "path"),
            ("members_member", "id"),
            ("members_membership", "member_id, joined_on"),
            ("exams_studyhourentry", "member_id, member_seq"),
            ("exams_memberyear", "member_id"),
        ):
            cursor.execute(
                f"SELECT (to_jsonb(t) - 'id' - 'reverses_id' - 'source_id')::text"
                f" FROM {table} t ORDER BY {order}"
            )
            digest.update("\n".join(text for (text,) in cursor.fetchall()).encode())
        return digest.hexdigest()


@pytest.mark.slow
def test_a_province_adds_up_at_every_node() -> None:
    lines: list[str] = []
    build_province(members=400, entries=6, say=lines.append)

    assert [branch.numchild for branch in Branch.objects.order_by("path")] == [
        branch.get_children().count() for branch in Branch.objects.order_by("path")
    ]
    assert Branch.find_problems() == ([], [], [], [], [])
    assert Branch.objects.count() == 1 + 10 + 13
    assert Member.objects.count() == MemberYear.objects.count() == 400
    assert Membership.objects.filter(left_on=None).count() == 400
    assert Membership.objects.exclude(left_on=None).exists()
    assert StudyHourEntry.objects.filter(source_kind="reversal").exists()
    assert MemberYear.objects.filter(is_due=False).exists()
    assert differences() == []
    assert (BranchTouch.objects.count(), BranchYear.objects.filter(year=2026).count()) == (0, 24)
    for branch in (Branch.objects.get(path="0001"), *Branch.objects.order_by("-path")[:2]):
        whole = added_up(figures_by_child(branch.path, 2026, TODAY).values())
        assert whole == naive(branch, 2026, TODAY)
    assert len(lines) == 8


@pytest.mark.slow
def test_the_same_seed_makes_the_same_province() -> None:
    made = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            build_province(members=50, entries=3, seed=seed, say=silently)
            made.append(content())
            transaction.set_rollback(True)
    assert made[0] == made[1] != made[2]


def test_a_school_with_people_is_left_alone() -> None:
    make_member()
    with pytest.raises(NotEmptyError, match="已有人员或组织"):
        build_province(members=50, say=silently)
    assert Member.objects.count() == 1


@pytest.mark.slow
def test_sealed_chains_are_whole_and_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    build_province(members=50, entries=4, sealed=True, say=silently)
    member = Member.objects.get(pk=LedgerHead.objects.earliest("pk").pk)
    post_entry(
        member=member, category="group", hours=Decimal(1), earned_on=TODAY, source_kind="group",
        source_id="after", source_title="会后", evidence={},
    )  # fmt: skip
    call_command("verify-ledger")
    assert "学时账完整。" in capsys.readouterr().out
    assert differences() == []


@pytest.mark.slow
def test_what_guards_the_tables_is_back_afterwards() -> None:
    guards = (
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
        " WHERE NOT tgisinternal"
        " UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint ORDER BY 1, 2, 3"
    )
    with connection.cursor() as cursor:
        cursor.execute(guards)
        before = cursor.fetchall()
        build_province(members=50, entries=2, say=silently)
        cursor.execute(guards)
        assert cursor.fetchall() == before
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE exams_studyhourentry SET hours = 8")
