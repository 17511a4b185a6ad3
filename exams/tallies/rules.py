"""Who counts: who looks after the branch."""

from typing import Any

from exams.tallies.queries import tally_by_id
from lms.members.models import Branch
from lms.members.queries import OVERSEEING, has_role


def can_hold(by: Any, branch: Branch) -> bool:
    """Secretaries and administrators count in their own subtree."""
    return has_role(by, OVERSEEING, branch)


def can_handle_sheets(by: Any, tally_id: int) -> bool:
    """Print, scan and decide about the sheets of one tally."""
    found = tally_by_id(tally_id)
    return found is not None and can_hold(by, found.branch)
