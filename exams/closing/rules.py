"""Who closes a year."""

from typing import Any

from lms.members.models import Branch
from lms.members.rules import can_administer_branch


def can_close(by: Any, branch: Branch) -> bool:
    """An administrator of the node or of one above it."""
    return can_administer_branch(by, branch)
