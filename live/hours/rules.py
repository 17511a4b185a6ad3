"""Who may see whose attendance, and who keeps the list of a meeting room."""

from typing import Any

from live.classroom import rules
from live.classroom.models import LiveClass
from live.hours.models import Venue
from live.hours.queries import list_of
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
    """Until it is handed in; sent back, the second person has asked for it."""
    return not venue.is_settled and (venue.is_open or venue.refused_at is not None)


def awaits_confirmation(venue: Venue) -> bool:
    """Handed in, not sent back, and there is somebody on it."""
    if venue.is_open or venue.is_settled or venue.refused_at is not None:
        return False
    return list_of(venue).exists()


def has_kept_the_list(by: Any, venue: Venue) -> bool:
    """Holds the room, handed the list in, or put somebody else on it."""
    if by.pk in (venue.host_id, venue.closed_by_id):
        return True
    return list_of(venue).filter(by=by.pk).exclude(member=by.pk).exists()


def can_confirm(by: Any, venue: Venue) -> bool:
    """As of study together in front of a screen: another overseer of the branch, or the witness,
    who was there. Nobody confirms a list one has kept.
    """
    if not awaits_confirmation(venue) or has_kept_the_list(by, venue):
        return False
    if has_role(by, OVERSEEING, venue.branch):
        return True
    return venue.witness_id == by.pk and list_of(venue).filter(member=by.pk).exists()
