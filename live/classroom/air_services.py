"""What carrying a class writes down: its takes, their segments, its line, its end."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from live.classroom import folders, queries, services, shared
from live.classroom.errors import HeldError
from live.classroom.models import ClassState, LiveClass, LiveSegment, LiveTake
from live.classroom.segments import Part, Segment
from live.classroom.telling import lock, tell
from live.classroom.telling import note_line as tell_line
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.queries import members_with_roles
from media_pipeline.files import ensure_room

# What a class needs on the disk, with room to spare: two hours at 2.5 Mbit/s, kept twice.
NEEDED_BYTES = 5 * 1024**3
# A carrier says each second that its teacher's line stands; so long it is believed.
BELIEVED = dt.timedelta(seconds=6)
# So long nothing was heard of a carrier: the class is told that its teacher is gone.
SILENT = dt.timedelta(seconds=20)


def begin_take(
    live_class_id: int,
    member_id: int,
    key: str,
    mime: str,
    carrier: UUID | None = None,
    takes_over: bool = False,
    source: str = "",
    is_carried: bool = True,
) -> int:
    """A recorder begins: the class is on the air. Its take's number.

    `source` is what the picture comes from; "" is a browser. `is_carried`: whoever asks has carried
    the class before.

    With several machines `carrier` is who begins it, and whatever another one carries of the class
    is sealed. Raises DomainError, HeldError where another machine's teacher is on the line and the
    class is not to be taken over.
    """
    if carrier is None:
        ensure_room(NEEDED_BYTES // 10)
    by = members_with_roles().get(pk=member_id)
    live_class = queries.class_of_room(live_class_id)
    with transaction.atomic():
        services.go_on_air(by=by, live_class=live_class)
        held = lock(live_class_id)
        before = queries.last_take(held)
        number = 1 if before is None else before.number + 1
        if before is not None and not is_carried:
            _come_back(held, before)
        if carrier is not None:
            _succeed(live_class_id, carrier, takes_over)
        LiveTake.objects.create(
            live_class=held,
            number=number,
            key=key,
            mime=mime,
            by=by,
            begun_at=clock.now(),
            carrier=carrier,
            seen_at=None if carrier is None else clock.now(),
        )
        if held.shown.get("source", "") != source:
            tell(held, "source", {"source": source}, by=by, shown={"source": source})
    return number


def _come_back(held: LiveClass, before: LiveTake) -> None:
    """Nobody carried the class for a while, and nobody could say so: it is said now.

    Its process had died, or had given up waiting. Whoever was there all the same is not to lose by
    it: it is an outage like one of the teacher's line, from the last picture that was kept.
    """
    if held.lost_at is not None:
        held.lost_at = None
        LiveClass.objects.filter(pk=held.pk).update(lost_at=None)
        tell(held, "back")
        return
    (part,) = queries.parts_of(held.room, [before.number])
    since = before.ended_at or before.begun_at
    if before.ended_at is None and part.segments:
        last = part.segments[-1]
        since = last.at + dt.timedelta(seconds=last.seconds)
    tell(held, "back", {"since": int(since.timestamp() * 1000)})


def _succeed(live_class_id: int, carrier: UUID, takes_over: bool) -> None:
    """Seal what others carry of a class that is locked: nothing they do counts any more."""
    now = clock.now()
    others = queries.open_takes(live_class_id).exclude(carrier=carrier)
    for take in others:
        if take.seen_at is not None and now - take.seen_at < BELIEVED and not takes_over:
            raise HeldError(take.by.name)
    LiveTake.objects.filter(pk__in=[take.pk for take in others]).update(ended_at=now)


def take_known(live_class_id: int, key: str, carrier: UUID | None = None) -> int | None:
    """The number of the take of that recorder, if it has begun one.

    Where another machine still carries that take it is sealed: its browser is here now.
    """
    found = queries.take_named(live_class_id, key)
    if found is None:
        return None
    if carrier is not None and found.ended_at is None and found.carrier != carrier:
        with transaction.atomic():
            lock(live_class_id)
            end_take(live_class_id, found.number)
    return found.number


def hold_take(live_class_id: int, number: int, carrier: UUID, has_line: bool) -> bool:
    """Say that a take is still carried; False if another machine has succeeded."""
    return bool(
        LiveTake.objects.filter(
            live_class_id=live_class_id, number=number, carrier=carrier, ended_at=None
        ).update(seen_at=clock.now() if has_line else None)
    )


def keep_segment(live_class_id: int, number: int, carrier: UUID, segment: Segment) -> bool:
    """A segment is in the storage: from now on it is in all playlists. May be said twice.

    False if the take is sealed: it does not count.
    """
    with transaction.atomic():
        take = (
            LiveTake.objects.select_for_update(no_key=True)
            .filter(live_class_id=live_class_id, number=number, carrier=carrier, ended_at=None)
            .first()
        )
        if take is None:
            return False
        LiveSegment.objects.get_or_create(
            take=take,
            number=segment.number,
            defaults={"seconds": segment.seconds, "at": segment.at},
        )
    return True


def carried_by(live_class_id: int) -> tuple[int, str]:
    """Whose the latest take is: the member's key and name."""
    take = LiveTake.objects.filter(live_class=live_class_id).select_related("by").latest("number")
    return take.by_id, take.by.name


def end_take(live_class_id: int, number: int) -> None:
    LiveTake.objects.filter(live_class_id=live_class_id, number=number, ended_at=None).update(
        ended_at=clock.now()
    )


def parts_before(live_class_id: int, number: int) -> list[Part]:
    """What earlier takes have left on the disk, whoever carried them."""
    live_class = queries.class_of_room(live_class_id)
    takes = [take.number for take in queries.takes_of(live_class) if take.number < number]
    return folders.parts_of(live_class.room, takes)


def note_line(live_class_id: int, is_lost: bool) -> None:
    tell_line(live_class_id=live_class_id, is_lost=is_lost)


def note_silent() -> None:
    """Tell the classes whose carrier has died with its machine that their teacher is gone."""
    for live_class in queries.silent(clock.now() - SILENT):
        tell_line(live_class_id=live_class.pk, is_lost=True)


def watchers(live_class_id: int) -> int:
    return queries.people_in(live_class_id)


def is_over(live_class_id: int) -> bool:
    return queries.state_now(live_class_id) in (ClassState.CLOSED, ClassState.CANCELLED)


def finish(live_class_id: int) -> None:
    """Nothing more comes: the replay is there from now on, a lecture is made of it."""
    live_class = queries.class_of_room(live_class_id)
    if live_class.state == ClassState.CLOSED:
        if not shared.is_shared():
            takes = [take.number for take in queries.takes_of(live_class)]
            folders.write_replay(live_class.room, takes)
        enqueue("live.keep_recording", live_class_id=live_class_id)
