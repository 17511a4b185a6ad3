"""Who may mark, release, correct keys and read results."""

from typing import Any

from exams.attempts.models import Exam, ExamState
from exams.marking.models import MarkCorrection, MarkCorrectionState
from exams.marking.queries import MARKERS
from lms.core.access import Access
from lms.members.models import Role
from lms.members.queries import OVERSEEING, has_role


def can_mark(by: Any, exam: Exam) -> bool:
    """Who teaches in the exam's branch or administers it; never the own answers."""
    return exam.state != ExamState.CANCELLED and has_role(by, MARKERS, exam.branch)


def can_lead(by: Any, exam: Exam) -> bool:
    """Releases results and corrects keys: who administers the exam's branch."""
    return has_role(by, Role.ADMINISTRATOR, exam.branch)


def can_decide_mark(by: Any, correction: MarkCorrection) -> bool:
    """A second person who leads the exam; nobody decides about the own answer.

    `correction` comes with its answer's attempt and exam.
    """
    attempt = correction.answer.attempt
    return (
        correction.state == MarkCorrectionState.PROPOSED
        and by.pk not in {correction.by_id, attempt.member_id}
        and can_lead(by, attempt.exam)
    )


MARKING = Access("marking", lambda user: has_role(user, MARKERS))
LEADING = Access("leading-exams", lambda user: has_role(user, Role.ADMINISTRATOR))
RESULTS = Access("results", lambda user: has_role(user, OVERSEEING))
