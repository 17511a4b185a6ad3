"""Who may hold a gathering, and who may confirm it."""

import datetime as dt
from typing import Any

from django.conf import settings

from exams.gatherings.models import Gathering, GatheringKind, GatheringState
from exams.gatherings.queries import presences_of
from lms.core import clock
from lms.members.models import Branch
from lms.members.queries import OVERSEEING, has_role


def can_host(by: Any, branch: Branch) -> bool:
    """Secretaries and administrators hold gatherings of their own subtree."""
    return has_role(by, OVERSEEING, branch)


def awaits_confirmation(gathering: Gathering) -> bool:
    """Handed in and not refused, and somebody on the list is not confirmed."""
    if gathering.refused_at is not None:
        return False
    if gathering.state == GatheringState.CONFIRMED:
        return presences_of(gathering).filter(confirmed_at__isnull=True).exists()
    return gathering.state == GatheringState.CLOSED


def has_kept_the_record(by: Any, gathering: Gathering) -> bool:
    """Held or closed it, or put somebody else on the part of the list not yet confirmed."""
    if by.pk in (gathering.host_id, gathering.closed_by_id):
        return True
    others = presences_of(gathering).filter(confirmed_at__isnull=True, by_id=by.pk)
    return others.exclude(member_id=by.pk).exists()


def can_confirm(by: Any, gathering: Gathering) -> bool:
    """The second person: another overseer of the branch, or the witness, who was there.

    Nobody confirms a list one has kept.
    """
    if not awaits_confirmation(gathering) or has_kept_the_record(by, gathering):
        return False
    if has_role(by, OVERSEEING, gathering.branch):
        return True
    return gathering.witness_id == by.pk and is_present(by, gathering)


def is_present(by: Any, gathering: Gathering) -> bool:
    return presences_of(gathering).filter(member_id=by.pk).exists()


def takes_entries(gathering: Gathering) -> bool:
    """People can be put on the list: while it runs, and within the window after the close."""
    if gathering.state == GatheringState.OPEN:
        return True
    if gathering.state == GatheringState.PLANNED:
        return gathering.kind == GatheringKind.OFFLINE
    if gathering.state == GatheringState.CANCELLED or gathering.closed_at is None:
        return False
    if gathering.refused_at is not None:  # the second person has asked for it
        return True
    return clock.now() <= gathering.closed_at + dt.timedelta(days=settings.GATHERING_LATE_DAYS)


def is_late_now(gathering: Gathering) -> bool:
    """Whoever is put on the list now comes late to it: after the screen was closed, or after
    what was written down has been confirmed.
    """
    if gathering.state == GatheringState.CLOSED:
        return gathering.kind == GatheringKind.SCREEN
    return gathering.state == GatheringState.CONFIRMED


def can_be_corrected(gathering: Gathering) -> bool:
    """Title, place and the like, or the whole given up: until it is confirmed."""
    return not gathering.is_settled
