"""Who may write on, and who may read and decide."""

from typing import Any

from live.writings.models import Writing, WritingState
from lms.members.queries import OVERSEEING, has_role


def can_write(by: Any, writing: Writing) -> bool:
    """The author, until it waits for the reader or is accepted."""
    is_open = writing.state in (WritingState.DRAFT, WritingState.RETURNED)
    return writing.author_id == by.pk and is_open


def can_review(by: Any, writing: Writing) -> bool:
    """Who looks after the branch or one above; nobody reads themselves."""
    if writing.author_id == by.pk or writing.branch is None:
        return False
    return writing.state == WritingState.HANDED_IN and has_role(by, OVERSEEING, writing.branch)
