"""Who may do what with exams and attempts."""

from typing import Any

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.attempts.timing import Allowed, Window, may_start_until
from lms.members.models import Role
from lms.members.queries import OVERSEEING, has_role
from lms.members.rules import can_administer_branch

# What may be opened again: after that its result is known.
REOPENED = (AttemptState.FINISHED, AttemptState.MARKED)


def can_watch(by: Any, exam: Exam) -> bool:
    """Administrators of the branch that holds the exam keep its room."""
    return can_administer_branch(by, exam.branch)


def marks_somewhere(by: Any) -> bool:
    """Who teaches or administers a branch marks the exams it holds."""
    return has_role(by, (Role.INSTRUCTOR, Role.ADMINISTRATOR))


def looks_after_somebody(by: Any) -> bool:
    """Who looks after a branch reads how its people did."""
    return has_role(by, OVERSEEING)


def window_of(exam: Exam) -> Window:
    return Window(exam.opens_at, exam.closes_at, exam.allowed_seconds)


def attempts_left(exam: Exam, allowed: Allowed, had: int) -> int:
    return max(exam.attempts_allowed + allowed.extra_attempts - had, 0)


def is_startable(exam: Exam, allowed: Allowed, now: Any) -> bool:
    """Whether the exam may be begun at this moment, attempts aside."""
    return exam.opens_at <= now < may_start_until(window_of(exam), allowed)


def can_reopen(attempt: Attempt) -> bool:
    return attempt.state in REOPENED
