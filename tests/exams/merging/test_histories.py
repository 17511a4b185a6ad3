"""Over random histories of joins, moves, reversals, reliefs and merges the sums hold everywhere."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.credit.models import MemberYear, StudyHourEntry
from exams.credit.queries import chain_links
from exams.credit.services import post_entry
from exams.credit.targets import settle_targets
from exams.credit.totals import differences
from exams.credit.verification import Tally, findings
from lms.core.errors import DomainError
from lms.members.merging.models import MergeState, RecordMerge
from lms.members.models import Branch, Member, Membership
from lms.members.services import join_branch, leave_branch, transfer_member
from lms.reports.figures import added_up, figures_by_child
from lms.reports.queries import board_of
from tests.factories.corrections import reversed_entry
from tests.factories.hours import make_entry
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.factories.merging import merged, parted
from tests.factories.rules import make_relief

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
DAYS = [dt.date(2025, 6, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 8, 1)]
ACTS = ("earn", "earn", "earn", "transfer", "leave", "join", "reverse", "relieve", "merge", "part")
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 4), st.sampled_from(DAYS)
    ),
    max_size=12,
)  # fmt: skip


class History:
    """Three records, of whom any may be the same person, and two administrators."""

    def __init__(self) -> None:
        self.tree = make_branch_tree()
        tree = self.tree
        self.places = [tree.first, tree.second, tree.third, tree.general, tree.committee]
        self.records = [
            make_member(place, joined_on=dt.date(2025, 1, 1)) for place in self.places[:3]
        ]
        self.by = make_administrator(tree.committee)
        self.second = make_administrator(tree.committee)

    def act(self, what: str, which: int, place: int, day: dt.date) -> None:
        member = Member.objects.get(pk=self.records[which].pk)
        branch = Branch.objects.get(pk=self.places[place].pk)
        if what == "earn" and member.merged_into_id is None:
            self.earn(member, place, day)
        elif what == "transfer":
            transfer_member(member=member, to=branch, on=day)
        elif what == "leave":
            leave_branch(member=member, on=day)
        elif what == "join" and member.merged_into_id is None:
            join_branch(member=member, branch=branch, joined_on=day)
        elif what == "reverse":
            entries = list(StudyHourEntry.objects.filter(member=member).order_by("pk"))
            if entries:
                entry = entries[place % len(entries)]
                reversed_entry(entry, by=self.by, approved_by=self.second)
        elif what == "relieve" and not member.reliefs.filter(year=day.year).exists():
            make_relief(member, hours=[None, Decimal(8)][place % 2], year=day.year)
            settle_targets(member_ids=[member.pk], year=day.year)
        elif what == "merge":
            merged(self.records[place % 3], member, by=self.by, second=self.second)
        elif what == "part":
            merge = RecordMerge.objects.filter(
                lost=member, undoes=None, state=MergeState.DONE
            ).last()
            if merge is not None:
                parted(merge, by=self.by, second=self.second)

    def earn(self, member: Member, content: int, day: dt.date) -> None:
        """One of five recordings, each hanging in two courses; or a meeting without recording."""
        if content == 4:
            make_entry(member, "2", category="concentrated", earned_on=day, source_id="meeting")
            return
        post_entry(
            member=member, category=["online", "group"][content % 2], hours=Decimal(1),
            earned_on=day, source_kind="lesson", source_id=f"{content}-{day.day % 2}",
            source_title="录像", evidence={"lesson": content}, content_id=f"asset:{content}",
            programme_id=f"course:{content}",
        )  # fmt: skip


def balances() -> dict[tuple[int, int], Decimal]:
    return {(row.member_id, row.year): row.all_hours for row in MemberYear.objects.order_by("pk")}


def standing(member: Member) -> dict[tuple[int, str], Decimal]:
    """What distinct content has earned this record, by year."""
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    entries = StudyHourEntry.objects.filter(member=member, reverses=None, reversed_by=None)
    for entry in entries:
        content = entry.content_id or f"{entry.source_kind}:{entry.source_id}"
        found[entry.earned_on.year, content] += entry.hours
    return found


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_sums_hold_and_no_content_is_lost_or_counted_twice(taken: list[Any]) -> None:
    with transaction.atomic(), time_machine.travel(NOON, tick=False):
        history = History()
        for what, which, place, day in taken:
            before, own = balances(), [standing(record) for record in history.records]
            try:
                with transaction.atomic():
                    history.act(what, which, place, day)
            except DomainError:
                assert balances() == before
                continue
            if what == "merge":
                _check_merge(own, place % 3, which, [standing(each) for each in history.records])
            elif what in {"earn", "transfer", "leave", "join", "relieve"}:
                after = balances()
                assert [key for key in before if after[key] < before[key]] == []
        _check_sums(history)
        transaction.set_rollback(True)


def _check_merge(before: list[Any], kept: int, lost: int, after: list[Any]) -> None:
    """All distinct content of both is with the kept record, each as much as its better half."""
    mine, theirs = before[kept], before[lost]
    assert {key: hours for key, hours in after[kept].items() if hours} == {
        key: hours
        for key in {*mine, *theirs}
        if (hours := max(mine.get(key, Decimal(0)), theirs.get(key, Decimal(0))))
    }
    assert after[lost] == {}


def _check_sums(history: History) -> None:
    assert differences() == []
    assert list(findings(chain_links(), Tally())) == []
    merged_away = Member.objects.exclude(merged_into=None)
    assert Membership.objects.filter(member__in=merged_away).count() == 0
    for year, day in ((2025, dt.date(2025, 12, 31)), (2026, TODAY)):
        for node in Branch.objects.all():
            whole = added_up(figures_by_child(node.path, year, day).values())
            board = board_of(node, year, TODAY, visible=Branch.objects.all())
            parts = added_up(row.figures for row in board.rows) if board.rows else whole
            assert (parts, board.figures) == (whole, whole)
            ledger = dict(
                StudyHourEntry.objects.filter(
                    branch__path__startswith=node.path, earned_on__year=year
                )
                .order_by()
                .values_list("category")
                .annotate(total=Sum("hours"))
            )
            said = {name: hours for name, hours in whole.credited.items() if hours}
            assert said == {name: hours for name, hours in ledger.items() if hours}
