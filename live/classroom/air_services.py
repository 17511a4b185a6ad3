"""What carrying a class writes down: its takes, its line, its end."""

import datetime as dt

from django.db import transaction

from live.classroom import folders, queries, services
from live.classroom.models import ClassState, LiveClass, LiveTake
from live.classroom.segments import Part
from live.classroom.telling import lock, tell
from live.classroom.telling import note_line as tell_line
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.queries import members_with_roles
from media_pipeline.files import ensure_room

# What a class needs on the disk, with room to spare: two hours at 2.5 Mbit/s, kept twice.
NEEDED_BYTES = 5 * 1024**3


def begin_take(live_class_id: int, member_id: int, key: str, mime: str, is_carried: bool) -> int:
    """A recorder begins: the class is on the air. Its take's number; raises DomainError.

    `is_carried`: whoever asks has carried the class before.
    """
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
        LiveTake.objects.create(
            live_class=held,
            number=number,
            key=key,
            mime=mime,
            by=by,
            begun_at=clock.now(),
        )
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
    (part,) = folders.parts_of(held.room, [before.number])
    since = before.ended_at or before.begun_at
    if before.ended_at is None and part.segments:
        last = part.segments[-1]
        since = last.at + dt.timedelta(seconds=last.seconds)
    tell(held, "back", {"since": int(since.timestamp() * 1000)})


def take_known(live_class_id: int, key: str) -> int | None:
    """The number of the take of that recorder, if it has begun one."""
    found = queries.take_named(live_class_id, key)
    return None if found is None else found.number


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


def watchers(live_class_id: int) -> int:
    return queries.people_in(live_class_id)


def is_over(live_class_id: int) -> bool:
    return queries.state_now(live_class_id) in (ClassState.CLOSED, ClassState.CANCELLED)


def finish(live_class_id: int) -> None:
    """Nothing more comes: the replay is there from now on, a lecture is made of it."""
    live_class = queries.class_of_room(live_class_id)
    if live_class.state == ClassState.CLOSED:
        takes = [take.number for take in queries.takes_of(live_class)]
        folders.write_replay(live_class.room, takes)
        enqueue("live.keep_recording", live_class_id=live_class_id)
