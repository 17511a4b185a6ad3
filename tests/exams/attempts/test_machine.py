"""A rule machine: in any order of events, no attempt too many, no answer lost, none after the end.

Every step goes through the services and is held against a model of a few lines. `killed` is a
process that dies in the middle: its transaction is gone, and what was acknowledged is not.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exams.attempts import queries, room_services, services
from exams.attempts.errors import (
    AttemptClosedError,
    NoAttemptLeftError,
    NothingToGiveError,
    NotOpenError,
    StaleAnswersError,
)
from exams.attempts.models import Attempt, AttemptState, FinishedBy
from exams.attempts.timing import GRACE
from lms.core import clock
from tests.exams.attempts.conftest import NINE
from tests.factories.exam_attempts import begin, make_exam, told
from tests.factories.members import make_administrator, make_branch_tree, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

QUESTIONS = 3
TABS = [uuid4(), uuid4()]
positions = st.integers(1, QUESTIONS)
options = st.integers(0, 3)
tabs = st.sampled_from([*TABS, None])


class _Killed(Exception):
    pass


def die_after(act: Callable[[], object]) -> None:
    """What `act` wrote is never committed."""

    def die() -> None:
        with transaction.atomic():
            act()
            raise _Killed

    with pytest.raises(_Killed):
        die()


class SittingMachine(RuleBasedStateMachine):
    """One member, one exam of three questions, one attempt allowed at first."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.traveller = time_machine.travel(NINE, tick=False)
        self.clock = self.traveller.start()
        tree = make_branch_tree(str(uuid4())[:6])
        self.exam = make_exam(tree.first, questions=QUESTIONS)
        self.member = make_member(tree.first, password=None)
        self.officer = make_administrator(tree.first, password=None)
        self.attempt: Attempt | None = None
        self.allowed = 1
        self.begun = 0
        self.deadline = NINE
        self.finished = False
        # By position, the option and revision that were acknowledged last.
        self.acknowledged: dict[int, tuple[int | None, int]] = {}
        self.tab: UUID | None = None

    def teardown(self) -> None:
        self.traveller.stop()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # --- What the model knows -----------------------------------------------------------------

    @property
    def is_writable(self) -> bool:
        return (
            self.attempt is not None and not self.finished and clock.now() <= self.deadline + GRACE
        )

    def close_if_over(self) -> None:
        if self.attempt is not None and clock.now() > self.deadline + GRACE:
            self.finished = True

    # --- What happens -------------------------------------------------------------------------

    @rule()
    def start(self) -> None:
        self.close_if_over()
        running = self.attempt is not None and not self.finished
        try:
            attempt = begin(self.exam, self.member)
        except NotOpenError:
            assert not running
            assert clock.now() >= self.exam.closes_at
            return
        except NoAttemptLeftError:
            assert not running
            assert self.begun >= self.allowed
            return
        if running:
            assert self.attempt is not None
            assert attempt.pk == self.attempt.pk
            return
        assert self.begun < self.allowed
        self.attempt, self.begun, self.finished = attempt, self.begun + 1, False
        self.deadline, self.acknowledged, self.tab = attempt.deadline_at, {}, None
        assert attempt.started_at == clock.now()

    @precondition(lambda self: self.attempt is not None)
    @rule(position=positions, option=options, tab=tabs, behind=st.integers(0, 1))
    def save(self, position: int, option: int, tab: UUID | None, behind: int) -> None:
        assert self.attempt is not None
        was, revision = self.acknowledged.get(position, (None, 0))
        seen = max(0, revision - behind)
        before = self.is_writable
        outcome = services.save_answers(
            attempt=self.attempt, answers=[told(self.attempt, position, option, seen=seen)], tab=tab
        )
        item = self.attempt.items[position - 1][0]
        if not before:
            assert (outcome.refusal, outcome.revisions) == ("over", {})
        elif tab is not None and self.tab not in (None, tab):
            assert (outcome.refusal, outcome.revisions) == ("tab", {})
        elif seen == revision or was == option:
            expected = revision + (was != option or revision == 0)
            assert outcome.revisions == {item: expected}
            self.acknowledged[position] = (option, expected)
            self.tab = tab
        else:
            assert (outcome.refusal, outcome.revisions) == ("", {})
            self.tab = tab

    @precondition(lambda self: self.attempt is not None)
    @rule(position=positions)
    def save_nothing_silently(self, position: int) -> None:
        assert self.attempt is not None
        before = self.is_writable
        _was, revision = self.acknowledged.get(position, (None, 0))
        outcome = services.save_answers(
            attempt=self.attempt, answers=[told(self.attempt, position, None, seen=revision)]
        )
        if before and outcome.revisions:  # nothing stood there, or nothing that is full
            assert self.acknowledged.get(position, (None, 0))[0] is None
            self.acknowledged[position] = (None, next(iter(outcome.revisions.values())))
        if before:
            self.tab = None

    @precondition(lambda self: self.attempt is not None)
    @rule(position=positions, option=options)
    def killed(self, position: int, option: int) -> None:
        """The process dies between writing and committing: nothing was acknowledged."""
        assert self.attempt is not None
        answers = [told(self.attempt, position, option, seen=9)]
        attempt = self.attempt
        die_after(lambda: services.save_answers(attempt=attempt, answers=answers))

    @precondition(lambda self: self.attempt is not None)
    @rule()
    def killed_while_handing_in(self) -> None:
        assert self.attempt is not None
        stored = Attempt.objects.select_related("exam__paper").get(pk=self.attempt.pk)
        die_after(lambda: services.submit_attempt(attempt=stored))

    @precondition(lambda self: self.attempt is not None)
    @rule(tab=st.sampled_from(TABS))
    def take_over(self, tab: UUID) -> None:
        assert self.attempt is not None
        services.take_over(attempt=self.attempt, tab=tab)
        if Attempt.objects.get(pk=self.attempt.pk).state == AttemptState.OPEN:
            self.tab = tab

    @precondition(lambda self: self.attempt is not None)
    @rule()
    def resume(self) -> None:
        assert self.attempt is not None
        self.close_if_over()
        stored = Attempt.objects.select_related("exam__paper").get(pk=self.attempt.pk)
        try:
            sitting = services.open_sitting(attempt=stored)
        except AttemptClosedError:
            assert self.finished
            return
        assert not self.finished
        shown = {q.asked.position: q.revision for q in sitting.questions if q.revision}
        assert shown == {place: kept[1] for place, kept in self.acknowledged.items()}

    @precondition(lambda self: self.attempt is not None)
    @rule(position=positions, option=options, tab=tabs)
    def submit(self, position: int, option: int, tab: UUID | None) -> None:
        assert self.attempt is not None
        stored = Attempt.objects.select_related("exam__paper").get(pk=self.attempt.pk)
        was, revision = self.acknowledged.get(position, (None, 0))
        writable = self.is_writable
        answers = [told(stored, position, option, seen=revision)]
        try:
            services.submit_attempt(attempt=stored, answers=answers, tab=tab)
        except StaleAnswersError:
            assert writable
            assert tab is not None
            assert self.tab not in (None, tab)
            return
        assert stored.receipt != ""
        if writable:
            changed = was != option or revision == 0
            self.acknowledged[position] = (option, revision + changed)
            assert stored.finished_by == FinishedBy.MEMBER
        self.finished = True
        self.tab = None

    @rule(seconds=st.sampled_from([1, 9, 11, 60, 600, 3000, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.shift(dt.timedelta(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        services.finish_expired()
        self.close_if_over()

    @rule(minutes=st.integers(1, 30))
    def extend(self, minutes: int) -> None:
        self.close_if_over()
        longer = room_services.allow(
            exam=self.exam, members=[self.member], by=self.officer, reason="断电",
            extra_seconds=60 * minutes,
        )  # fmt: skip
        running = self.attempt is not None and not self.finished
        assert longer == running
        if running:
            assert self.attempt is not None
            later = Attempt.objects.get(pk=self.attempt.pk).deadline_at
            assert later >= self.deadline + dt.timedelta(minutes=minutes)
            self.deadline = later

    @rule()
    def another_attempt(self) -> None:
        self.close_if_over()
        room_services.allow(
            exam=self.exam, members=[self.member], by=self.officer, reason="设备故障",
            extra_attempts=1,
        )  # fmt: skip
        self.allowed += 1

    @precondition(lambda self: self.attempt is not None)
    @rule(minutes=st.integers(0, 20))
    def reopen(self, minutes: int) -> None:
        assert self.attempt is not None
        self.close_if_over()
        stored = Attempt.objects.get(pk=self.attempt.pk)
        services.finish_if_over(stored)
        try:
            self.deadline = room_services.reopen_attempt(
                attempt=stored, by=self.officer, reason="误交", extra_seconds=60 * minutes
            )
        except AttemptClosedError:
            assert not self.finished
        except NothingToGiveError:
            assert self.finished
            assert minutes == 0
        else:
            assert self.finished
            self.finished, self.tab = False, None

    # --- What always holds --------------------------------------------------------------------

    @invariant()
    def there_is_no_attempt_too_many(self) -> None:
        rows = Attempt.objects.filter(exam=self.exam)
        assert rows.count() == self.begun <= self.allowed
        assert rows.filter(state=AttemptState.OPEN).count() <= 1

    @invariant()
    def no_acknowledged_answer_is_lost(self) -> None:
        if self.attempt is None:
            return
        answers = queries.answers_in(self.attempt.pk)
        kept: dict[int, Any] = {
            position: (answers[item].answer.get("chosen"), answers[item].revision)
            for position, (item, _order) in enumerate(self.attempt.items, start=1)
            if item in answers
        }
        assert kept == self.acknowledged

    @invariant()
    def nothing_was_saved_after_the_end(self) -> None:
        if self.attempt is None:
            return
        stored = Attempt.objects.get(pk=self.attempt.pk)
        assert stored.deadline_at == self.deadline
        if stored.state == AttemptState.FINISHED:
            assert self.finished or clock.now() > self.deadline + GRACE
            assert stored.finished_at is not None
            assert stored.finished_at <= stored.deadline_at
        saved = [answer.saved_at for answer in queries.answers_in(stored.pk).values()]
        assert all(at <= stored.deadline_at + GRACE for at in saved)


def test_no_attempt_too_many_no_answer_lost_none_after_the_end(db: None) -> None:
    run_state_machine_as_test(
        SittingMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
