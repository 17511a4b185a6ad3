"""Who may write questions."""

from typing import Any

from exams.questions.models import Question, QuestionState
from exams.questions.queries import WRITING
from lms.members.models import Branch
from lms.members.queries import has_role


def can_write_for(by: Any, branch: Branch) -> bool:
    """Instructors and administrators of the branch."""
    return has_role(by, WRITING, branch)


def can_edit(by: Any, question: Question) -> bool:
    """The same, whoever wrote it."""
    return can_write_for(by, question.branch)


def can_delete(by: Any, question: Question) -> bool:
    """Only what has never been ready; what was is retired and stays for its papers."""
    return question.state == QuestionState.DRAFT and can_edit(by, question)
