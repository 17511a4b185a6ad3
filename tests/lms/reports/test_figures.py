"""A branch's figures: the same by any way, and the parts add up to the whole."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.credit.models import MemberYear, StudyCategory, StudyHourEntry
from exams.credit.targets import open_years
from lms.members.models import Branch, Member, Membership
from lms.members.queries import branch_on, members_of
from lms.members.services import join_branch, leave_branch, transfer_member
from lms.reports.figures import Figures, added_up, figures_by_child
from lms.reports.filters import Show
from lms.reports.forecast import forecast
from lms.reports.models import BranchTouch, BranchYear, SubtreeYear
from lms.reports.queries import BehindFirst, board_of, year_of
from lms.reports.services import figure_differences, recount_branches
from lms.reports.years import YearState, reckoning_day
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import make_branch, make_branch_tree, make_member

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def naive(branch: Branch, year: int, day: dt.date) -> Figures:
    """The figures by asking about each person and each entry."""
    people = members_of(branch, day)
    years = [year_of(person, year) for person in people]
    inside = {other.pk for other in Branch.objects.filter(path__startswith=branch.path)}
    credited: Counter[str] = Counter()
    for entry in StudyHourEntry.objects.filter(earned_on__year=year, branch__in=inside):
        credited[entry.category] += entry.hours
    return Figures(
        members=len(people),
        due=sum(each.state is not YearState.NOT_DUE for each in years),
        opened=MemberYear.objects.filter(member__in=people, year=year).count(),
        reached=sum(each.state is YearState.REACHED for each in years),
        started=sum(each.state is YearState.STARTED for each in years),
        counted_hours=sum((each.counted for each in years if each.is_due), Decimal(0)),
        credited=dict(credited),
    )


def subtree(branch: Branch, year: int, day: dt.date) -> Figures:
    return added_up(figures_by_child(branch.path, year, day).values())


def some_day(chance: random.Random) -> dt.date:
    return dt.date(2025, 6, 1) + dt.timedelta(days=chance.randrange(560))


def happen(chance: random.Random, members: list[Member], branches: list[Branch]) -> None:
    """One thing that can happen in a school."""
    member = chance.choice(members)
    what = chance.randrange(7)
    last = Membership.objects.filter(member=member).order_by("-joined_on").first()
    if what == 0:
        branches.append(make_branch(chance.choice(branches)))
    elif what == 1 and last and last.left_on is None:
        on = last.joined_on + dt.timedelta(days=chance.randrange(1, 300))
        transfer_member(member=member, to=chance.choice(branches), on=on)
    elif what == 2 and last and last.left_on is None:
        leave_branch(member=member, on=last.joined_on + dt.timedelta(days=chance.randrange(1, 300)))
    elif what == 3 and last and last.left_on:
        join_branch(member=member, branch=chance.choice(branches), joined_on=last.left_on)
    elif what == 4 and StudyHourEntry.objects.filter(member=member, reversed_by=None).exists():
        entry = StudyHourEntry.objects.filter(member=member, reversed_by=None).first()
        if entry.reverses_id is None:
            make_reversal(entry, by=members[0])
    elif what == 6:
        moved, to = (Branch.objects.get(pk=chance.choice(branches).pk) for _each in range(2))
        if not to.path.startswith(moved.path):
            moved.move(to, "last-child")
        for branch in branches:
            branch.refresh_from_db()
    elif what == 5:
        if chance.random() < 0.5:
            open_years(year=2026)
        recount_branches()
    for _more in range(chance.randrange(3)):
        make_entry(
            chance.choice(members),
            Decimal(chance.randrange(1, 80)) / 4,
            earned_on=min(some_day(chance), TODAY),
            category=chance.choice(list(StudyCategory)),
        )


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_figures_are_those_of_every_person_and_entry(seed: int) -> None:
    chance = random.Random(seed)
    with transaction.atomic(), time_machine.travel(NOON, tick=False):
        branches = [make_branch()]
        for _more in range(chance.randrange(1, 5)):
            branches.append(make_branch(chance.choice(branches)))
        members = [
            make_member(chance.choice(branches), password=None, joined_on=some_day(chance))
            for _each in range(chance.randrange(2, 7))
        ]
        for _step in range(chance.randrange(12)):
            happen(chance, members, branches)
        recounted = chance.random() < 0.5 and recount_branches()
        assert figure_differences() == []
        if recounted:
            assert BranchTouch.objects.count() == 0
        for year in (2025, 2026):
            day = reckoning_day(year, TODAY)
            for branch in Branch.objects.all():
                whole = subtree(branch, year, day)
                assert whole == naive(branch, year, day)
                board = board_of(branch, year, TODAY, visible=Branch.objects.all())
                assert board.figures == whole
                if board.rows:
                    assert added_up(row.figures for row in board.rows) == whole
                rows = BehindFirst(board)[:]
                assert len(rows) == len(BehindFirst(board)) == whole.members
                assert [row for chunk in BehindFirst(board).in_chunks(2) for row in chunk] == rows
                gaps = [row.year.missing for row in rows if row.year.counted or not row.year.is_due]
                assert gaps == sorted(gaps, reverse=True)
                assert [row.member_id for row in BehindFirst(board, show=Show.BEHIND)[:]] == [
                    row.member_id
                    for row in rows
                    if row.year.state in (YearState.STARTED, YearState.NOT_STARTED)
                ]
                likely = BehindFirst(board, show=Show.UNLIKELY)
                assert [row.member_id for row in likely[:]] == [
                    row.member_id
                    for row in rows
                    if row.year.state in (YearState.STARTED, YearState.NOT_STARTED)
                    and not forecast(row.year.counted, row.year.target, day).will_reach
                ]
                assert len(likely) == len(likely[:])
                for row in rows:
                    person = Member.objects.get(pk=row.member_id)
                    assert row.year == year_of(person, year)
                    assert row.branch == str(branch_on(person, day))
                    entries = StudyHourEntry.objects.filter(member=person, earned_on__year=year)
                    assert row.year.counted == sum(entry.counted_hours for entry in entries)
                    assert row.year.all_hours == sum(entry.hours for entry in entries)
        transaction.set_rollback(True)


def test_transferred_members_bring_their_total_and_leave_the_branch_its_hours() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        member = make_member(tree.first)
        make_entry(member, "10", earned_on=dt.date(2026, 3, 1))
        transfer_member(member=member, to=tree.second, on=dt.date(2026, 7, 1))
        make_entry(member, "2", earned_on=dt.date(2026, 8, 1))
        first, second, both = (
            subtree(branch, 2026, TODAY) for branch in (tree.first, tree.second, tree.general)
        )
    assert (first.members, first.counted_hours, first.credited_hours) == (0, 0, 10)
    assert (second.members, second.counted_hours, second.credited_hours) == (1, 12, 2)
    assert (both.members, both.counted_hours, both.credited_hours) == (1, 12, 12)


def test_counted_branches_are_read_from_their_rows_until_touched() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        member = make_member(tree.first)
        other = make_member(tree.second)
        recount_branches()
        assert BranchTouch.objects.count() == 0
        # Sums that lie show that sums are what is read …
        SubtreeYear.objects.filter(path=tree.first.path, year=2026).update(members=77)
        SubtreeYear.objects.filter(path=tree.second.path, year=2026).update(members=55)
        assert subtree(tree.general, 2026, TODAY).members == 132
        # … and that an entry makes its own branch, and no other, be counted.
        make_entry(member)
        BranchYear.objects.filter(branch=tree.first, year=2026).update(members=77)
        assert subtree(tree.general, 2026, TODAY).members == 56
        leave_branch(member=other, on=dt.date(2026, 5, 1))
        BranchYear.objects.filter(branch=tree.second, year=2026).update(members=55)
        assert subtree(tree.general, 2026, TODAY).members == 1
        assert recount_branches() == 4
        assert subtree(tree.general, 2026, TODAY) == naive(tree.general, 2026, TODAY)


def test_sums_of_a_changed_tree_are_not_read_until_added_up_again() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        make_entry(make_member(tree.first))
        recount_branches()
        general = Branch.objects.get(pk=tree.general.pk)
        general.name = "更名"
        general.save()
        assert BranchTouch.objects.count() == 0  # a name is no shape
        Branch.objects.get(pk=tree.first.pk).move(
            Branch.objects.get(pk=tree.third.pk), "last-child"
        )
        whole = Branch.objects.get(pk=tree.committee.pk)
        for _turn in ("before", "after"):
            for branch in (whole, *whole.get_descendants()):
                assert subtree(branch, 2026, TODAY) == naive(branch, 2026, TODAY)
            recount_branches()
            assert figure_differences() == []
        emptied = make_branch(whole)
        recount_branches()
        Branch.objects.get(pk=emptied.pk).delete()
        assert figure_differences() == []
        recount_branches()
        assert SubtreeYear.objects.filter(year=2026).count() == Branch.objects.count()
        assert figure_differences() == []


def test_figures_that_are_not_those_of_their_people_are_found_and_counted_afresh() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        make_member(tree.first)
        recount_branches()
        assert figure_differences() == []
        BranchYear.objects.filter(branch=tree.third, year=2025).update(reached=3)
        SubtreeYear.objects.filter(path=tree.general.path, year=2026).update(members=9)
        # The root's sum of 2025 and that of the branch no longer are those of the rows below.
        found = {(tree.third.pk, 2025), (tree.committee.pk, 2025), (tree.general.pk, 2026)}
        assert set(figure_differences()) == found
        assert len(figure_differences(limit=1)) == 1
        recount_branches(afresh=True)
        assert figure_differences() == []


def test_rows_hold_only_between_comings_and_goings() -> None:
    tree = make_branch_tree()
    with time_machine.travel(NOON, tick=False):
        member = make_member(tree.first)
        leave_branch(member=member, on=dt.date(2026, 12, 1))
        recount_branches()
    assert [
        subtree(tree.first, 2026, day).members
        for day in (TODAY, dt.date(2026, 11, 30), dt.date(2026, 12, 1))
    ] == [1, 1, 0]


def test_counting_twice_changes_nothing() -> None:
    tree = make_branch_tree()
    make_entry(make_member(tree.first))
    assert recount_branches() == 10
    assert recount_branches() == 0
