"""Two people change the ledger, never one: proposals, decisions, and what they post."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from exams.corrections.errors import (
    NotAllowedError,
    NothingToReverseError,
    WrongHoursError,
)
from exams.corrections.models import Correction
from exams.corrections.services import (
    approve_correction,
    refuse_correction,
    withdraw_correction,
)
from exams.credit.models import MemberYear, StudyHourEntry
from lms.core.errors import DomainError
from lms.core.states import StateMovedError
from lms.members.models import Member
from lms.members.services import leave_branch, transfer_member
from tests.factories.corrections import make_addition_proposal, make_reversal_proposal
from tests.factories.hours import make_entry, make_reversal
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


class School:
    """A branch with a member and a secretary, and a secretary of the level above."""

    def __init__(self) -> None:
        self.tree: BranchTree = make_branch_tree()
        self.member = make_member(self.tree.first, name="张秀英")
        self.secretary = make_secretary(self.tree.first, name="王书记")
        self.above = make_secretary(self.tree.general, name="总支书记")

    @property
    def balance(self) -> Decimal:
        return MemberYear.objects.get(member=self.member, year=2026).all_hours


@pytest.fixture
def school(db: None) -> School:
    return School()


def refused(act: Callable[[], Any]) -> str:
    """The case by which `act` was refused; empty if it was not."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DomainError as error:
        return type(error).__name__
    return ""


def test_a_reversal_is_posted_when_a_second_person_approves_it(school: School) -> None:
    entry = make_entry(school.member, "2", category="group", earned_on=dt.date(2026, 3, 2))
    proposal = make_reversal_proposal(entry, by=school.secretary)
    before = school.balance
    reversal = approve_correction(correction=proposal, by=school.above)
    proposal.refresh_from_db()

    assert (before, school.balance) == (Decimal(2), Decimal(0))
    assert (reversal.reverses, reversal.hours, reversal.earned_on) == (
        entry, Decimal(-2), dt.date(2026, 3, 2),
    )  # fmt: skip
    assert (proposal.state, proposal.posted, proposal.decided_by) == (
        "approved", reversal, school.above,
    )  # fmt: skip
    assert reversal.by == school.above
    assert {name: reversal.evidence[name] for name in ("reason", "proposed_by", "approved_by")} == {
        "reason": "同一次学习登记了两遍",
        "proposed_by": {"id": school.secretary.pk, "name": "王书记"},
        "approved_by": {"id": school.above.pk, "name": "总支书记"},
    }


def test_missing_hours_are_added_the_same_way(school: School) -> None:
    proposal = make_addition_proposal(school.member, by=school.secretary, note="签到表第 3 行")
    entry = approve_correction(correction=proposal, by=school.above)

    assert (entry.source_kind, entry.source_id) == ("correction", str(proposal.pk))
    assert (entry.hours, entry.category, entry.branch) == (Decimal(4), "group", school.tree.first)
    assert entry.evidence["note"] == "签到表第 3 行"
    assert school.balance == Decimal(4)


def test_who_may_propose(school: School) -> None:
    entry = make_entry(school.member)
    asking = {
        "own secretary": school.secretary,
        "above": school.above,
        "administrator": make_administrator(school.tree.committee),
        "the member": school.member,
        "sibling": make_secretary(school.tree.second),
        "instructor": make_instructor(school.tree.first),
        "former": make_secretary(school.tree.first, until_on=dt.date(2026, 11, 20)),
    }
    assert {
        who: refused(lambda by=by: make_reversal_proposal(entry, by=by))  # type: ignore[misc]
        for who, by in asking.items()
    } == {
        "own secretary": "",
        "above": "",
        "administrator": "",
        "the member": "NotAllowedError",
        "sibling": "NotAllowedError",
        "instructor": "NotAllowedError",
        "former": "NotAllowedError",
    }


def test_nobody_corrects_the_own_hours(school: School) -> None:
    entry = make_entry(school.secretary)
    colleague = make_secretary(school.tree.first)
    assert refused(lambda: make_reversal_proposal(entry, by=school.secretary)) == "NotAllowedError"
    proposal = make_reversal_proposal(entry, by=colleague)
    assert (
        refused(lambda: approve_correction(correction=proposal, by=school.secretary))
        == "NotAllowedError"
    )
    approve_correction(correction=proposal, by=school.above)


