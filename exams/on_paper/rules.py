"""Who handles an exam on paper."""

from typing import Any

from exams.attempts.models import Exam
from exams.marking.rules import can_lead, can_mark
from exams.on_paper import queries


def can_handle(by: Any, exam: Exam) -> bool:
    """Print, scan and decide about boxes: who may mark the exam."""
    return can_mark(by, exam)


def can_decide(by: Any, exam: Exam) -> bool:
    """Say whose a sheet is, and when it was written: who administers the exam."""
    return can_lead(by, exam)


def can_enter_points(by: Any, exam: Exam) -> bool:
    """Points beside a name: who marks, but not where marking is blind and done by picture."""
    plan = queries.plan_of(exam)
    is_seen_blind = exam.is_marked_blind and plan is not None and plan.writes_on_sheet
    return can_decide(by, exam) if is_seen_blind else can_mark(by, exam)


def can_handle_sheets(by: Any, exam_id: int) -> bool:
    """The same for the subject of sheets, which knows the exam by its id."""
    found = queries.exam_with_plan(exam_id)
    return found is not None and can_handle(by, found)
