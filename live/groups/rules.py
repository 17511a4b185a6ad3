"""Who may go into a group."""

from live.groups import queries
from live.groups.models import Group
from lms.members.models import Member


def can_enter(by: Member, group: Group, *, leads: bool) -> bool:
    """Whoever leads the class visits any; the others their own."""
    return leads or queries.is_seated(by, group)
