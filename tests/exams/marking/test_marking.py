"""From handed in to released: the machine, the queue, double marking, release."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from exams.attempts.models import Answer, Attempt, AttemptState, ExamState, Release
from exams.attempts.signals import attempt_finished
from exams.marking import desk_services as desk
from exams.marking import queries, services
from exams.marking.errors import MarkingError, ReleaseError
from exams.marking.models import Mark, MarkingPlace
from exams.marking.signals import attempt_released
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import chose, wrote
from tests.factories.members import (
    BranchTree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


def standing(attempt: Attempt) -> tuple[str, Decimal | None, bool | None]:
    attempt.refresh_from_db()
    return attempt.state, attempt.points, attempt.is_passed


def test_a_paper_of_choices_is_marked_when_it_is_handed_in(
    tree: BranchTree, officer: Member, run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:  # fmt: skip
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"] * 3)
    attempt = marked.sit(sat, make_member(tree.first), chose(0, 0, 3))
    with django_capture_on_commit_callbacks(execute=True):
        attempt_finished.send(Attempt, attempt_id=attempt.pk)
    assert run_queued() == ["exams.machine_mark_attempt"]
    assert standing(attempt) == (AttemptState.MARKED, Decimal("10.00"), True)
    services.machine_mark_attempt(attempt_id=attempt.pk)
    assert standing(attempt) == (AttemptState.MARKED, Decimal("10.00"), True)


def test_what_a_lost_signal_left_behind_is_found(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single", "short"])
    lost = marked.sit(sat, make_member(tree.first), [*chose(0), wrote()])
    empty = marked.sit(sat, make_member(tree.first), [{}, {}])
    marked.machine_marked(sat, make_member(tree.first), [*chose(0), wrote()])
    assert set(queries.unmarked(10)) == {lost.pk, empty.pk}
    for pk in queries.unmarked(10):
        services.machine_mark_attempt(attempt_id=pk)
    assert queries.unmarked(10) == []
    assert standing(empty) == (AttemptState.MARKED, Decimal(0), False)
    assert standing(lost) == (AttemptState.FINISHED, None, None)


def test_one_marker_holds_an_answer_until_the_lease_runs_out(
    tree: BranchTree, officer: Member, time_machine: object
) -> None:
    first, second = make_instructor(tree.committee), make_instructor(tree.committee)
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"])
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    place = desk.claim_place(exam=sat.exam, by=first)
    assert place is not None
    assert desk.claim_place(exam=sat.exam, by=first) == place
    assert desk.claim_place(exam=sat.exam, by=second) is None
    MarkingPlace.objects.update(leased_until=place.leased_until - desk.LEASE - dt.timedelta(1))
    assert desk.claim_place(exam=sat.exam, by=second) == place
    with pytest.raises(MarkingError):
        desk.save_mark(place=place, by=first, points=Decimal(5))
    desk.save_mark(place=place, by=second, points=Decimal(7), comment="联系实际不够")
    assert standing(attempt) == (AttemptState.MARKED, Decimal("7.00"), True)


def test_who_may_mark_and_who_may_not(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    marked.machine_marked(sat, make_member(tree.first), [wrote()])
    for by in (make_secretary(tree.first), make_member(tree.first), make_instructor(tree.second)):
        with pytest.raises(MarkingError):
            desk.claim_place(exam=sat.exam, by=by)
    assert desk.claim_place(exam=sat.exam, by=make_instructor(tree.first)) is not None


def test_nobody_marks_the_own_answer(tree: BranchTree, officer: Member) -> None:
    sitting_too = make_instructor(tree.first)
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    marked.machine_marked(sat, sitting_too, [wrote()])
    assert desk.claim_place(exam=sat.exam, by=sitting_too) is None


def test_points_stay_within_the_question(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    marked.machine_marked(sat, make_member(tree.first), [wrote()])
    place = desk.claim_place(exam=sat.exam, by=officer)
    assert place is not None
    for wrong in ("10.01", "-1", "1.005"):
        with pytest.raises(MarkingError):
            desk.save_mark(place=place, by=officer, points=Decimal(wrong))
    assert Mark.objects.count() == 0


def test_a_skipped_answer_goes_to_the_end_and_a_returned_one_to_somebody_else(
    tree: BranchTree, officer: Member
) -> None:
    marker = make_instructor(tree.committee)
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"])
    one = marked.machine_marked(sat, make_member(tree.first), [wrote("一")])
    other = marked.machine_marked(sat, make_member(tree.first), [wrote("二")])
    place = desk.claim_place(exam=sat.exam, by=marker)
    assert place is not None
    assert place.answer.attempt_id == one.pk
    desk.skip_place(place=place, by=marker)
    place = desk.claim_place(exam=sat.exam, by=marker)
    assert place is not None
    assert place.answer.attempt_id == other.pk
    with pytest.raises(MarkingError):
        desk.return_place(place=place, by=marker, reason=" ")
    desk.return_place(place=place, by=marker, reason="看出是谁写的")
    place = desk.claim_place(exam=sat.exam, by=marker)
    assert place is not None
    desk.save_mark(place=place, by=marker, points=Decimal(1))
    assert desk.claim_place(exam=sat.exam, by=marker) is None
    assert [each.return_reason for each in queries.returned(sat.exam)] == ["看出是谁写的"]
    marked.mark_next(sat, officer, "9")
    assert (standing(one)[1], standing(other)[1]) == (Decimal(1), Decimal(9))


@pytest.mark.parametrize(("second", "third", "points"), [("8", None, "7.50"), ("9", "8", "8.00")])
def test_two_markers_agree_or_a_third_settles(
    tree: BranchTree, officer: Member, second: str, third: str | None, points: str
) -> None:
    markers = [make_instructor(tree.committee) for _ in range(3)]
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"], markers_per_answer=2)
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    marked.mark_next(sat, markers[0], "7")
    assert desk.claim_place(exam=sat.exam, by=markers[0]) is None
    assert standing(attempt)[0] == AttemptState.FINISHED
    marked.mark_next(sat, markers[1], second)
    if third:
        assert standing(attempt)[0] == AttemptState.FINISHED
        assert [desk.claim_place(exam=sat.exam, by=by) for by in markers[:2]] == [None, None]
        marked.mark_next(sat, markers[2], third)
    assert standing(attempt)[:2] == (AttemptState.MARKED, Decimal(points))


def test_a_marker_thinks_again_by_a_row_more(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    marked.mark_next(sat, officer, "3")
    place = MarkingPlace.objects.get()
    desk.save_mark(place=place, by=officer, points=Decimal(8))
    assert standing(attempt)[:2] == (AttemptState.MARKED, Decimal("8.00"))
    assert [mark.points for mark in Mark.objects.order_by("pk")] == [Decimal(3), Decimal(8)]
    for change in (lambda: Mark.objects.update(points=10), lambda: Mark.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    services.release_exam(exam=sat.exam, by=officer)
    with pytest.raises(MarkingError):
        desk.save_mark(place=place, by=officer, points=Decimal(9))


def test_an_answer_that_changed_in_a_reopened_attempt_is_read_again(
    tree: BranchTree, officer: Member
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short", "short"])
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote("一"), wrote("二")])
    marked.mark_next(sat, officer, "4")
    Attempt.objects.update(state=AttemptState.OPEN)
    services.machine_mark_attempt(attempt_id=attempt.pk)
    read = Answer.objects.get(points__isnull=False)
    Answer.objects.filter(pk=read.pk).update(answer=wrote("改了"), revision=2)
    Attempt.objects.update(state=AttemptState.FINISHED)
    services.machine_mark_attempt(attempt_id=attempt.pk)
    marked.mark_next(sat, officer, "5")
    assert standing(attempt)[0] == AttemptState.FINISHED
    marked.mark_next(sat, officer, "6")
    assert standing(attempt)[:2] == (AttemptState.MARKED, Decimal(11))


@pytest.mark.parametrize(
    ("release", "after_marking", "after_sweep"),
    [
        (Release.AT_ONCE, AttemptState.RELEASED, ExamState.RELEASED),
        (Release.AFTER_CLOSE, AttemptState.MARKED, ExamState.RELEASED),
        (Release.BY_HAND, AttemptState.MARKED, ExamState.PUBLISHED),
    ],
)
def test_results_are_released_as_the_exam_says(
    tree: BranchTree, officer: Member, release: str, after_marking: str, after_sweep: str
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"], release=release)
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    services.release_ended()
    assert standing(attempt)[0] == AttemptState.FINISHED  # somebody has to read it first
    marked.mark_next(sat, officer, "6")
    assert standing(attempt)[0] == after_marking
    services.release_ended()
    sat.exam.refresh_from_db()
    assert sat.exam.state == after_sweep


def test_by_hand_by_who_administers_when_all_is_over_and_marked(
    tree: BranchTree, officer: Member, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    told: list[object] = []
    attempt_released.connect(
        receiver := lambda attempt_id, **_: told.append(attempt_id), dispatch_uid="test"
    )
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"], release=Release.BY_HAND)
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    with pytest.raises(ReleaseError, match="没有评完"):
        services.release_exam(exam=sat.exam, by=officer)
    marked.mark_next(sat, officer, "6")
    with pytest.raises(ReleaseError, match="管理员"):
        services.release_exam(exam=sat.exam, by=make_instructor(tree.first))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.release_exam(exam=sat.exam, by=officer) == 1
    assert told == [attempt.pk]
    assert standing(attempt)[0] == AttemptState.RELEASED
    attempt_released.disconnect(receiver, dispatch_uid="test")


def test_not_while_the_exam_is_open(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"], is_over=False)
    marked.machine_marked(sat, make_member(tree.first), chose(0))
    with pytest.raises(ReleaseError, match="没有结束"):
        services.release_exam(exam=sat.exam, by=officer)


def test_what_comes_after_the_release_is_released_when_it_is_marked(
    tree: BranchTree, officer: Member
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"])
    services.release_ended()
    late = marked.machine_marked(sat, make_member(tree.first), chose(0))
    assert standing(late) == (AttemptState.RELEASED, Decimal(5), True)


def test_workloads(tree: BranchTree, officer: Member) -> None:
    marker = make_instructor(tree.first)
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    for _ in range(3):
        marked.machine_marked(sat, make_member(tree.first), [wrote()])
    marked.mark_next(sat, marker, "6")
    desk.claim_place(exam=sat.exam, by=marker)
    (question,) = queries.question_loads(sat.exam)
    assert (question.waiting, question.held, question.done, question.all) == (1, 1, 1, 3)
    (load,) = queries.marker_loads(sat.exam)
    assert (load.marker, load.assigned, load.done, load.held) == (marker, 2, 1, 1)
