"""`/finals/<id>/socket`: the live page's line. Who plays says answers, all others listen.

The sender of a message is whoever the connection was opened by. Messages that arrive while a
transaction runs are written by the next one together; each is acknowledged after its commit.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from exams.finals import frames, play_services, queries, settling
from exams.finals.course import State
from exams.finals.deciding import RefusedError
from exams.finals.models import Final
from exams.finals.play_services import Decide, Said
from lms.core.plain import Refused
from lms.core.rooms.desk import Desk
from lms.core.rooms.hub import Batch, Room, Source
from lms.core.rooms.socket import Entry, Line, RoomSocket, now_ms
from lms.core.rooms.threads import in_thread
from lms.core.rooms.wire import Message, Scope
from lms.members.socket_sign_in import SignedIn, signed_in, still_signed_in

_PATH = re.compile(r"/finals/(\d{1,9})/socket")
SIGNED_OUT = "signed_out"
PLAYERS_PING_SECONDS, WATCHERS_PING_SECONDS = 5.0, 20.0
# A form of one question: few fields, short texts.
MOST_FIELDS, MOST_VALUES, LONGEST_VALUE = 40, 60, 500


# Who says what; RefusedError says why not.
FinalDesk = Desk[tuple[SignedIn, Said], None]


def is_final_socket(path: str) -> bool:
    """Whether a websocket is for this application."""
    return _PATH.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever a connection was opened by; `player_id` is None for those who only watch."""

    who: SignedIn
    final: Final
    player_id: int | None


class FinalSocket(RoomSocket[Guest]):
    """The ASGI application for the sockets of all finals."""

    def __init__(self) -> None:
        super().__init__()
        self._desks: dict[int, FinalDesk] = {}

    async def admit(self, scope: Scope) -> Entry[Guest]:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise Refused(404, "path")
        guest, seq = await in_thread(_admitted, list(scope["headers"]), int(match[1]))
        plays = guest.player_id is not None
        return Entry(
            guest,
            str(guest.final.room),
            seq,
            guest.who.member_id,
            PLAYERS_PING_SECONDS if plays else WATCHERS_PING_SECONDS,
        )

    def source(self, entry: Entry[Guest]) -> Source:
        return FinalSource(entry.guest.final, self._desk(entry.guest.final.pk))

    async def welcome(self, line: Line[Guest]) -> tuple[int, str]:
        state, text = await in_thread(_welcome, line.guest)
        room = self.hub.rooms.get(line.entry.room)
        if room is not None and isinstance(room.source, FinalSource):
            room.source.wake_when_due(state, room)
        return state.seq, text

    async def take(
        self, line: Line[Guest], said: dict[str, Any], arrived_ms: int
    ) -> dict[str, Any] | None:
        guest = line.guest
        if guest.player_id is None:
            raise Refused(422, "only players speak")
        allowance = line.trips.allowance_ms(cap_ms=guest.final.cap_ms)
        decide = _understood(guest.player_id, said, arrived_ms, allowance)
        desk = self._desk(guest.final.pk)
        try:
            await desk.say((guest.who, Said(decide, guest.who.member_id)))
        except RefusedError as refused:
            status = 401 if refused.why == SIGNED_OUT else 409
            raise Refused(status, refused.why) from refused
        return {"ok": said["do"], "id": said["id"], "turn": said["turn"]}

    async def no_longer(self, guests: Sequence[Guest]) -> Sequence[Guest]:
        return await in_thread(_no_longer, guests)

    def _desk(self, final_id: int) -> FinalDesk:
        desk = self._desks.get(final_id)
        if desk is None or desk.loop is not asyncio.get_running_loop():
            desk = self._desks[final_id] = Desk(partial(in_thread, _written, final_id))
        return desk


