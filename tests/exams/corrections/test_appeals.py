"""An appeal is answered by somebody else, in time, and what was said stays as it was said."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from exams.corrections.answer_chain import FACTS, answer_hash, first_altered
from exams.corrections.appeals import (
    appeal_entry,
    ask_back,
    confirm_entry,
    supplement_appeal,
    withdraw_appeal,
)
from exams.corrections.errors import AlreadyProposedError, NotAllowedError
from exams.corrections.models import Appeal
from exams.corrections.queries import answer_chains
from exams.corrections.services import (
    approve_correction,
    propose_reversal,
    refuse_correction,
    withdraw_correction,
)
from lms.core.errors import DomainError
from lms.core.states import StateMovedError
from lms.members.models import Member
from tests.factories.corrections import make_addition_proposal, make_appeal
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


class Case:
    """A member with an entry appealed against, the branch's secretary, and the level above."""

    def __init__(self) -> None:
        self.tree = make_branch_tree()
        self.member = make_member(self.tree.first)
        self.secretary = make_secretary(self.tree.first)
        self.above = make_secretary(self.tree.general)
        self.entry = make_entry(self.member, "2")
        self.appeal = make_appeal(self.entry)

    def fresh(self) -> Appeal:
        return Appeal.objects.select_related("entry", "branch", "member").get(pk=self.appeal.pk)

    def kinds(self) -> list[str]:
        return list(self.appeal.answers.order_by("seq").values_list("kind", flat=True))


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def refusal(act: Callable[[], Any]) -> str:
    try:
        act()
    except DomainError as error:
        return type(error).__name__
    return ""


def test_an_answer_is_due_in_fifteen_days_and_one_appeal_is_open(case: Case) -> None:
    assert (case.appeal.due_on, case.appeal.state) == (dt.date(2026, 12, 5), "open")
    with pytest.raises(AlreadyProposedError):
        make_appeal(case.entry)
    withdraw_appeal(appeal=case.appeal, by=case.member)
    assert make_appeal(case.entry).pk != case.appeal.pk


def test_the_days_are_a_setting(case: Case, settings: Any) -> None:
    settings.APPEAL_DAYS = 3
    assert make_appeal(make_entry(case.member)).due_on == dt.date(2026, 11, 23)


def test_only_somebody_else_of_the_branch_answers(case: Case) -> None:
    asking: dict[str, Member] = {
        "the member": case.member,
        "sibling": make_secretary(case.tree.second),
        "above": case.above,
        "secretary": case.secretary,
    }
    assert {
        who: refusal(lambda by=by: confirm_entry(appeal=case.fresh(), by=by, text="无误"))  # type: ignore[misc]
        for who, by in asking.items()
    } == {
        "the member": "NotAllowedError",
        "sibling": "NotAllowedError",
        "above": "",
        "secretary": "NotAllowedError",  # it has been answered
    }


def test_a_secretarys_own_appeal_is_answered_by_another(case: Case) -> None:
    appeal = make_appeal(make_entry(case.secretary))
    with pytest.raises(NotAllowedError):
        confirm_entry(appeal=appeal, by=case.secretary, text="无误")
    confirm_entry(appeal=appeal, by=case.above, text="无误")


def test_nobody_appeals_for_another(case: Case) -> None:
    with pytest.raises(NotAllowedError):
        appeal_entry(entry=case.entry, by=case.secretary, text="替他申诉")


def test_a_confirmation_keeps_what_the_entry_said(case: Case) -> None:
    confirm_entry(appeal=case.appeal, by=case.secretary, text="核对无误")
    answer = case.appeal.answers.get(kind="confirmed")

    assert answer.stands == {"entry": case.entry.pk, "hours": "2", "hash": case.entry.hash} or (
        answer.stands == {"entry": case.entry.pk, "hours": "2.00", "hash": case.entry.hash}
    )
    assert (answer.by, answer.seq) == (case.secretary, 2)
    assert [first_altered(rows) for _appeal, rows in answer_chains()] == [None]


def test_asked_back_and_supplemented_the_time_begins_anew(case: Case) -> None:
    ask_back(appeal=case.appeal, by=case.secretary, text="哪一天？")
    with time_machine.travel(NOON + dt.timedelta(days=10), tick=False):
        supplement_appeal(appeal=case.fresh(), by=case.member, text="一号")
    after = case.fresh()

    assert (after.state, after.due_on) == ("open", dt.date(2026, 12, 15))
    assert case.kinds() == ["filed", "asked_back", "supplemented"]


def test_a_correction_settles_the_appeal_it_answers(case: Case) -> None:
    proposal = propose_reversal(
        entry=case.entry, by=case.secretary, reason="确实重了", appeal=case.appeal
    )
    waiting = case.fresh().state
    approve_correction(correction=proposal, by=case.above)

    assert (waiting, case.fresh().state) == ("in_correction", "corrected")
    assert case.kinds() == ["filed", "proposed", "corrected"]


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_a_correction_that_fails_opens_the_appeal_again(case: Case, end: str) -> None:
    proposal = make_addition_proposal(case.member, by=case.secretary, appeal=case.appeal)
    if end == "refused":
        refuse_correction(correction=proposal, by=case.above, answer="依据不足")
    else:
        withdraw_correction(correction=proposal, by=case.secretary)

    assert case.fresh().state == "open"
    assert case.kinds() == ["filed", "proposed", "not_corrected"]
    confirm_entry(appeal=case.fresh(), by=case.secretary, text="维持")


@pytest.mark.slow
def test_an_appeal_being_corrected_takes_no_second_answer(case: Case) -> None:
    make_addition_proposal(case.member, by=case.secretary, appeal=case.appeal)
    stale = case.fresh()
    stale.state = "open"  # as a page opened before would have it

    assert refusal(lambda: confirm_entry(appeal=stale, by=case.secretary, text="维持")) == (
        StateMovedError.__name__
    )
    assert refusal(lambda: withdraw_appeal(appeal=case.fresh(), by=case.member)) == (
        StateMovedError.__name__
    )
    assert case.kinds() == ["filed", "proposed"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exams_appealanswer SET text = '改'",
        "DELETE FROM exams_appealanswer",
        "TRUNCATE exams_appealanswer",
    ],
)
def test_the_database_refuses_to_change_an_answer(case: Case, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.parametrize("fact", FACTS)
def test_an_answer_altered_by_sql_is_found(case: Case, fact: str) -> None:
    confirm_entry(appeal=case.appeal, by=case.secretary, text="核对无误")
    [(_appeal, rows)] = answer_chains()
    changed: dict[str, Any] = {
        "appeal_id": 0, "by_id": 0, "kind": "corrected", "said_at": NOON, "seq": 7,
        "stands": {"hours": "9"}, "text": "改",
    }  # fmt: skip
    if fact == "said_at":
        changed[fact] = NOON + dt.timedelta(seconds=1)
    rows[1] = rows[1] | {fact: changed[fact]}

    assert first_altered(rows) == 2
    assert first_altered([rows[0]]) is None
    assert answer_hash("", rows[0]) == rows[0]["hash"]