def test_the_decision_belongs_to_the_level_above_where_there_is_one(school: School) -> None:
    proposal = make_reversal_proposal(make_entry(school.member), by=school.secretary)
    asking = {
        "proposer": school.secretary,
        "same branch": make_secretary(school.tree.first),
        "member": school.member,
        "sibling": make_secretary(school.tree.second),
        "above": school.above,
        "highest": make_administrator(school.tree.committee),
    }
    for decide in (
        lambda by: approve_correction(correction=fresh(proposal), by=by),
        lambda by: refuse_correction(correction=fresh(proposal), by=by, answer="证据不足"),
    ):
        assert {
            who: refused(lambda by=by, decide=decide: decide(by))  # type: ignore[misc]
            for who, by in asking.items()
        } == {
            "proposer": "NotAllowedError",
            "same branch": "NotAllowedError",
            "member": "NotAllowedError",
            "sibling": "NotAllowedError",
            "above": "",
            "highest": "",
        }


def test_at_the_top_another_overseer_of_the_branch_decides() -> None:
    tree = make_branch_tree()
    first, second = make_administrator(tree.committee), make_secretary(tree.committee)
    member = make_member(tree.committee)
    proposal = make_reversal_proposal(make_entry(member), by=first)

    assert refused(lambda: approve_correction(correction=proposal, by=first)) == "NotAllowedError"
    approve_correction(correction=proposal, by=second)


def test_who_proposed_from_above_does_not_decide_alone(school: School) -> None:
    """The only one above has proposed: another overseer of the branch itself is the second."""
    proposal = make_reversal_proposal(make_entry(school.member), by=school.above)

    assert (
        refused(lambda: approve_correction(correction=proposal, by=school.above))
        == "NotAllowedError"
    )
    approve_correction(correction=proposal, by=school.secretary)


def test_every_state_has_a_way_out(school: School) -> None:
    entry = make_entry(school.member)
    first = make_reversal_proposal(entry, by=school.secretary)
    withdraw_correction(correction=first, by=school.secretary)
    second = make_reversal_proposal(entry, by=school.secretary)
    refuse_correction(correction=second, by=school.above, answer="查过签到表，没有重复。")
    third = make_reversal_proposal(entry, by=school.secretary)

    assert [row.state for row in Correction.objects.order_by("pk")] == [
        "withdrawn", "refused", "proposed",
    ]  # fmt: skip
    assert second.answer == "查过签到表，没有重复。"
    assert refused(lambda: withdraw_correction(correction=third, by=school.above)) == (
        "NotAllowedError"
    )
    assert school.balance == entry.hours
    for settled in (first, second):
        for act in (
            lambda it=settled: approve_correction(correction=it, by=school.above),
            lambda it=settled: refuse_correction(correction=it, by=school.above, answer="否"),
            lambda it=settled: withdraw_correction(correction=it, by=school.secretary),
        ):
            assert refused(act) == "NotAllowedError"


def test_an_entry_is_proposed_once_and_a_reversal_is_not_reversed(school: School) -> None:
    entry, gone = make_entry(school.member), make_entry(school.member)
    reversal = make_reversal(gone, by=school.above)
    make_reversal_proposal(entry, by=school.secretary)

    assert [
        refused(lambda one=one: make_reversal_proposal(one, by=school.secretary))  # type: ignore[misc]
        for one in (entry, gone, reversal)
    ] == ["AlreadyProposedError", "NothingToReverseError", "NothingToReverseError"]


def test_what_was_reversed_meanwhile_is_not_reversed_again(school: School) -> None:
    entry = make_entry(school.member)
    proposal = make_reversal_proposal(entry, by=school.secretary)
    make_reversal(entry, by=school.above)
    with pytest.raises(NothingToReverseError):
        approve_correction(correction=proposal, by=school.above)
    proposal.refresh_from_db()

    assert (proposal.state, school.balance) == ("proposed", Decimal(0))
    refuse_correction(correction=proposal, by=school.above, answer="已冲销")


