"""Numbering what happens in a thread, and ringing the bell in its room after the commit.

The bell carries a number and no words: what has changed is fetched by each page as its reader may
see it, by the same address with a socket or without.
"""

from django.db import transaction

from live.discussion.models import Thread
from lms.core.rooms.hub import Batch, announce


def lock(thread_id: int) -> Thread:
    """The thread as it is now; what is written in it is written one after the other."""
    return (
        Thread.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch", "board", "lesson", "course", "author")
        .get(pk=thread_id)
    )


def next_seq(held: Thread) -> int:
    """The number of the next thing in a thread that is locked by this transaction."""
    held.last_seq += 1
    return held.last_seq


def kept(held: Thread, *fields: str) -> None:
    """Write the thread with its new number; told after the commit."""
    held.save(update_fields=["last_seq", *fields])
    room, batch = str(held.room), bell(held.last_seq)
    transaction.on_commit(lambda: announce(room, batch))


def bell(seq: int, *, first: int | None = None) -> Batch:
    return Batch(seq if first is None else first, seq, f'{{"seq":{seq}}}')
