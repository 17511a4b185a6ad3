"""Writing down what happens in a room, and telling everybody in it after the commit."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from live.classroom.models import LiveClass, LiveEvent
from lms.core import clock
from lms.core.rooms.hub import Batch, announce
from lms.members.models import Member


def lock(live_class_id: int) -> LiveClass:
    """The class as it is now; what is written about it is written one after the other."""
    return (
        LiveClass.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch", "teacher")
        .get(pk=live_class_id)
    )


def tell(
    held: LiveClass,
    kind: str,
    body: dict[str, Any] | None = None,
    *,
    by: Member | None = None,
    take: int = 0,
    stream_ms: int | None = None,
    once: str | None = None,
) -> LiveEvent:
    """Add an event to a class that is locked by this transaction; told after its commit."""
    held.last_seq += 1
    event = LiveEvent.objects.create(
        live_class=held,
        seq=held.last_seq,
        kind=kind,
        at=clock.now(),
        take=take,
        stream_ms=stream_ms,
        body=body or {},
        once=once,
        by=by,
    )
    LiveClass.objects.filter(pk=held.pk).update(last_seq=held.last_seq)
    room, batch = str(held.room), batch_of(held, [event])
    transaction.on_commit(lambda: announce(room, batch))
    return event


def note_line(*, live_class_id: int, is_lost: bool) -> bool:
    """The teacher's line is gone, or is back; True if that is news."""
    with transaction.atomic():
        held = lock(live_class_id)
        if not held.is_running or (held.lost_at is not None) == is_lost:
            return False
        held.lost_at = clock.now() if is_lost else None
        LiveClass.objects.filter(pk=held.pk).update(lost_at=held.lost_at)
        tell(held, "lost" if is_lost else "back")
    return True


# --- What is said ---------------------------------------------------------------------------------


def view(live_class: LiveClass) -> dict[str, Any]:
    """How a class stands, for everybody in its room alike."""
    return {
        "state": live_class.state,
        "lost": live_class.lost_at is not None and live_class.is_running,
        "reason": live_class.reason,
        "begun": None
        if live_class.begun_at is None
        else int(live_class.begun_at.timestamp() * 1000),
    }


def batch_of(live_class: LiveClass, events: Sequence[LiveEvent]) -> Batch:
    """These events, and how things stand after them."""
    said = {"seq": events[-1].seq, "events": [brief(event) for event in events]}
    return Batch(events[0].seq, events[-1].seq, encoded({**said, "set": view(live_class)}))


def brief(event: LiveEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": int(event.at.timestamp() * 1000),
        "take": event.take,
        "stream": event.stream_ms,
        "by": event.by.name if event.by else None,
        **event.body,
    }


def encoded(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
