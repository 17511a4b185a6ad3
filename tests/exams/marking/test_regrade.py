"""A wrong key: preview, regrade, the ledger of changes, and the hours."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from exams.attempts.models import Attempt, AttemptState
from exams.corrections.models import Correction, CorrectionKind, CorrectionState
from exams.corrections.services import approve_correction
from exams.credit.models import SourceKind, StudyCategory, StudyHourEntry
from exams.marking import credit_queries, credit_services, regrade_services, services
from exams.marking.errors import KeyCorrectionError
from exams.marking.models import KeyCorrection, Regrade
from exams.marking.scoring import Decided, Ruling
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import Sat, chose, wrote
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
)

pytestmark = pytest.mark.django_db

EVERYBODY = Decided(Ruling.EVERYBODY)
DROP = Decided(Ruling.DROP)


def accept(*correct: int) -> Decided:
    return Decided(Ruling.ACCEPT, tuple({"correct": each} for each in correct))


@pytest.fixture
def sat(tree: BranchTree, officer: Member) -> Sat:
    """Three choices, passed with two of them; worth two hours."""
    return marked.make_sat_exam(
        tree.committee, by=officer, kinds=["single"] * 3, study_hours=Decimal(2)
    )


def correct(sat: Sat, by: Member, decided: Decided, *, item: int = 2) -> KeyCorrection:
    version = sat.items[item].version
    seen = regrade_services.preview_correction(exam=sat.exam, version=version, decided=decided)
    return regrade_services.correct_key(
        exam=sat.exam, version=version, decided=decided, reason="答案印错", by=by,
        digest=seen.digest,
    )  # fmt: skip


def results() -> list[tuple[Decimal | None, Decimal, bool | None]]:
    rows = Attempt.objects.order_by("member__number")
    return list(rows.values_list("points", "out_of", "is_passed"))


@pytest.mark.parametrize(
    ("decided", "now_passed", "now_failed", "after"),
    [
        (accept(1), 1, 1, [("10", "15", True), ("5", "15", False), ("10", "15", True)]),
        (accept(0, 1), 1, 0, [("10", "15", True)] * 3),
        (EVERYBODY, 1, 0, [("10", "15", True), ("10", "15", True), ("15", "15", True)]),
        (DROP, 0, 1, [("5", "10", False), ("5", "10", False), ("10", "10", True)]),
    ],
)
def test_the_preview_says_who_changes_and_the_regrade_does_it(
    tree: BranchTree, officer: Member, sat: Sat, decided: Decided, now_passed: int,
    now_failed: int, after: list[tuple[str, str, bool]],
) -> None:  # fmt: skip
    marked.machine_marked(sat, make_member(tree.first), chose(0, 3, 1))  # 5
    marked.machine_marked(sat, make_member(tree.first), chose(0, 3, 0))  # 10
    marked.machine_marked(sat, make_member(tree.first), chose(0, 0, 2))  # 10
    services.release_exam(exam=sat.exam, by=officer)
    before = results()
    seen = regrade_services.preview_correction(
        exam=sat.exam, version=sat.items[2].version, decided=decided
    )
    assert (seen.now_passed, seen.now_failed, seen.attempts) == (now_passed, now_failed, 3)
    assert results() == before
    correction = correct(sat, officer, decided)
    assert results() == [(Decimal(p), Decimal(of), ok) for p, of, ok in after]
    assert correction.regrades.count() == len(seen.changes)
    again = regrade_services.preview_correction(
        exam=sat.exam, version=sat.items[2].version, decided=decided
    )
    assert list(again.changes) == []


def test_the_ledger_of_regrades_is_not_changed(tree: BranchTree, officer: Member, sat: Sat) -> None:
    marked.machine_marked(sat, make_member(tree.first), chose(0, 0, 1))
    correct(sat, officer, EVERYBODY)
    line = Regrade.objects.get()
    assert (line.points_before, line.points_after) == (Decimal(10), Decimal(15))
    assert (line.correction.by, line.correction.reason) == (officer, "答案印错")
    for model in (Regrade, KeyCorrection):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()


def test_what_is_refused(tree: BranchTree, officer: Member, sat: Sat) -> None:
    marked.machine_marked(sat, make_member(tree.first), chose(0, 0, 1))
    version = sat.items[2].version

    def refused(why: str, *, by: Member = officer, **changed: Any) -> None:
        given = {"decided": EVERYBODY, "reason": "答案印错", "digest": seen.digest} | changed
        with pytest.raises(KeyCorrectionError, match=why):
            regrade_services.correct_key(exam=sat.exam, version=version, by=by, **given)

    seen = regrade_services.preview_correction(exam=sat.exam, version=version, decided=EVERYBODY)
    refused("管理员", by=make_instructor(tree.committee))
    refused("原因", reason=" ")
    refused("至少", decided=Decided(Ruling.ACCEPT))
    refused("题型", decided=accept(7))
    refused("预览之后", decided=DROP)
    marked.machine_marked(sat, make_member(tree.first), chose(0, 0, 0))
    refused("预览之后")
    assert KeyCorrection.objects.count() == 0


def test_the_last_question_is_not_dropped_and_words_have_no_key(
    tree: BranchTree, officer: Member
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"])
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()])
    with pytest.raises(KeyCorrectionError, match="由人评分"):
        regrade_services.check_ruling(version=sat.items[0].version, decided=accept(0))
    correct(sat, officer, EVERYBODY, item=0)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == (AttemptState.MARKED, Decimal(10))
    with pytest.raises(KeyCorrectionError, match="没有计分的题"):
        correct(sat, officer, DROP, item=0)


def test_an_attempt_that_waits_for_people_is_marked_by_the_new_key(
    tree: BranchTree, officer: Member
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short", "single"])
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote(), *chose(2)])
    correct(sat, officer, accept(0, 2), item=1)
    marked.mark_next(sat, officer, "1")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.is_passed) == (Decimal(6), False)


def test_hours_come_once_with_the_release(
    tree: BranchTree, officer: Member, sat: Sat, run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:  # fmt: skip
    member = make_member(tree.first)
    failed = marked.machine_marked(sat, member, chose(1, 1, 1))
    passed = marked.machine_marked(sat, member, chose(0, 0, 1), number=2)
    again = marked.machine_marked(sat, member, chose(0, 0, 0), number=3)
    assert credit_services.credit_attempt(attempt_id=passed.pk) is None
    with django_capture_on_commit_callbacks(execute=True):
        services.release_exam(exam=sat.exam, by=officer)
    assert run_queued() == ["exams.credit_attempt"] * 3
    entry = StudyHourEntry.objects.get()
    assert (entry.member, entry.hours, entry.category) == (member, Decimal(2), StudyCategory.EXAM)
    assert (entry.source_kind, entry.source_id) == (SourceKind.EXAM, str(sat.exam.pk))
    assert entry.evidence["attempt"] in {str(passed.pk), str(again.pk)}
    assert entry.evidence["points"] in {"10.00", "15.00"}
    assert credit_services.credit_attempt(attempt_id=failed.pk) is None
    assert credit_queries.uncredited(None, 10) == []


def test_hours_a_lost_message_left_behind_are_found(
    tree: BranchTree, officer: Member, sat: Sat
) -> None:
    attempt = marked.machine_marked(sat, make_member(tree.first), chose(0, 0, 1))
    services.release_exam(exam=sat.exam, by=officer)
    assert credit_queries.uncredited(None, 10) == [attempt.pk]
    credit_services.credit_attempt(attempt_id=attempt.pk)
    assert credit_queries.uncredited(None, 10) == []


def test_hours_of_who_fails_now_stand_until_two_people_have_signed(
    tree: BranchTree, officer: Member, sat: Sat
) -> None:
    above = make_administrator(tree.committee)
    member = make_member(tree.first)
    attempt = marked.machine_marked(sat, member, chose(0, 3, 0))
    services.release_exam(exam=sat.exam, by=officer)
    entry = credit_services.credit_attempt(attempt_id=attempt.pk)
    assert entry is not None
    correct(sat, officer, accept(1))
    attempt.refresh_from_db()
    assert attempt.is_passed is False
    proposed = Correction.objects.get()
    assert (proposed.kind, proposed.entry, proposed.by) == (CorrectionKind.REVERSAL, entry, officer)
    assert StudyHourEntry.objects.count() == 1
    assert credit_queries.hours_against_results(sat.exam, [member.pk]) == []
    approve_correction(correction=proposed, by=above)
    assert sum(StudyHourEntry.objects.values_list("hours", flat=True)) == 0
    # The key was right after all: the reversed hours come back by two people too.
    correct(sat, officer, accept(0))
    addition = Correction.objects.get(state=CorrectionState.PROPOSED)
    assert (addition.kind, addition.hours) == (CorrectionKind.ADDITION, Decimal(2))
    assert credit_services.credit_attempt(attempt_id=attempt.pk) == entry
    assert credit_queries.hours_against_results(sat.exam, [member.pk]) == []


def test_hours_the_regrader_may_not_propose_about_are_shown(
    tree: BranchTree, officer: Member, sat: Sat
) -> None:
    attempt = marked.machine_marked(sat, officer, chose(0, 3, 0))
    services.release_exam(exam=sat.exam, by=officer)
    credit_services.credit_attempt(attempt_id=attempt.pk)
    correct(sat, officer, accept(1))
    assert Correction.objects.count() == 0
    (left,) = credit_queries.hours_against_results(sat.exam, [officer.pk])
    assert (left.member, left.has_passed) == (officer, False)
