"""Writing down who is in the room, by the server's clock."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from live.classroom.models import LivePresence
from lms.core import clock

# Lines show a sign of life four times in this span.
PRESENT = dt.timedelta(seconds=60)
UNSEEN = PRESENT / 4
MOST_DEVICE = 32


def join(*, live_class_id: int, member_id: int, device: str) -> int:
    """Somebody comes in; the row's key."""
    now = clock.now()
    row = LivePresence.objects.create(
        live_class_id=live_class_id,
        member_id=member_id,
        device=device,
        joined_at=now,
        seen_at=now,
    )
    return row.pk


def beat(presence_ids: Iterable[int]) -> None:
    """These lines still stand."""
    _open(presence_ids).update(seen_at=clock.now())


def poll(*, live_class_id: int, member_id: int, device: str) -> None:
    """A page without a line asks again: it was here all the while, if that is not long."""
    alive = LivePresence.objects.filter(
        live_class_id=live_class_id,
        member_id=member_id,
        device=device,
        left_at=None,
        seen_at__gte=clock.now() - PRESENT,
    )
    if not alive.update(seen_at=clock.now()):
        join(live_class_id=live_class_id, member_id=member_id, device=device)


def device_named(said: str) -> str:
    """A browser's name for itself, "" for none."""
    return said if said.isalnum() and len(said) <= MOST_DEVICE else ""


def leave(presence_ids: Iterable[int]) -> None:
    """These lines are gone."""
    now: dt.datetime = clock.now()
    _open(presence_ids).update(seen_at=now, left_at=now)


def _open(presence_ids: Iterable[int]) -> QuerySet[LivePresence]:
    return LivePresence.objects.filter(pk__in=list(presence_ids), left_at=None)
