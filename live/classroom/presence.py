"""Writing down who is in the room, by the server's clock."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from live.classroom.models import LivePresence
from lms.core import clock


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


def leave(presence_ids: Iterable[int]) -> None:
    """These lines are gone."""
    now: dt.datetime = clock.now()
    _open(presence_ids).update(seen_at=now, left_at=now)


def _open(presence_ids: Iterable[int]) -> QuerySet[LivePresence]:
    return LivePresence.objects.filter(pk__in=list(presence_ids), left_at=None)
