"""Who may bring lectures in and look after them."""

from typing import Any

from lms.core.access import Access
from lms.members.models import Branch
from lms.members.queries import has_role
from lms.members.rules import can_upload_lectures
from media_pipeline.models import Asset
from media_pipeline.queries import HANDLING

LECTURES = Access("lectures", can_upload_lectures)


def can_upload_for(by: Any, branch: Branch) -> bool:
    """Brings lectures in for this branch: a role there or above."""
    return has_role(by, HANDLING, branch)


def can_handle_asset(by: Any, asset: Asset) -> bool:
    """Sees, retries and cancels this lecture."""
    return has_role(by, HANDLING, asset.owner_branch)
