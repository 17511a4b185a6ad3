"""Who may bring lectures in and look after them."""

from collections.abc import Callable
from typing import Any

from lms.core.access import Access
from lms.members.models import Branch
from lms.members.queries import has_role
from lms.members.rules import can_upload_lectures
from media_pipeline.models import Asset
from media_pipeline.queries import HANDLING

LECTURES = Access("lectures", can_upload_lectures)
ViewingRight = Callable[[Any, Asset], bool]
_viewing_rights: list[ViewingRight] = []


def register_viewing_right(right: ViewingRight) -> None:
    """A reason to let somebody watch: who shows lectures somewhere says whom they show them to."""
    if right not in _viewing_rights:
        _viewing_rights.append(right)


def can_upload_for(by: Any, branch: Branch) -> bool:
    """Brings lectures in for this branch: a role there or above."""
    return has_role(by, HANDLING, branch)


def can_handle_asset(by: Any, asset: Asset) -> bool:
    """Sees, retries and cancels this lecture."""
    return has_role(by, HANDLING, asset.owner_branch)


def can_watch_now(by: Any, asset: Asset) -> bool:
    """May see this lecture at this moment: looks after it, or is shown it where it is used."""
    return can_handle_asset(by, asset) or any(right(by, asset) for right in _viewing_rights)
