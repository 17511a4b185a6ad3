"""What people decide about sheets: assigned, dismissed, taken back, points for the booklet."""

from decimal import Decimal

import pytest

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.attempts.room_services import allow
from exams.attempts.services import start_attempt
from exams.marking.desk_services import claim_place
from exams.marking.errors import MarkingError
from exams.marking.models import Mark
from exams.marking.services import release_attempt
from exams.on_paper import desk_services
from exams.on_paper.errors import AssignmentError, NotTheHostError, SheetClosedError
from exams.on_paper.models import PaperNote, PaperSheet, SheetState
from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.on_paper import (
    come_back,
    counted_on_paper,
    make_paper_exam,
    printed_for,
    spare_sheets,
)
from tests.support.queues import run_queued

RIGHT = {1: [0], 2: [0], 3: [0, 2], 4: [0]}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def exam(tree: BranchTree, host: Member, member: Member, other: Member) -> Exam:
    return make_paper_exam(tree.first, by=host)


def read_spare(exam: Exam, host: Member, number: str = "") -> PaperSheet:
    (sheet,) = spare_sheets(exam, by=host)
    come_back(sheet, RIGHT, number=number)
    sheet.refresh_from_db()
    return sheet


def test_a_sheet_without_a_number_is_assigned_with_a_reason_on_record(
    exam: Exam, tree: BranchTree, host: Member, member: Member
) -> None:
    sheet = read_spare(exam, host)
    make_member(tree.second, number="050001", name="外人", password=None)
    for number, reason, words in (
        ("040017", " ", "请写明原因，复核的人会看到。"),
        ("999", "核对过", "没有编号 999，请核对。"),
        ("050001", "核对过", "外人不在本场考试的人员里。请先在党组织或培训班里核对，再分派。"),
    ):
        with pytest.raises(AssignmentError) as refused:
            desk_services.assign(by=host, sheet=sheet, number=number, reason=reason)
        assert refused.value.message == words
    for stranger in (make_secretary(tree.first), make_instructor(tree.first)):
        with pytest.raises(NotTheHostError):
            desk_services.assign(by=stranger, sheet=sheet, number="040017", reason="核对过")
    desk_services.assign(by=host, sheet=sheet, number="040017", reason="姓名栏写的是张秀英")
    run_queued()
    attempt = Attempt.objects.get()
    assert (attempt.member, attempt.points) == (member, 20)
    note = PaperNote.objects.get()
    assert (note.kind, note.member, note.reason, note.by) == (
        "assigned", member, "姓名栏写的是张秀英", host,
    )  # fmt: skip


def test_who_sat_on_screen_has_a_second_attempt_only_by_a_persons_word(
    exam: Exam, host: Member, member: Member
) -> None:
    attempt = start_attempt(by=member, exam=exam)
    sheet = read_spare(exam, host, "040017")
    with pytest.raises(AssignmentError) as sits:
        desk_services.assign(by=host, sheet=sheet, number="040017", reason="两份都算")
    assert sits.value.message == "张秀英正在屏幕上作答，等交卷以后再处理。"
    Attempt.objects.filter(pk=attempt.pk).update(
        state=AttemptState.FINISHED, finished_at=attempt.started_at, receipt="K1"
    )
    with pytest.raises(AssignmentError) as used:
        desk_services.assign(by=host, sheet=sheet, number="040017", reason="两份都算")
    assert used.value.message.startswith("张秀英已经有 1 份答卷，次数用完了。")
    allow(exam=exam, members=[member], by=host, reason="停电", extra_attempts=1)
    desk_services.assign(by=host, sheet=sheet, number="040017", reason="两份都算")
    assert list(Attempt.objects.order_by("number").values_list("number", "finished_by")) == [
        (1, ""), (2, "sheet"),
    ]  # fmt: skip