@pytest.mark.parametrize("hours", ["0", "-1", "0.3", "200.25", "1.125"])
def test_hours_nobody_earns_are_refused(school: School, hours: str) -> None:
    with pytest.raises(WrongHoursError):
        make_addition_proposal(school.member, by=school.secretary, hours=hours)


def test_hours_of_tomorrow_are_refused(school: School) -> None:
    with pytest.raises(WrongHoursError):
        make_addition_proposal(school.member, by=school.secretary, earned_on=dt.date(2026, 11, 21))


def test_who_has_moved_is_corrected_where_they_are_now(school: School) -> None:
    entry = make_entry(school.member, earned_on=dt.date(2026, 2, 2))
    now = make_secretary(school.tree.second)
    transfer_member(member=school.member, to=school.tree.second, on=dt.date(2026, 7, 1))

    with pytest.raises(NotAllowedError):
        make_reversal_proposal(entry, by=school.secretary)
    reversal = approve_correction(correction=make_reversal_proposal(entry, by=now), by=school.above)
    assert reversal.branch == school.tree.first


def test_who_has_left_is_corrected_where_they_were(school: School) -> None:
    entry = make_entry(school.member, earned_on=dt.date(2026, 2, 2))
    leave_branch(member=school.member, on=dt.date(2026, 7, 1))

    assert make_reversal_proposal(entry, by=school.secretary).branch == school.tree.first


@pytest.mark.parametrize(
    "change",
    [
        "decided_by_id = by_id",
        "decided_by_id = member_id",
        "by_id = member_id",
        "entry_id = NULL",
        "state = 'approved'",
    ],
)
def test_the_database_itself_wants_two_people(school: School, change: str) -> None:
    make_reversal_proposal(make_entry(school.member), by=school.secretary)
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="correction_"),
        transaction.atomic(),
    ):
        cursor.execute(f"UPDATE exams_correction SET {change}")


# --- At once --------------------------------------------------------------------------------------


def in_parallel(*acts: Callable[[], Any]) -> list[Any]:
    """What each of `acts` got or raised, all let go at the same moment."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except DomainError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def fresh(correction: Correction) -> Correction:
    return Correction.objects.select_related("entry", "member", "by", "branch", "appeal").get(
        pk=correction.pk
    )


@pytest.mark.django_db(transaction=True)
def test_ten_approvals_at_once_post_one_reversal(school: School) -> None:
    entry = make_entry(school.member, "2")
    proposal = make_reversal_proposal(entry, by=school.secretary)
    approvers: list[Member] = [
        school.above,
        *(make_administrator(school.tree.committee) for _ in range(9)),
    ]
    results = in_parallel(
        *(
            lambda by=by: approve_correction(correction=fresh(proposal), by=by)  # type: ignore[misc]
            for by in approvers
        )
    )
    posted = [result for result in results if isinstance(result, StudyHourEntry)]

    assert posted == [StudyHourEntry.objects.get(reverses=entry)]
    assert school.balance == Decimal(0)


@pytest.mark.django_db(transaction=True)
def test_of_approval_refusal_and_withdrawal_at_once_one_wins(school: School) -> None:
    for _round in range(5):
        proposal = make_addition_proposal(school.member, by=school.secretary, hours="1")
        results = in_parallel(
            lambda it=proposal: approve_correction(correction=fresh(it), by=school.above),  # type: ignore[misc]
            lambda it=proposal: refuse_correction(  # type: ignore[misc]
                correction=fresh(it), by=school.above, answer="否"
            ),
            lambda it=proposal: withdraw_correction(correction=fresh(it), by=school.secretary),  # type: ignore[misc]
        )
        lost = [result for result in results if isinstance(result, DomainError)]
        proposal.refresh_from_db()

        assert len(lost) == 2
        assert {type(each) for each in lost} <= {StateMovedError, NotAllowedError}
        assert (proposal.posted_id is not None) == (proposal.state == "approved")
    approved = Correction.objects.filter(state="approved").count()
    assert StudyHourEntry.objects.count() == approved
