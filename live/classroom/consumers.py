"""`/live/<id>/socket`: the line of everybody in a room; what happens comes with its number."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction

from live.classroom import presence, queries, saying, standing
from live.classroom.models import LiveClass
from live.classroom.telling import batch_of, encoded, told_together
from lms.core.plain import Refused
from lms.core.rooms.desk import Desk
from lms.core.rooms.hub import Batch, Room, Source
from lms.core.rooms.socket import Entry, Line, Receive, RoomSocket
from lms.core.rooms.threads import in_thread
from lms.core.rooms.wire import Scope, Send
from lms.members.socket_sign_in import SignedIn, signed_in, still_signed_in

_PATH = re.compile(r"/live/(\d{1,9})/socket")
PING_SECONDS = 15.0


def is_live_socket(path: str) -> bool:
    """Whether a websocket is for this application."""
    return _PATH.fullmatch(path) is not None


@dataclass(eq=False)
class Guest:
    """Whoever a connection was opened by, with the row that says so."""

    who: SignedIn
    live_class: LiveClass
    presence_id: int
    leads: bool
    # The last event this page has seen, 0 for none: after a cut only what it missed is told.
    seen: int


LiveDesk = Desk[tuple[Guest, dict[str, Any]], dict[str, Any]]


class LiveSocket(RoomSocket[Guest]):
    """The ASGI application for the sockets of all classes."""

    def __init__(self) -> None:
        super().__init__()
        self._desks: dict[int, LiveDesk] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[int] = []
        scope["held"] = held
        try:
            await super().__call__(scope, receive, send)
        finally:
            if held:
                await in_thread(presence.leave, held)

    async def admit(self, scope: Scope) -> Entry[Guest]:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise Refused(404, "path")
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        guest = await in_thread(
            _admitted,
            list(scope["headers"]),
            int(match[1]),
            asked.get("device", [""])[0],
            asked.get("after", [""])[0],
        )
        scope["held"].append(guest.presence_id)
        live_class = guest.live_class
        return Entry(
            guest, str(live_class.room), live_class.last_seq, guest.who.member_id, PING_SECONDS
        )

    def source(self, entry: Entry[Guest]) -> Source:
        return LiveSource(entry.guest.live_class.pk)

    async def welcome(self, line: Line[Guest]) -> tuple[int, str]:
        guest = line.guest
        leads = ("leads",) if guest.leads else ()
        line.seat.names = frozenset((str(guest.who.member_id), *leads))
        return await in_thread(_welcome, guest)

    async def take(
        self, line: Line[Guest], said: dict[str, Any], arrived_ms: int
    ) -> dict[str, Any] | None:
        if not saying.is_grouped(said):
            return await in_thread(_said, line.guest, said)
        return await self._desk(line.guest.live_class.pk).say((line.guest, said))

    def _desk(self, live_class_id: int) -> LiveDesk:
        desk = self._desks.get(live_class_id)
        if desk is None or desk.loop is not asyncio.get_running_loop():
            desk = self._desks[live_class_id] = Desk(partial(in_thread, _said_together))
        return desk

    async def no_longer(self, guests: Sequence[Guest]) -> Sequence[Guest]:
        return await in_thread(_no_longer, guests)


class LiveSource:
    """The ledger of a class, for its room in this process."""

    def __init__(self, live_class_id: int) -> None:
        self._live_class_id = live_class_id

    async def since(self, seq: int) -> Batch | None:
        return await in_thread(_since, self._live_class_id, seq)

    async def delivered(self, room: Room) -> None:
        """Nobody is told anything of their own."""


# --- In a thread, beside the event loop -----------------------------------------------------------


def _admitted(headers: list[tuple[bytes, bytes]], pk: int, device: str, after: str) -> Guest:
    found = signed_in(headers)
    if found is None:
        raise Refused(401, "signed out")
    who, member = found
    seen_class = queries.class_and_lead(member, pk)
    if seen_class is None:
        raise Refused(404, "class")
    live_class, leads = seen_class
    row = presence.join(
        live_class_id=live_class.pk, member_id=member.pk, device=presence.device_named(device)
    )
    seen = int(after) if re.fullmatch(r"[0-9]{1,9}", after) else 0
    return Guest(who, live_class, row, leads, seen)


def _welcome(guest: Guest) -> tuple[int, str]:
    """How the class stands now, and what happened last."""
    said = standing.now(guest.live_class.pk, guest.seen)
    return said["seq"], encoded({"hello": True, **said})


def _said(guest: Guest, said: dict[str, Any]) -> dict[str, Any]:
    member = still_signed_in([guest.who]).get(guest.who)
    if member is None:
        raise Refused(401, "signed out")
    return saying.say(by=member, live_class_id=guest.live_class.pk, said=said)


def _said_together(
    group: Sequence[tuple[Guest, dict[str, Any]]],
) -> list[dict[str, Any] | Exception]:
    """In one transaction; what goes wrong with one of them is undone for this one alone."""
    here = still_signed_in(guest.who for guest, _said in group)
    replies: list[dict[str, Any] | Exception] = []
    with told_together(), transaction.atomic():
        for guest, said in group:
            pk = guest.live_class.pk
            try:
                if guest.who not in here:
                    raise Refused(401, "signed out")
                replies.append(saying.say(by=here[guest.who], live_class_id=pk, said=said))
            except Exception as error:  # noqa: BLE001  (met by who said it)
                replies.append(error)
    return replies


def _since(live_class_id: int, seq: int) -> Batch | None:
    events = queries.events_after(live_class_id, seq)
    return batch_of(queries.class_of_room(live_class_id), events) if events else None


def _no_longer(guests: Sequence[Guest]) -> list[Guest]:
    """Signed out, or no longer of those who may see the class; the others show a sign of life."""
    here = still_signed_in(guest.who for guest in guests)
    seen = queries.seen_by(
        [(here[guest.who], guest.live_class.pk) for guest in guests if guest.who in here]
    )
    gone: list[Guest] = []
    stay: list[Guest] = []
    for guest in guests:
        may_stay = guest.who in here and (guest.who.member_id, guest.live_class.pk) in seen
        (stay if may_stay else gone).append(guest)
    presence.beat(guest.presence_id for guest in stay)
    return gone


live_socket = LiveSocket()