def test_of_two_sheets_of_one_member_the_other_is_made_to_count(
    exam: Exam, host: Member, member: Member
) -> None:
    first, second = read_spare(exam, host, "040017"), read_spare(exam, host, "040017")
    assert (first.state, second.problem) == (SheetState.COUNTED, "twice")
    desk_services.dismiss(by=host, sheet=first, reason="这张是草稿")
    assert Attempt.objects.count() == 0
    desk_services.assign(by=host, sheet=second, number="040017", reason="这张才是交的")
    first.refresh_from_db()
    assert (first.state, Attempt.objects.get().paper_sheet) == (SheetState.DISMISSED, second)
    desk_services.take_back(by=host, sheet=first, reason="再看看")
    first.refresh_from_db()
    assert (first.state, first.problem) == (SheetState.WAITING, "taken_back")
    assert PaperNote.objects.count() == 3


def test_a_sheet_counted_for_the_wrong_one_moves_with_its_marks(
    tree: BranchTree, host: Member, member: Member, other: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, kinds=("single", "short"))
    sheet = read_spare(exam, host, "040017")
    run_queued()
    item = sheet.items[1][0]
    desk_services.enter_points(by=host, sheet=sheet, points={item: Decimal(4)})
    with pytest.raises(SheetClosedError):
        desk_services.dismiss(by=host, sheet=sheet, reason="不是他的")
    desk_services.assign(by=host, sheet=sheet, number="040018", reason="涂错了一位")
    attempt = Attempt.objects.get()
    assert (attempt.member, attempt.points, attempt.state) == (other, 9, AttemptState.MARKED)
    release_attempt(attempt)
    with pytest.raises(SheetClosedError):
        desk_services.assign(by=host, sheet=sheet, number="040017", reason="又改")


def test_what_is_written_in_the_booklet_is_marked_in_the_common_queue(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, kinds=("single", "short"))
    sheet = printed_for(exam, by=host)[member.pk]
    come_back(sheet, {1: [0]}, number="040017")
    sheet.refresh_from_db()
    item = sheet.items[1][0]
    run_queued()
    assert Attempt.objects.get().state == AttemptState.FINISHED
    marker = make_instructor(tree.first)
    place = claim_place(exam=exam, by=marker)
    assert place is not None
    assert place.answer.answer == {"paper": sheet.spaced}
    with pytest.raises(MarkingError) as held:
        desk_services.enter_points(by=host, sheet=sheet, points={item: Decimal(3)})
    assert held.value.message.startswith("第 2 题不在等您评分")
    with pytest.raises(MarkingError):
        desk_services.enter_points(by=marker, sheet=sheet, points={item: Decimal(6)})
    desk_services.enter_points(by=marker, sheet=sheet, points={item: Decimal("3.5")})
    desk_services.enter_points(by=marker, sheet=sheet, points={item: Decimal(4)})
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.points) == (AttemptState.MARKED, 9)
    assert [str(mark.points) for mark in Mark.objects.order_by("pk")] == ["3.50", "4.00"]


def test_where_marking_is_blind_points_are_not_entered_beside_a_name(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host, kinds=("single", "short"), writes_on_sheet=True)
    attempt = counted_on_paper(exam, member, by=host)
    sheet = PaperSheet.objects.get(attempt=attempt)
    points = {sheet.items[1][0]: Decimal(4)}
    marker = make_instructor(tree.first)
    with pytest.raises(MarkingError) as refused:
        desk_services.enter_points(by=marker, sheet=sheet, points=points)
    assert refused.value.message == "这场考试匿名评卷，请在“评卷”里看图评分。"
    desk_services.enter_points(by=host, sheet=sheet, points=points)
    assert Attempt.objects.get().points == 9


def test_who_administers_never_decides_about_the_own_sheet(
    exam: Exam, tree: BranchTree, host: Member
) -> None:
    sheet = read_spare(exam, host, host.number)
    with pytest.raises(NotTheHostError):
        desk_services.dismiss(by=host, sheet=sheet, reason="不计")
    desk_services.dismiss(by=make_administrator(tree.first), sheet=sheet, reason="交了白卷另考")
