"""`/discussion/<id>/socket`: a bell in an open thread; its number says how far to ask for news."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from live.discussion import queries
from live.discussion.models import Thread
from live.discussion.telling import bell
from lms.core.plain import Refused
from lms.core.rooms.hub import Batch, Room, Source
from lms.core.rooms.socket import Entry, Line, RoomSocket
from lms.core.rooms.threads import in_thread
from lms.core.rooms.wire import Scope
from lms.members.socket_sign_in import SignedIn, signed_in, still_signed_in

_PATH = re.compile(r"/discussion/(\d{1,9})/socket")
PING_SECONDS = 25.0


def is_discussion_socket(path: str) -> bool:
    """Whether a websocket is for this application."""
    return _PATH.fullmatch(path) is not None


@dataclass(eq=False)
class Guest:
    """Whoever a connection was opened by."""

    who: SignedIn
    thread: Thread


class DiscussionSocket(RoomSocket[Guest]):
    """The ASGI application for the sockets of all threads."""

    async def admit(self, scope: Scope) -> Entry[Guest]:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise Refused(404, "path")
        guest = await in_thread(_admitted, list(scope["headers"]), int(match[1]))
        thread = guest.thread
        return Entry(guest, str(thread.room), thread.last_seq, guest.who.member_id, PING_SECONDS)

    def source(self, entry: Entry[Guest]) -> Source:
        return ThreadSource(entry.guest.thread.pk)

    async def welcome(self, line: Line[Guest]) -> tuple[int, str]:
        seq = await in_thread(queries.last_seq, line.guest.thread.pk)
        return seq, f'{{"hello":true,"seq":{seq}}}'

    async def take(
        self, line: Line[Guest], said: dict[str, Any], arrived_ms: int
    ) -> dict[str, Any] | None:
        raise Refused(422, "who writes does so by a form")

    async def no_longer(self, guests: Sequence[Guest]) -> Sequence[Guest]:
        return await in_thread(_no_longer, guests)


class ThreadSource:
    """The number of the last thing that happened, for the room of a thread in this process."""

    def __init__(self, thread_id: int) -> None:
        self._thread_id = thread_id

    async def since(self, seq: int) -> Batch | None:
        last = await in_thread(queries.last_seq, self._thread_id)
        return bell(last, first=seq + 1) if last > seq else None

    async def delivered(self, room: Room) -> None:
        """Nobody is told anything of their own."""


# --- In a thread, beside the event loop -----------------------------------------------------------


def _admitted(headers: list[tuple[bytes, bytes]], pk: int) -> Guest:
    found = signed_in(headers)
    if found is None:
        raise Refused(401, "signed out")
    who, member = found
    thread = queries.thread_for(member, pk)
    if thread is None:
        raise Refused(404, "thread")
    return Guest(who, thread)


def _no_longer(guests: Sequence[Guest]) -> list[Guest]:
    """Signed out, or no longer of those who may see the thread."""
    here = still_signed_in(guest.who for guest in guests)
    visible = {
        who: set(
            queries.visible_threads(member)
            .filter(pk__in={guest.thread.pk for guest in guests if guest.who == who})
            .values_list("pk", flat=True)
        )
        for who, member in here.items()
    }
    return [guest for guest in guests if guest.thread.pk not in visible.get(guest.who, ())]


discussion_socket = DiscussionSocket()
