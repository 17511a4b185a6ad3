"""What carrying a class writes down: its takes, its line, its end."""

from django.db import transaction
from django.db.models import Max

from live.classroom import folders, queries, services
from live.classroom.models import ClassState, LiveTake
from live.classroom.segments import Part
from live.classroom.telling import lock, tell
from live.classroom.telling import note_line as tell_line
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.queries import members_with_roles
from media_pipeline.files import ensure_room

# What a class needs on the disk, with room to spare: two hours at 2.5 Mbit/s, kept twice.
NEEDED_BYTES = 5 * 1024**3


def begin_take(live_class_id: int, member_id: int, key: str, mime: str, source: str = "") -> int:
    """A recorder begins: the class is on the air. Its take's number; raises DomainError.

    `source` is what the picture comes from; "" is a browser.
    """
    ensure_room(NEEDED_BYTES // 10)
    by = members_with_roles().get(pk=member_id)
    live_class = queries.class_of_room(live_class_id)
    with transaction.atomic():
        services.go_on_air(by=by, live_class=live_class)
        held = lock(live_class_id)
        last = LiveTake.objects.filter(live_class=held).aggregate(last=Max("number"))["last"] or 0
        LiveTake.objects.create(
            live_class=held,
            number=last + 1,
            key=key,
            mime=mime,
            by=by,
            begun_at=clock.now(),
        )
        if held.shown.get("source", "") != source:
            tell(held, "source", {"source": source}, by=by, shown={"source": source})
    return last + 1


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