class FinalSource:
    """A final's ledger for the room of this process, and its clock."""

    def __init__(self, final: Final, desk: FinalDesk) -> None:
        self._final = final
        self._desk = desk
        self._timer: asyncio.TimerHandle | None = None
        self._works: set[asyncio.Task[Any]] = set()

    async def since(self, seq: int) -> Batch | None:
        return await in_thread(_since, self._final, seq)

    async def delivered(self, room: Room) -> None:
        """Tell each player their own place, and wake when the next thing becomes due."""
        state = await in_thread(queries.state_of, self._final)
        own: dict[int, Message] = {}
        for seat in room.seats:
            player_id = seat.about.guest.player_id
            if player_id is None:
                continue
            if player_id not in own:
                said = {"me": frames.personal(self._final, state, player_id), "at": state.seq}
                own[player_id] = Message(frames.encoded(said))
            seat.push(own[player_id])
        self.wake_when_due(state, room)

    def wake_when_due(self, state: State, room: Room) -> None:
        """Every process with somebody in the room wakes; whoever is first writes it down."""
        if self._timer is not None:
            self._timer.cancel()
        due_at = settling.due_at(state)
        if due_at is not None:
            delay = max(0.0, (due_at - now_ms()) / 1000) + 0.005
            self._timer = asyncio.get_running_loop().call_later(delay, self._settle, room)

    def _settle(self, room: Room) -> None:
        async def settle() -> None:
            if room.seats:
                # After whatever was said here before the time was over.
                await self._desk.rest()
                self.wake_when_due(await in_thread(_settled, self._final), room)

        task = asyncio.ensure_future(settle())
        self._works.add(task)
        task.add_done_callback(self._works.discard)


# --- Reading a message ----------------------------------------------------------------------------


def _understood(player_id: int, said: dict[str, Any], arrived: int, allowance: int) -> Decide:
    """What a message asks for. Raises Refused(422) for whatever is no message of the page."""
    turn, number = said.get("turn"), said.get("id")
    if type(turn) is not int or type(number) is not int or not 0 < turn < 10_000:
        raise Refused(422, "turn")
    if not 0 <= number < 2**31:
        raise Refused(422, "id")
    if said.get("do") == "answer":
        return play_services.answered(
            player_id=player_id,
            turn=turn,
            sent=_form(said.get("sent")),
            arrived=arrived,
            allowance=allowance,
        )
    if said.get("do") == "buzz":
        return play_services.buzzed(
            player_id=player_id, turn=turn, arrived=arrived, allowance=allowance
        )
    if said.get("do") == "stake" and type(said.get("points")) is int:
        return play_services.staked(player_id=player_id, turn=turn, points=said["points"])
    raise Refused(422, "do")


def _form(sent: Any) -> dict[str, list[str]]:
    """What a form sends: lists of strings by name. PostgreSQL keeps no zero bytes."""
    if not isinstance(sent, dict) or len(sent) > MOST_FIELDS:
        raise Refused(422, "sent")
    for values in sent.values():
        if not isinstance(values, list) or len(values) > MOST_VALUES:
            raise Refused(422, "sent")
        for value in values:
            if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\0" in value:
                raise Refused(422, "sent")
    return sent


# --- In a thread, beside the event loop -----------------------------------------------------------


def _admitted(headers: list[tuple[bytes, bytes]], final_id: int) -> tuple[Guest, int]:
    found = signed_in(headers)
    if found is None:
        raise Refused(401, "signed out")
    who, member = found
    final = queries.final_for(member, final_id)
    if final is None:
        raise Refused(404, "final")
    player = queries.player_of(member, final)
    return Guest(who, final, None if player is None else player.pk), final.last_seq


def _welcome(guest: Guest) -> tuple[State, str]:
    """All of it, with what was said before in brief; and one's own part."""
    known = play_services.settled(guest.final)
    state = known.state
    said: dict[str, Any] = {
        "hello": True,
        "now": now_ms(),
        "seq": state.seq,
        "events": known.brief,
        "set": frames.view(guest.final, state),
    }
    if guest.player_id is not None:
        said["me"] = frames.personal(guest.final, state, guest.player_id)
    return state, frames.encoded(said)


def _since(final: Final, seq: int) -> Batch | None:
    state = queries.state_of(final)
    events = [each for each in queries.events_after(final.pk, seq) if each.seq <= state.seq]
    return frames.whole(final, state, events) if events else None


def _settled(final: Final) -> State:
    return play_services.settled(final).state


def _written(final_id: int, said: Sequence[tuple[SignedIn, Said]]) -> list[RefusedError | None]:
    """Decide about all; whose session is over meanwhile is not heard."""
    here = still_signed_in(who for who, _said in said)
    heard = [each for who, each in said if who in here]
    _state, outcomes = play_services.take(final_id=final_id, said=heard)
    found = iter(outcomes)
    return [next(found) if who in here else RefusedError(SIGNED_OUT) for who, _said in said]


def _no_longer(guests: Sequence[Guest]) -> list[Guest]:
    """Signed out, or no longer of those who may see the final."""
    here = still_signed_in(guest.who for guest in guests)
    seen = queries.seen_by(
        [(here[guest.who], guest.final.pk) for guest in guests if guest.who in here]
    )
    return [
        guest
        for guest in guests
        if guest.who not in here or (guest.who.member_id, guest.final.pk) not in seen
    ]


final_socket = FinalSocket()
