"""A merge carries answer sheets that have come to no attempt, and its undoing gives them back."""

import pytest

from exams.attempts.models import Attempt, Exam
from exams.on_paper.models import PaperSheet, SheetState
from exams.on_paper.standing import Problem
from lms.members.merging.queries import preview
from lms.members.models import Member
from tests.factories.members import BranchTree, make_administrator, make_branch_tree, make_member
from tests.factories.merging import make_merge_proposal, merged, parted
from tests.factories.on_paper import come_back, make_paper_exam, printed_for, spare_sheets

pytestmark = pytest.mark.django_db

LABEL = "未计入的考试答题卡"


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def host(tree: BranchTree) -> Member:
    return make_administrator(tree.first, number="900001", name="王主任")


@pytest.fixture
def two(tree: BranchTree) -> dict[str, Member]:
    return {
        "by": make_administrator(tree.general, name="甲管理员"),
        "second": make_administrator(tree.committee, name="乙管理员"),
    }


@pytest.fixture
def kept(tree: BranchTree) -> Member:
    return make_member(tree.second, number="040017", name="张秀英")


@pytest.fixture
def lost(tree: BranchTree) -> Member:
    return make_member(tree.first, number="040018", name="张秀英", password=None)


@pytest.fixture
def exam(tree: BranchTree, host: Member, lost: Member) -> Exam:
    return make_paper_exam(tree.first, by=host)


def shown(merge: object) -> list[tuple[tuple[str, ...], ...]]:
    rows = [row for row in preview(merge) if row.label == LABEL]  # type: ignore[arg-type]
    return [(row.first, row.second, row.third) for row in rows]


@pytest.mark.slow
def test_a_printed_sheet_counts_for_the_record_that_is_kept(
    exam: Exam, host: Member, kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    sheet = printed_for(exam, by=host)[lost.pk]
    proposed = make_merge_proposal(kept, lost, by=two["by"])
    assert shown(proposed) == [(("—",), ("1 张",), ("1 张",))]
    proposed.delete()
    merge = merged(kept, lost, **two)
    sheet.refresh_from_db()
    assert (sheet.member, sheet.is_current, sheet.carried_by) == (kept, True, merge)
    come_back(sheet, {1: [0]}, number=lost.number)  # written under the old number
    sheet.refresh_from_db()
    assert (sheet.state, sheet.holder) == (SheetState.COUNTED, kept)
    assert Attempt.objects.get().member == kept
    # What has been counted since is not given back.
    parted(merge, **two)
    sheet.refresh_from_db()
    assert (sheet.member, sheet.holder) == (kept, kept)


@pytest.mark.slow
def test_two_sheets_of_one_person_wait_for_somebody_and_part_again(
    tree: BranchTree,
    host: Member,
    lost: Member,
    two: dict[str, Member],
) -> None:
    kept = make_member(tree.first, number="040019", name="张秀英")
    exam = make_paper_exam(tree.first, by=host)
    sheets = printed_for(exam, by=host)
    own, other = sheets[kept.pk], sheets[lost.pk]
    merge = merged(kept, lost, **two)
    other.refresh_from_db()
    assert (other.member, other.is_current) == (kept, False)
    come_back(other, {1: [0]})
    other.refresh_from_db()
    assert (other.state, other.problem, other.holder) == (
        SheetState.WAITING, Problem.REPLACED, kept,
    )  # fmt: skip
    parted(merge, **two)
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.member, own.is_current) == (kept, True)
    assert (other.member, other.holder, other.is_current, other.carried_by) == (
        lost, lost, True, None,
    )  # fmt: skip


@pytest.mark.slow
def test_a_spare_sheet_that_waits_is_carried_and_the_old_number_is_understood(
    exam: Exam, host: Member, kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    waiting, later = spare_sheets(exam, by=host, copies=2)
    PaperSheet.objects.filter(pk=waiting.pk).update(
        state=SheetState.WAITING, problem=Problem.SAT, holder=lost
    )
    merge = merged(kept, lost, **two)
    waiting.refresh_from_db()
    assert (waiting.member, waiting.holder) == (None, kept)
    come_back(later, {1: [0]}, number=lost.number)
    later.refresh_from_db()
    assert (later.holder, later.problem) == (kept, Problem.NOT_ELIGIBLE)  # not of this branch
    parted(merge, **two)
    waiting.refresh_from_db()
    assert waiting.holder == lost


@pytest.mark.slow
def test_a_counted_sheet_stays_with_its_attempt(
    exam: Exam, host: Member, kept: Member, lost: Member, two: dict[str, Member]
) -> None:
    sheet = printed_for(exam, by=host)[lost.pk]
    come_back(sheet, {1: [0]})
    merge = merged(kept, lost, **two)
    sheet.refresh_from_db()
    assert (sheet.member, sheet.holder, sheet.carried_by) == (lost, lost, None)
    assert Attempt.objects.get().member == lost
    assert shown(merge) == []
