"""Who may see whose attendance, and who keeps the list of a meeting room."""

from typing import Any

from live.classroom import rules
from live.classroom.models import LiveClass
from live.hours.models import Venue
from lms.members.models import Branch
from lms.members.queries import OVERSEEING, has_role


def can_see_all(by: Any, live_class: LiveClass) -> bool:
    """Whoever may hold the class."""
    return rules.can_lead(by, live_class)


def can_see_others(by: Any, live_class: LiveClass) -> bool:
    """Whoever holds it, or looks after members anywhere: of these."""
    return can_see_all(by, live_class) or has_role(by, OVERSEEING)


def can_host(by: Any, branch: Branch) -> bool:
    """Secretaries and administrators open meeting rooms for their own subtree."""
    return has_role(by, OVERSEEING, branch)


def takes_names(venue: Venue) -> bool:
    return venue.is_open
