"""Starting, saving and handing in: what each does, and what each refuses with which words."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.attempts import queries, services
from exams.attempts.errors import (
    AttemptClosedError,
    NoAttemptLeftError,
    NotOpenError,
    OtherDeviceError,
    StaleAnswersError,
)
from exams.attempts.models import (
    Answer,
    Attempt,
    AttemptEvent,
    AttemptState,
    Exam,
    ExamState,
    Fairness,
    FinishedBy,
    Navigation,
)
from exams.attempts.signals import attempt_finished
from exams.attempts.timing import GRACE
from exams.papers.models import PaperKind, Seat
from exams.papers.printing import seats_data
from exams.papers.queries import seats_of
from lms.members.models import Member
from tests.exams.attempts.conftest import NINE
from tests.factories.exam_attempts import begin, make_exam, told
from tests.factories.members import BranchTree, make_member
from tests.factories.papers import make_paper

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
MINUTE = 60 * SECOND


@pytest.fixture
def exam(moving_clock: Any, tree: BranchTree) -> Exam:
    return make_exam(tree.general)


def kept(attempt: Attempt) -> dict[int, tuple[Any, int]]:
    """By position, what is kept and its revision."""
    answers = queries.answers_in(attempt.pk)
    return {
        position: (answers[item].answer.get("chosen"), answers[item].revision)
        for position, (item, _order) in enumerate(attempt.items, start=1)
        if item in answers
    }


# --- Starting -----------------------------------------------------------------------------------


def test_a_start_stamps_the_deadline_and_freezes_what_is_asked(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    assert attempt.started_at == NINE
    assert attempt.deadline_at == NINE + 60 * MINUTE
    assert attempt.out_of == 15
    assert [sorted(order) for _item, order in attempt.items] == [[0, 1, 2, 3]] * 3
    stored = Attempt.objects.get()
    assert (stored.pk, stored.items) == (attempt.pk, attempt.items)


def test_in_a_room_the_seat_decides_about_the_form_as_the_list_at_its_door_says(
    moving_clock: Any, tree: BranchTree
) -> None:
    paper = make_paper(tree.general, kind=PaperKind.AB, questions=2, sealed=True)
    exam = make_exam(tree.general, paper=paper, fairness=Fairness.ROOM)
    people = [make_member(tree.first, password=None) for _person in range(6)]
    for number, person in enumerate(people, start=1):
        Seat.objects.create(exam=exam, member=person, room="第一会议室", number=number)
    sat = [begin(exam, person).form for person in people]
    (room,) = seats_data(exam, seats_of(exam))["rooms"]
    assert sat == ["A", "B", "A", "B", "A", "B"]
    assert [f"{row[3]}" for row in room["seats"]] == sat
    # Without a seat chance decides, and where nobody watches seats do not.
    assert begin(exam, make_member(tree.first, password=None)).form in {"A", "B"}


def test_starting_again_goes_on(exam: Exam, member: Member, moving_clock: Any) -> None:
    first = begin(exam, member)
    moving_clock.shift(20 * MINUTE)
    again = begin(exam, member)
    assert (again.pk, again.deadline_at) == (first.pk, NINE + 60 * MINUTE)
    assert Attempt.objects.count() == 1


def test_a_first_start_is_one_statement_and_a_resume_four(exam: Exam, member: Member) -> None:
    begin(exam, make_member(password=None))  # the paper is kept from here on
    with CaptureQueriesContext(connection) as start:
        first = services.start_sitting(by=member, exam=exam)
    assert [query["sql"].split()[0] for query in start] == ["INSERT"]
    with CaptureQueriesContext(connection) as resume:
        again = services.start_sitting(by=member, exam=exam)
    assert len(resume) == 4
    assert (again.attempt.pk, again.questions) == (first.attempt.pk, first.questions)


def test_nobody_begins_outside_the_window_or_too_often(
    exam: Exam, member: Member, moving_clock: Any
) -> None:
    moving_clock.shift(-SECOND)
    with pytest.raises(NotOpenError, match="还没有开始"):
        begin(exam, member)
    moving_clock.shift(SECOND)
    services.submit_attempt(attempt=begin(exam, member))
    with pytest.raises(NoAttemptLeftError, match="次数已经用完"):
        begin(exam, member)
    moving_clock.move_to(exam.closes_at)
    with pytest.raises(NotOpenError, match="已经结束"):
        begin(exam, make_member(password=None))
    exam.state = ExamState.CANCELLED
    with pytest.raises(NotOpenError):
        begin(exam, make_member(password=None))


# --- Saving -------------------------------------------------------------------------------------


def test_the_revision_decides_and_a_repeat_changes_nothing(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    item = attempt.items[0][0]
    first = services.save_answers(attempt=attempt, answers=[told(attempt, 1, 2)])
    assert first.revisions == {item: 1}
    again = services.save_answers(attempt=attempt, answers=[told(attempt, 1, 2)])
    assert again.revisions == {item: 1}  # its acknowledgement was lost
    newer = services.save_answers(attempt=attempt, answers=[told(attempt, 1, 3, seen=1)])
    assert newer.revisions == {item: 2}
    stale = services.save_answers(
        attempt=attempt, answers=[told(attempt, 1, 0, seen=1), told(attempt, 2, 1)]
    )
    assert stale.revisions == {attempt.items[1][0]: 1}
    assert kept(attempt) == {1: (3, 2), 2: (1, 1)}


def test_an_empty_answer_takes_a_full_one_away_only_if_it_is_said(
    exam: Exam, member: Member
) -> None:
    attempt = begin(exam, member)
    services.save_answers(attempt=attempt, answers=[told(attempt, 1, 2)])
    silent = services.save_answers(attempt=attempt, answers=[told(attempt, 1, None, seen=1)])
    assert silent.revisions == {}
    assert kept(attempt) == {1: (2, 1)}
    cleared = [told(attempt, 1, None, seen=1, is_cleared=True)]
    services.save_answers(attempt=attempt, answers=cleared)
    assert kept(attempt) == {1: (None, 2)}


def test_a_mark_for_review_is_kept_with_an_empty_answer(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    for flag in (True, False, True):
        services.save_answers(attempt=attempt, answers=[told(attempt, 1, None, is_flagged=flag)])
    answer = Answer.objects.get()
    assert (answer.answer, answer.is_flagged, answer.revision) == ({}, True, 3)


def test_what_was_on_its_way_counts_and_nothing_after(
    exam: Exam, member: Member, moving_clock: Any
) -> None:
    attempt = begin(exam, member)
    moving_clock.move_to(attempt.deadline_at + GRACE)
    assert services.save_answers(attempt=attempt, answers=[told(attempt, 1, 1)]).refusal == ""
    moving_clock.shift(dt.timedelta(milliseconds=1))
    late = services.save_answers(attempt=attempt, answers=[told(attempt, 2, 1)])
    assert (late.refusal, late.revisions) == ("over", {})
    assert kept(attempt) == {1: (1, 1)}
    with pytest.raises(AttemptClosedError) as closed:
        services.open_sitting(attempt=attempt)
    assert closed.value.message == "考试已于 10:00:00 结束，之前保存的 1 题都有效。"
    attempt.refresh_from_db()
    assert (attempt.state, attempt.finished_at, attempt.finished_by) == (
        AttemptState.FINISHED,
        NINE + 60 * MINUTE,
        FinishedBy.TIME,
    )


def test_nobody_saves_into_the_attempt_of_another(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    attempt.member_id = make_member(password=None).pk
    with pytest.raises(AttemptClosedError, match="没有找到"):
        services.save_answers(attempt=attempt, answers=[told(attempt, 1, 1)])
    assert kept(attempt) == {}


def test_two_tabs_the_one_that_took_over_writes(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    first, second = uuid4(), uuid4()

    def save(tab: Any, option: int, seen: int) -> str:
        answers = [told(attempt, 1, option, seen=seen)]
        return services.save_answers(attempt=attempt, answers=answers, tab=tab).refusal

    assert save(first, 1, 0) == ""
    assert save(second, 2, 0) == "tab"
    attempt.refresh_from_db()
    assert services.take_over(attempt=attempt, tab=second) is True
    assert save(first, 3, 1) == "tab"
    assert save(second, 2, 1) == ""
    assert kept(attempt) == {1: (2, 2)}
    assert [event.kind for event in AttemptEvent.objects.all()] == ["tab"]
    with pytest.raises(StaleAnswersError, match="在此继续"):
        services.submit_attempt(attempt=attempt, tab=first)


def test_one_device_and_how_it_is_let_go(
    moving_clock: Any, tree: BranchTree, member: Member
) -> None:
    exam = make_exam(tree.first, fairness=Fairness.ONE_DEVICE)
    attempt = begin(exam, member, device="phone")
    with pytest.raises(OtherDeviceError, match="解除绑定"):
        services.open_sitting(attempt=attempt, device="computer")
    answers = [told(attempt, 1, 1)]
    computer = services.save_answers(attempt=attempt, answers=answers, device="computer")
    assert computer.refusal == "device"
    Attempt.objects.update(device="")
    attempt.refresh_from_db()
    assert services.open_sitting(attempt=attempt, device="computer").count == 3
    phone = services.save_answers(attempt=attempt, answers=answers, device="phone")
    assert phone.refusal == "device"
    assert [event.kind for event in AttemptEvent.objects.all()] == ["device"]


def test_where_nobody_goes_back_only_the_current_question_is_shown_and_saved(
    moving_clock: Any, tree: BranchTree, member: Member
) -> None:
    exam = make_exam(tree.first, navigation=Navigation.FORWARD)
    attempt = begin(exam, member)

    def shown() -> list[int]:
        sitting = services.open_sitting(attempt=attempt)
        return [question.asked.position for question in sitting.questions]

    assert shown() == [1]
    ahead = services.save_answers(attempt=attempt, answers=[told(attempt, 2, 1)])
    assert ahead.revisions == {}
    services.save_answers(attempt=attempt, answers=[told(attempt, 1, 1)])
    assert services.move_on(attempt=attempt, position=2) is False
    assert services.move_on(attempt=attempt, position=1) is True
    assert services.move_on(attempt=attempt, position=1) is False
    assert shown() == [2]
    back = services.save_answers(attempt=attempt, answers=[told(attempt, 1, 2, seen=1)])
    assert back.revisions == {}
    assert kept(attempt) == {1: (1, 1)}


# --- Handing in ---------------------------------------------------------------------------------


def test_handing_in_carries_the_last_answers_and_is_done_once(
    exam: Exam, member: Member, django_capture_on_commit_callbacks: Any
) -> None:
    told_of: list[Any] = []

    def listen(attempt_id: Any, **_about: Any) -> None:
        told_of.append(attempt_id)

    attempt_finished.connect(listen)
    try:
        attempt = begin(exam, member)
        with django_capture_on_commit_callbacks(execute=True):
            services.submit_attempt(attempt=attempt, answers=[told(attempt, 3, 2)])
        receipt = attempt.receipt
        with django_capture_on_commit_callbacks(execute=True):
            services.submit_attempt(attempt=attempt, answers=[told(attempt, 3, 1, seen=1)])
    finally:
        attempt_finished.disconnect(listen)
    assert told_of == [attempt.pk]
    assert kept(attempt) == {3: (2, 1)}
    assert (receipt[:7], len(receipt), attempt.receipt) == ("261120-", 17, receipt)
    assert attempt.finished_by == FinishedBy.MEMBER


def test_nothing_is_handed_in_over_an_answer_that_is_not_kept(exam: Exam, member: Member) -> None:
    attempt = begin(exam, member)
    services.save_answers(attempt=attempt, answers=[told(attempt, 1, 1)])
    with pytest.raises(StaleAnswersError) as refused:
        services.submit_attempt(attempt=attempt, answers=[told(attempt, 1, 2)])
    assert refused.value.positions == [1]
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.OPEN


def test_the_sweep_finishes_at_the_deadline(exam: Exam, member: Member, moving_clock: Any) -> None:
    over = begin(exam, member)
    moving_clock.shift(40 * MINUTE)
    going_on = begin(exam, make_member(password=None))
    moving_clock.move_to(over.deadline_at + GRACE + SECOND)
    assert services.finish_expired() == 1
    assert services.finish_expired() == 0
    over.refresh_from_db()
    going_on.refresh_from_db()
    assert (over.state, over.finished_at) == (AttemptState.FINISHED, over.deadline_at)
    assert going_on.state == AttemptState.OPEN
