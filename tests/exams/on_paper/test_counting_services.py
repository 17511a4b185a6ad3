"""From a sheet that was read to an attempt: once, corrected, taken back, or put before a person."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from exams.attempts import room_services
from exams.attempts.errors import AttemptClosedError, NoAttemptLeftError
from exams.attempts.models import Answer, Attempt, AttemptEvent, AttemptState, Exam, ExamState
from exams.attempts.services import start_attempt
from exams.credit.models import StudyHourEntry
from exams.marking.errors import ReleaseError
from exams.marking.regrade_services import correct_key, preview_correction
from exams.marking.scoring import Decided, Ruling
from exams.marking.services import release_ended, release_exam
from exams.on_paper import queries
from exams.on_paper.errors import SheetClosedError
from exams.on_paper.models import PaperSheet, SheetState
from exams.on_paper.standing import Problem
from exams.questions.models import QuestionVersion
from exams.sheets import services as sheets
from exams.sheets.errors import NotTheHandlerError
from exams.sheets.taking import take
from lms.core import clock
from lms.members.models import Member
from tests.factories.members import BranchTree, make_member
from tests.factories.on_paper import come_back, make_paper_exam, printed_for, spare_sheets
from tests.support.queues import run_queued

RIGHT = {1: [0], 2: [0], 3: [0, 2], 4: [0]}


@pytest.fixture
def exam(tree: BranchTree, host: Member, member: Member, other: Member) -> Exam:
    return make_paper_exam(tree.first, by=host)


def close(exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(closes_at=clock.now() - dt.timedelta(minutes=1))
    exam.refresh_from_db(fields=["closes_at"])


@pytest.mark.django_db(transaction=True)
def test_a_sheet_becomes_an_attempt_like_any_other(
    exam: Exam, host: Member, member: Member
) -> None:
    sheet = printed_for(exam, by=host)[member.pk]
    page = come_back(sheet, RIGHT | {2: [1]}, number="040017")
    with transaction.atomic():
        take(page)  # told twice, it is one attempt
    run_queued()
    attempt = Attempt.objects.get()
    plan = exam.paper_plan
    assert (attempt.member, attempt.state, attempt.finished_by, attempt.number) == (
        member, AttemptState.MARKED, "sheet", 1,
    )  # fmt: skip
    assert (attempt.started_at, attempt.finished_at) == (plan.began_at, plan.ended_at)
    assert (attempt.points, attempt.out_of, attempt.is_passed) == (15, 20, True)
    assert [answer.answer for answer in attempt.answers.order_by("item__position")] == [
        {"chosen": 0}, {"chosen": 1}, {"chosen": [0, 2]}, {"chosen": True},
    ]  # fmt: skip
    sheet.refresh_from_db()
    assert (sheet.state, sheet.holder, sheet.attempt) == (SheetState.COUNTED, member, attempt)
    assert AttemptEvent.objects.get().details["sheet"] == sheet.serial
    # The same way to the result: nothing is released by the clock, and once by a person.
    close(exam)
    assert release_ended() == 0
    assert release_exam(exam=exam, by=host) == 1
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.RELEASED
    with pytest.raises(NoAttemptLeftError):
        start_attempt(by=member, exam=make_open(exam))


def make_open(exam: Exam) -> Exam:
    later = clock.now() + dt.timedelta(hours=1)
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.PUBLISHED, closes_at=later)
    return Exam.objects.select_related("paper").get(pk=exam.pk)


@pytest.mark.django_db(transaction=True)
def test_a_doubt_waits_and_a_box_set_right_later_is_marked_anew(
    exam: Exam, host: Member, member: Member
) -> None:
    sheet = printed_for(exam, by=host)[member.pk]
    page = come_back(sheet, RIGHT, number="040017", doubt="q1")
    assert Attempt.objects.count() == 0
    assert [
        each.stage for each in queries.progress(exam).missing if each.person.member == member
    ] == ["doubt"]
    close(exam)
    with pytest.raises(ReleaseError) as waits:
        release_exam(exam=exam, by=host)
    assert waits.value.message == "还有 1 页答题卡看不准，请先判定再公布。"
    sheets.settle_field(by=host, page=page, key="q1", marked=[1])
    run_queued()
    assert Attempt.objects.get().points == 15
    # Before the release a box is set right, and the points follow.
    page.refresh_from_db()
    sheets.settle_page(by=host, page=page, marked={"q1": (0,)}, as_of=sheets.version_of(page))
    attempt = Attempt.objects.get()
    assert (attempt.points, attempt.state) == (20, AttemptState.MARKED)
    assert Answer.objects.get(attempt=attempt, item__position=1).revision == 2
    # After it: refused, with what to do next, and nothing has changed.
    release_exam(exam=exam, by=host)
    page.refresh_from_db()
    with pytest.raises(SheetClosedError) as refused:
        sheets.settle_page(by=host, page=page, marked={"q1": (1,)}, as_of=sheets.version_of(page))
    assert "对成绩申诉" in refused.value.message
    assert Answer.objects.get(attempt=attempt, item__position=1).answer == {"chosen": 0}


@pytest.mark.django_db(transaction=True)
def test_a_page_that_does_not_count_takes_its_attempt_back_and_reading_again_brings_it(
    exam: Exam, host: Member, member: Member
) -> None:
    sheet = printed_for(exam, by=host)[member.pk]
    page = come_back(sheet, RIGHT, number="040017")
    run_queued()
    sheets.refuse_page(by=host, page=page, reason="拍的是另一份")
    sheet.refresh_from_db()
    assert (Attempt.objects.count(), sheet.state, sheet.pages) == (0, SheetState.PRINTED, {})
    come_back(sheet, {1: [0]}, number="040017")
    run_queued()
    assert Attempt.objects.get().points == 5


@pytest.mark.django_db(transaction=True)
def test_what_a_machine_cannot_decide_waits_for_a_person(
    exam: Exam, tree: BranchTree, host: Member, member: Member, other: Member
) -> None:
    make_member(tree.second, number="050001", name="外人", password=None)
    mine = printed_for(exam, by=host)
    spare = spare_sheets(exam, by=host, copies=6)
    start_attempt(by=other, exam=exam)
    told = []
    for sheet, number in (
        (spare[0], ""),  # the boxes of the number are empty
        (spare[1], "040099"),  # nobody's
        (spare[2], "050001"),  # of another branch
        (spare[3], "040018"),  # sits on screen
        (spare[4], "040017"),  # counts
        (mine[member.pk], "040017"),  # the same member's second sheet
        (mine[other.pk], "040017"),  # another's name printed on it
    ):
        come_back(sheet, RIGHT, number=number)
        sheet.refresh_from_db()
        told.append((sheet.state, sheet.problem))
    assert told == [
        ("waiting", Problem.NO_NUMBER),
        ("waiting", Problem.UNKNOWN),
        ("waiting", Problem.NOT_ELIGIBLE),
        ("waiting", Problem.SAT),
        ("counted", ""),
        ("waiting", Problem.TWICE),
        ("waiting", Problem.DIFFERS),
    ]
    assert Attempt.objects.filter(finished_by="sheet").count() == 1
    close(exam)
    with pytest.raises(ReleaseError):
        release_exam(exam=exam, by=host)


@pytest.mark.django_db(transaction=True)
def test_who_handles_sheets_never_decides_about_the_own_one(exam: Exam, host: Member) -> None:
    sheet = printed_for(exam, by=host)[host.pk]
    page = come_back(sheet, RIGHT, number="900001", doubt="q1")
    with pytest.raises(NotTheHandlerError) as refused:
        sheets.settle_field(by=host, page=page, key="q1", marked=[0])
    assert refused.value.message == "这是您自己的卡，请由别人判定。"


@pytest.mark.django_db(transaction=True)
def test_a_sheet_read_before_the_exam_opens_is_refused_and_after_the_release_waits(
    exam: Exam, host: Member, member: Member, other: Member
) -> None:
    mine = printed_for(exam, by=host)
    Exam.objects.filter(pk=exam.pk).update(opens_at=clock.now() + dt.timedelta(minutes=5))
    with pytest.raises(SheetClosedError):
        come_back(mine[member.pk], RIGHT, number="040017")
    Exam.objects.filter(pk=exam.pk).update(opens_at=clock.now() - dt.timedelta(hours=1))
    come_back(mine[member.pk], RIGHT, number="040017")
    run_queued()
    close(exam)
    release_exam(exam=exam, by=host)
    come_back(mine[other.pk], RIGHT, number="040018")
    assert PaperSheet.objects.get(pk=mine[other.pk].pk).problem == Problem.LATE


@pytest.mark.django_db(transaction=True)
def test_a_sheet_is_not_reopened_on_screen(exam: Exam, host: Member, member: Member) -> None:
    come_back(printed_for(exam, by=host)[member.pk], RIGHT, number="040017")
    with pytest.raises(AttemptClosedError) as refused:
        room_services.reopen_attempt(
            attempt=Attempt.objects.get(), by=host, reason="想重答", extra_seconds=60
        )
    assert "纸质答卷" in refused.value.message


@pytest.mark.django_db(transaction=True)
def test_equal_answers_are_worth_the_same_on_paper_and_on_screen(
    exam: Exam, host: Member, member: Member, other: Member
) -> None:
    come_back(printed_for(exam, by=host)[member.pk], RIGHT | {3: [0]}, number="040017")
    on_screen = start_attempt(by=other, exam=exam)
    for item, _order in on_screen.items:
        paper = Answer.objects.filter(attempt__member=member, item=item).get()
        Answer.objects.create(
            attempt=on_screen, item_id=item, answer=paper.answer, saved_at=clock.now()
        )
    room_services.finish_for(attempt=on_screen, by=host, reason="代交")
    run_queued()
    points = Attempt.objects.order_by("finished_by").values_list("finished_by", "points")
    assert list(points) == [("room", Decimal("17.50")), ("sheet", Decimal("17.50"))]


@pytest.mark.django_db(transaction=True)
def test_hours_and_a_wrong_key_reach_paper_as_they_reach_a_screen(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, study_hours=Decimal(4))
    come_back(printed_for(exam, by=host)[member.pk], {1: [0], 2: [1], 4: [0]}, number="040017")
    run_queued()
    close(exam)
    release_exam(exam=exam, by=host)
    run_queued()
    assert not StudyHourEntry.objects.exists()  # half of the points are not enough
    attempt = Attempt.objects.get()
    (second,) = QuestionVersion.objects.filter(paper_items=attempt.items[1][0])
    decided = Decided(Ruling.ACCEPT, ({"correct": 1},))
    preview = preview_correction(exam=exam, version=second, decided=decided)
    correct_key(
        exam=exam, version=second, decided=decided, reason="答案印错", by=host,
        digest=preview.digest,
    )  # fmt: skip
    attempt.refresh_from_db()
    assert (attempt.points, attempt.is_passed) == (15, True)
    run_queued()
    assert StudyHourEntry.objects.get(member=member).hours == 4
