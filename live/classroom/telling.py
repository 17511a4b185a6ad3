"""Writing down what happens in a room, and telling everybody in it after the commit."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal, cast

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from live.classroom import queries
from live.classroom.models import LiveClass, LiveEvent
from lms.core import clock
from lms.core.rooms.hub import Batch, announce, announce_aside
from lms.core.statements import Loaded, Records, columns
from lms.members.models import Branch, Member

MOST_EVENTS = 200
_CLASS = -102  # a mark: no class has this id


def lock(live_class_id: int) -> LiveClass:
    """The class as it is now; what is written about it is written one after the other."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("a class is locked in a transaction")
    for held, held.branch, held.teacher in _locked().rows(live_class_id):
        return cast(LiveClass, held)
    raise LiveClass.DoesNotExist


@cache
def _locked() -> Records:
    parts: list[Loaded] = [
        (LiveClass, "", columns(LiveClass)),
        (Branch, "branch__", columns(Branch)),
        (Member, "teacher__", columns(Member)),
    ]
    ending = ' FOR NO KEY UPDATE OF "live_liveclass"'
    return Records(LiveClass.objects.filter(pk=_CLASS), parts, _CLASS, ending=ending)


def tell(
    held: LiveClass,
    kind: str,
    body: dict[str, Any] | None = None,
    *,
    by: Member | None = None,
    once: str | None = None,
    shown: dict[str, Any] | None = None,
) -> LiveEvent:
    """Add an event to a class that is locked by this transaction; told after its commit.

    `shown` replaces what is shown of these subjects. An event that was told `once` is not told
    again: the first one is returned.
    """
    if once is not None:
        known = LiveEvent.objects.filter(live_class=held, once=once).first()
        if known is not None:
            return known
    held.last_seq += 1
    held.shown = {**held.shown, **(shown or {})}
    event = LiveEvent.objects.create(
        live_class=held,
        seq=held.last_seq,
        kind=kind,
        at=clock.now(),
        body=body or {},
        once=once,
        by=by,
    )
    LiveClass.objects.filter(pk=held.pk).update(last_seq=held.last_seq, shown=held.shown)
    _after_commit(held, event)
    return event


def _after_commit(held: LiveClass, event: LiveEvent) -> None:
    stands = view(held)  # as it is after this event, whatever follows in the same transaction

    def told() -> None:
        together = _together.get()
        if together is None:
            announce(str(held.room), _batch([event], stands))
        else:
            together.setdefault(str(held.room), []).append((event, stands))

    transaction.on_commit(told)


@contextmanager
def told_together() -> Iterator[None]:
    """What is committed within is announced at the end, each room's as one batch."""
    token = _together.set({})
    try:
        yield
    finally:
        rooms = _together.get() or {}
        _together.reset(token)
        for room, told in rooms.items():
            announce(room, _batch([event for event, _stands in told], told[-1][1]))


_together: ContextVar[dict[str, list[tuple[LiveEvent, dict[str, Any]]]] | None] = ContextVar(
    "told_together", default=None
)


def whisper(
    live_class: LiveClass, said: dict[str, Any], *, to: int | Literal["all", "leads"]
) -> None:
    """Tell one person, all, or those who lead, after the commit; not kept, may be lost."""
    room, text = str(live_class.room), encoded({"aside": said})
    transaction.on_commit(lambda: announce_aside(room, str(to), text))


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
        **live_class.shown,
        "state": live_class.state,
        "lost": live_class.lost_at is not None and live_class.is_running,
        "reason": live_class.reason,
        "begun": None
        if live_class.begun_at is None
        else int(live_class.begun_at.timestamp() * 1000),
    }


def told_after(live_class: LiveClass, seq: int) -> dict[str, Any]:
    """What happened after `seq`, of very much only the latest, and how things stand now.

    `since` is what the first of the events comes after: greater than `seq` where some are left out.
    """
    since = max(seq, live_class.last_seq - MOST_EVENTS, 0)
    events = queries.events_after(live_class.pk, since)
    return {
        "now": int(clock.now().timestamp() * 1000),
        "since": since,
        "seq": events[-1].seq if events else live_class.last_seq,
        "events": [brief(event) for event in events],
        "set": {**view(live_class), "people": queries.people_in(live_class.pk)},
    }


def batch_of(live_class: LiveClass, events: Sequence[LiveEvent]) -> Batch:
    """These events, and how things stand after them."""
    return _batch(events, view(live_class))


def _batch(events: Sequence[LiveEvent], stands: dict[str, Any]) -> Batch:
    said = {"seq": events[-1].seq, "events": [brief(event) for event in events]}
    return Batch(events[0].seq, events[-1].seq, encoded({**said, "set": stands}))


def brief(event: LiveEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": int(event.at.timestamp() * 1000),
        "by": event.by.name if event.by else None,
        "byId": event.by_id,
        **event.body,
    }


def encoded(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
