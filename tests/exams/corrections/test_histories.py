"""Over random histories: only an approved reversal lowers a balance, and each entry but once."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.corrections.models import Correction
from exams.corrections.services import (
    approve_correction,
    propose_reversal,
    refuse_correction,
    withdraw_correction,
)
from exams.credit.models import MemberYear, SourceKind, StudyHourEntry
from exams.credit.queries import chain_links
from exams.credit.totals import differences
from exams.credit.verification import Tally, findings
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.corrections import make_addition_proposal
from tests.factories.hours import make_entry
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
PEOPLE = ("member", "secretary", "above", "top", "sibling")
ACTS = ("earn", "propose", "add", "approve", "refuse", "withdraw")
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 5)),
    max_size=14,
)


class History:
    """One member, four overseers, and whatever they try in whatever order."""

    def __init__(self) -> None:
        tree = make_branch_tree()
        self.people: dict[str, Member] = {
            "member": make_secretary(tree.first),  # an overseer as well, but never of the own hours
            "secretary": make_secretary(tree.first),
            "above": make_secretary(tree.general),
            "top": make_administrator(tree.committee),
            "sibling": make_secretary(tree.second),
        }
        self.member = self.people["member"]
        make_member(tree.first)

    def balance(self) -> Decimal:
        year = MemberYear.objects.filter(member=self.member, year=2026).first()
        return year.all_hours if year else Decimal(0)

    def act(self, what: str, by: Member, place: int) -> None:
        entries = list(StudyHourEntry.objects.order_by("pk"))
        proposals = list(Correction.objects.select_related("entry", "branch").order_by("pk"))
        if what == "earn":
            make_entry(self.member, "1.5", category="group")
        elif what == "propose" and entries:
            propose_reversal(entry=entries[place % len(entries)], by=by, reason="有误")
        elif what == "add":
            make_addition_proposal(self.member, by=by, hours="2")
        elif proposals:
            proposal = proposals[place % len(proposals)]
            if what == "approve":
                approve_correction(correction=proposal, by=by)
            elif what == "refuse":
                refuse_correction(correction=proposal, by=by, answer="不成立")
            elif what == "withdraw":
                withdraw_correction(correction=proposal, by=by)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_only_an_approved_reversal_lowers_a_balance(taken: list[tuple[str, str, int]]) -> None:
    with transaction.atomic(), time_machine.travel(NOON, tick=False):
        history = History()
        for what, who, place in taken:
            before, reversals = history.balance(), _reversals()
            try:
                with transaction.atomic():
                    history.act(what, history.people[who], place)
            except DomainError:
                assert history.balance() == before
            if history.balance() < before:
                assert (what, _reversals()) == ("approve", reversals + 1)
        _check(history)
        transaction.set_rollback(True)


def _reversals() -> int:
    return StudyHourEntry.objects.filter(source_kind=SourceKind.REVERSAL).count()


def _check(history: History) -> None:
    entries = list(StudyHourEntry.objects.all())
    reversed_ids = [entry.reverses_id for entry in entries if entry.reverses_id]
    decided = list(Correction.objects.exclude(decided_by=None))

    assert len(reversed_ids) == len(set(reversed_ids))
    assert [row for row in decided if row.decided_by_id in {row.by_id, row.member_id}] == []
    assert Correction.objects.filter(by=history.member).count() == 0
    assert sorted(
        Correction.objects.filter(state="approved").values_list("posted_id", flat=True)
    ) == sorted(entry.pk for entry in entries if entry.source_kind in {"reversal", "correction"})
    assert history.balance() == (
        StudyHourEntry.objects.aggregate(total=Sum("hours"))["total"] or Decimal(0)
    )
    assert list(findings(chain_links(), Tally())) == []
    assert differences() == []
