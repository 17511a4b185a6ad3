"""After the release a mark is changed by two people, and hours follow."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from exams.attempts.models import Answer, Attempt
from exams.corrections.models import Correction, CorrectionKind, CorrectionState
from exams.corrections.services import propose_reversal
from exams.credit.models import StudyHourEntry
from exams.marking import correction_services, credit_services, services
from exams.marking.errors import MarkCorrectionError
from exams.marking.models import Mark, MarkCorrection, MarkCorrectionState
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import Sat, chose, wrote
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

SignedIn = Callable[[Member], Client]
PAGE_QUERIES = 7


@pytest.fixture
def marker(tree: BranchTree) -> Member:
    return make_instructor(tree.committee)


@pytest.fixture
def sat(tree: BranchTree, officer: Member) -> Sat:
    """One choice of 5 and a written answer of 10, passed with 9; worth two hours."""
    return marked.make_sat_exam(
        tree.committee, by=officer, kinds=["single", "short"], study_hours=Decimal(2)
    )


def released(sat: Sat, member: Member, points: str, *, by: Member, leader: Member) -> Answer:
    """The written answer of somebody whose result is out."""
    marked.machine_marked(sat, member, [*chose(0), wrote()])
    marked.mark_next(sat, by, points)
    if sat.exam.state == "published":
        services.release_exam(exam=sat.exam, by=leader)
    return Answer.objects.get(attempt__member=member, item=sat.items[1])


def propose(
    answer: Answer, by: Member, points: str, reason: str = "漏看了第二页"
) -> MarkCorrection:
    return correction_services.propose_mark_correction(
        answer=answer, by=by, points=Decimal(points), reason=reason
    )


def result(answer: Answer) -> tuple[Decimal | None, bool | None]:
    return Attempt.objects.values_list("points", "is_passed").get(pk=answer.attempt_id)


def test_points_change_when_a_second_person_has_signed(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat
) -> None:
    answer = released(sat, make_member(tree.first), "3", by=marker, leader=officer)
    correction = propose(answer, marker, "4.5")
    assert result(answer) == (Decimal(8), False)
    correction_services.approve_mark_correction(correction=correction, by=officer)
    assert result(answer) == (Decimal("9.5"), True)
    assert (correction.state, correction.decided_by) == (MarkCorrectionState.APPROVED, officer)
    assert (correction.passed_before, correction.passed_after) == (False, True)
    assert Mark.objects.get().points == 3
    with pytest.raises(MarkCorrectionError, match="第二个人"):
        correction_services.approve_mark_correction(correction=correction, by=officer)


def test_who_may_not_and_what_cannot_be(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat
) -> None:
    member = make_member(tree.first)
    answer = released(sat, member, "3", by=marker, leader=officer)
    choice = Answer.objects.get(attempt=answer.attempt_id, item=sat.items[0])

    def refused(why: str, call: Callable[..., Any], *args: Any, **said: Any) -> None:
        with pytest.raises(MarkCorrectionError, match=why):
            call(*args, **said)

    refused("教员或管理员", propose, answer, make_secretary(tree.committee), "4")
    refused("教员或管理员", propose, answer, make_instructor(tree.first), "4")
    refused("原因", propose, answer, marker, "4", " ")
    refused("满分", propose, answer, marker, "10.01")
    refused("相同", propose, answer, marker, "3")
    refused("更正答案", propose, choice, marker, "0")
    correction = propose(answer, officer, "4")
    refused("已经提出", propose, answer, marker, "5")
    for by in (officer, marker, make_administrator(tree.first)):
        refused(
            "第二个人", correction_services.approve_mark_correction, correction=correction, by=by
        )
    refused(
        "提出人", correction_services.withdraw_mark_correction, correction=correction, by=marker
    )
    correction_services.withdraw_mark_correction(correction=correction, by=officer)
    again = propose(answer, marker, "5")
    refused(
        "不批准的原因",
        correction_services.refuse_mark_correction, correction=again, by=officer, reply="",
    )  # fmt: skip
    correction_services.refuse_mark_correction(correction=again, by=officer, reply="评得对")
    assert result(answer) == (Decimal(8), False)
    with pytest.raises(DatabaseError), transaction.atomic():
        MarkCorrection.objects.filter(pk=again.pk).update(reply="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        MarkCorrection.objects.all().delete()


def test_nobody_corrects_the_own_answer_or_one_not_released(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat
) -> None:
    other = make_administrator(tree.committee)
    marked.machine_marked(sat, other, [*chose(0), wrote()])
    marked.mark_next(sat, marker, "3")
    answer = Answer.objects.get(attempt__member=other, item=sat.items[1])
    with pytest.raises(MarkCorrectionError, match="还没有公布"):
        propose(answer, marker, "4")
    services.release_exam(exam=sat.exam, by=officer)
    with pytest.raises(MarkCorrectionError, match="申诉"):
        propose(answer, other, "10")
    correction = propose(answer, marker, "10")
    with pytest.raises(MarkCorrectionError, match="第二个人"):
        correction_services.approve_mark_correction(correction=correction, by=other)


@pytest.mark.slow
def test_hours_follow_and_what_is_overtaken_is_ended(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat,
    run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:  # fmt: skip
    answer = released(sat, make_member(tree.first), "3", by=marker, leader=officer)

    def corrected(points: str) -> None:
        answer.refresh_from_db()
        correction = propose(answer, marker, points)
        with django_capture_on_commit_callbacks(execute=True):
            correction_services.approve_mark_correction(correction=correction, by=officer)
        run_queued()

    assert credit_services.credit_attempt(attempt_id=answer.attempt_id) is None
    corrected("4")
    assert [entry.hours for entry in StudyHourEntry.objects.all()] == [2]
    corrected("2")
    proposed = Correction.objects.get()
    assert (proposed.kind, proposed.state) == (CorrectionKind.REVERSAL, CorrectionState.PROPOSED)
    assert proposed.follows == sat.exam
    corrected("5")
    proposed.refresh_from_db()
    assert proposed.state == CorrectionState.WITHDRAWN
    assert proposed.answer == f"“{sat.exam.title}”更正后重新计分：漏看了第二页"
    assert [entry.hours for entry in StudyHourEntry.objects.all()] == [2]


def test_a_proposal_of_people_about_the_same_hours_is_left_to_people(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat
) -> None:
    answer = released(sat, make_member(tree.first), "5", by=marker, leader=officer)
    entry = credit_services.credit_attempt(attempt_id=answer.attempt_id)
    assert entry is not None
    own = propose_reversal(entry=entry, by=make_secretary(tree.first), reason="另有原因")
    for points in ("1", "5"):
        answer.refresh_from_db()
        correction = propose(answer, marker, points)
        correction_services.approve_mark_correction(correction=correction, by=officer)
    own.refresh_from_db()
    assert (own.state, Correction.objects.count()) == (CorrectionState.PROPOSED, 1)


@pytest.mark.slow
def test_from_the_results_to_what_the_member_reads(
    tree: BranchTree, officer: Member, marker: Member, sat: Sat, signed_in: SignedIn
) -> None:
    member = make_member(tree.first, name="李淏")
    answer = released(sat, member, "3", by=marker, leader=officer)
    address = f"/exams/{sat.exam.pk}/results/{answer.attempt_id}/"
    proposing, deciding = signed_in(marker), signed_in(officer)
    assert address in signed_in(officer).get(f"/exams/{sat.exam.pk}/results/").content.decode()
    said = {"act": "propose", "answer": answer.pk, "points": "4", "reason": "漏看了第二页"}
    assert proposing.post(address, {**said, "points": ""}).status_code == 422
    assert proposing.post(address, said, follow=True).status_code == 200
    found = MarkCorrection.objects.get()
    listed = deciding.get(f"/exams/{sat.exam.pk}/results/").content.decode()
    assert listed.count("待批准的评分更正") == 1
    page = deciding.post(address, {"act": "approve", "correction": found.pk}, follow=True)
    assert page.content.decode().count("已批准，成绩已经重新计算。") == 1
    read = signed_in(member).get(f"/exams/{answer.attempt_id}/result/").content.decode()
    told = f"本题由 3 分更正为 4 分（{marker.name}提出，{officer.name}批准）。漏看了第二页"
    assert read.count(told) == 1, read
    assert signed_in(member).get(address).status_code in {403, 404}


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page(
    tree: BranchTree, officer: Member, marker: Member, signed_in: SignedIn, count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"] * count)
    attempt = marked.machine_marked(sat, make_member(tree.first), [wrote()] * count)
    for _each in range(count):
        marked.mark_next(sat, marker, "3")
    services.release_exam(exam=sat.exam, by=officer)
    for answer in Answer.objects.all():
        propose(answer, marker, "4")
    client = signed_in(officer)
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(f"/exams/{sat.exam.pk}/results/{attempt.pk}/")
    assert len(page.context["answers"]) == count
