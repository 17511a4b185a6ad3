"""Carrying one class: what the teacher's browser sends is kept, then goes to the members.

One process of a machine carries a class; others hand over to it what reaches them. Where several
machines serve the school, the one the teacher has reached last carries it: the takes in the
database say which, and one that is succeeded ends. Everything of a carrier happens in its event
loop, beside two threads that wait for ffmpeg's pipes.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from live.classroom import air_services, folders, keeping, shared
from live.classroom.errors import HeldError
from live.classroom.picture import BEGIN, END, Frame, Sender, screens
from live.classroom.recording import RawKeeper
from live.classroom.segments import Part
from live.classroom.take import Take
from lms.core import on_air
from lms.core.errors import DomainError
from lms.core.rooms.threads import in_thread
from media_pipeline import remuxing
from media_pipeline.storage import StorageUnavailableError

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LEASE_AGAIN_SECONDS = 10.0
COUNT_SECONDS = 3.0
# So long the teacher's line may be gone before the members are told.
LOST_SECONDS = 1.5
# So long a take waits for its teacher; what comes later begins a new one.
WAIT_SECONDS = 600.0
MOST_SLICE_BYTES = 60_000


class Voice(Protocol):
    """The line to one browser of a teacher, or to what brings another source in (`source`)."""

    member_id: int
    name: str
    source: str

    def say(self, said: dict[str, Any]) -> None: ...

    def end(self, code: int) -> None: ...


@dataclass(slots=True)
class Figures:
    """What the teacher is shown of the last second."""

    bytes: int = 0
    at: float = 0.0


class Carrier:
    """One class on this machine, from the first slice to the last."""

    def __init__(self, live_class_id: int, room: UUID, on_end: Callable[[], None]) -> None:
        self.live_class_id, self.room = live_class_id, room
        # Among the machines; None where there is but one.
        self._name = uuid4() if shared.is_shared() else None
        self._is_succeeded = self._is_over = False
        self._leaving = asyncio.Event()
        self._on_end = on_end
        self._voices: set[Voice] = set()
        self._source: Voice | None = None
        self._late: tuple[Voice, RawKeeper] | None = None
        self._last_of_late: set[asyncio.Task[None]] = set()
        self._take: Take | None = None
        self._parts: list[Part] = []
        self._sender = Sender(str(room))
        self._begun: Frame | None = None
        self._order = asyncio.Lock()
        self._gone_at: float | None = None
        self._is_told_lost: bool | None = None
        self._figures = Figures()
        self._watchers = 0
        self._running = asyncio.get_running_loop().create_task(self._run())

    # --- What a teacher's browser says ------------------------------------------------------------

    def enter(self, voice: Voice) -> None:
        self._voices.add(voice)

    def leave(self, voice: Voice) -> None:
        self._voices.discard(voice)
        self._end_late(voice)
        if self._source is voice:
            self._source = None
            self._gone_at = time.monotonic()

    def _end_late(self, voice: Voice) -> None:
        """What that browser sends from now on is nothing left over any more."""
        if self._late is not None and self._late[0] is voice:
            self._close_late()

    def _close_late(self) -> None:
        if self._late is not None:
            raw, self._late = self._late[1], None
            raw.close()
            settling = asyncio.get_running_loop().create_task(raw.settled())
            self._last_of_late.add(settling)
            settling.add_done_callback(self._last_of_late.discard)

    async def hear(self, voice: Voice, message: str | bytes) -> None:
        async with self._order:
            if self._is_succeeded:
                voice.end(1012)
            elif isinstance(message, bytes):
                self._slice(voice, message)
            else:
                await self._said(voice, message)

    async def _said(self, voice: Voice, text: str) -> None:
        said = _read(text)
        match said.get("do"):
            case "begin":
                await self._begin(voice, said)
            case "end" if voice is self._source and self._take is not None:
                await self._finish_take()
                voice.say({"ended": said.get("key")})
            case "ping":
                voice.say({"pong": said.get("at")})
            case _:
                voice.end(1008)

    async def _begin(self, voice: Voice, said: dict[str, Any]) -> None:
        key, mime = said.get("key"), said.get("mime")
        if not (
            isinstance(key, str) and key.isalnum() and len(key) <= 32
            and isinstance(mime, str) and len(mime) <= 100
            and remuxing.demuxer_of(mime) is not None
        ):  # fmt: skip
            voice.end(1008)
            return
        self._end_late(voice)
        take = self._take
        if take is not None and take.done.is_set():
            await self._finish_take()
            take = None
        if take is not None and take.key == key:
            self._connect(voice)
            voice.say({"take": take.number, "key": key, "ack": take.raw.count})
            return
        if self._source is not None and self._source is not voice and not said.get("takeOver"):
            voice.say({"no": "held", "by": self._source.name})
            return
        known = await in_thread(air_services.take_known, self.live_class_id, key, self._name)
        if known is not None:
            await self._take_rest(voice, key, known)
            return
        is_carried = self._take is not None or bool(self._parts)
        try:
            number = await in_thread(
                air_services.begin_take,
                *(self.live_class_id, voice.member_id, key, mime),
                *(self._name, bool(said.get("takeOver")), voice.source, is_carried),
            )
        except HeldError as held:
            voice.say({"no": "held", "by": held.by})
            return
        except DomainError as refused:
            voice.say({"no": "refused", "why": refused.message})
            return
        await self._finish_take()
        if not self._parts and self._name is None:
            earlier = await in_thread(air_services.parts_before, self.live_class_id, number)
            self._parts = earlier
        self._take = Take(
            number, key, mime, self._show,
            keeping.keepers(self.live_class_id, self.room, number, self._name, self._kept),
            self._write_playlist,
        )  # fmt: skip
        self._connect(voice)
        voice.say(
            {"take": number, "key": key, "ack": 0, "through": remuxing.is_passed_through(mime)}
        )

    async def _take_rest(self, voice: Voice, key: str, known: int) -> None:
        """Of a recorder whose ffmpeg is gone the rest is kept, and a new one has to begin."""
        self._close_late()
        try:
            rest = await keeping.rest_of(self.room, known, self._name, self._kept)
        except StorageUnavailableError:
            voice.end(1012)  # come again: how far it had come cannot be seen now
            return
        self._late = (voice, rest)
        voice.say({"gone": key, "ack": rest.count})

    def _kept(self, raw: RawKeeper) -> None:
        """More of what was sent is safe now than was when it came in."""
        if self._late is not None and raw is self._late[1]:
            self._late[0].say({"ack": raw.count})
        elif self._source is not None and self._take is not None and raw is self._take.raw:
            self._source.say({"ack": raw.count})

    def _connect(self, voice: Voice) -> None:
        """From now on this line is the source; the one before is told who took over."""
        before, self._source, self._gone_at = self._source, voice, None
        if before is not None and before is not voice:
            is_own = before.member_id == voice.member_id
            more = {"source": voice.source} if voice.source else {}
            before.say({"over": "self" if is_own else "taken", "by": voice.name, **more})
            before.end(4409)

    def _slice(self, voice: Voice, message: bytes) -> None:
        """Four bytes of number, then the slice; acknowledged is what is safely kept."""
        number, data = int.from_bytes(message[:4], "big"), message[4:]
        if len(message) < 5 or len(data) > MOST_SLICE_BYTES:
            voice.end(1008)
            return
        if self._late is not None and self._late[0] is voice:
            raw = self._late[1]
            is_new = number == raw.next
            if is_new:
                raw.add(data)
            if not is_new or number < raw.count:
                voice.say({"ack": raw.count})
            return
        take = self._take
        if voice is not self._source or take is None:
            return  # sent before it was told that another has taken over
        if take.done.is_set() or take.is_failed:
            voice.say({"gone": take.key, "ack": take.raw.count})
            return
        is_new = number == take.raw.next
        if is_new:
            try:
                take.add(data)
            except OSError:
                logger.exception("live: the disk takes no more")
                voice.say({"no": "disk"})
                return
            self._figures.bytes += len(data)
        if not is_new or number < take.raw.count:
            voice.say({"ack": take.raw.count})

    # --- What goes on -----------------------------------------------------------------------------

    def _show(self, frame: Frame) -> None:
        screens().show(str(self.room), frame)
        if frame.kind == BEGIN:
            self._begun = frame
        elif frame.is_key and self._begun is not None:
            # Redis may have forgotten what a late member begins with.
            self._sender.send(self._begun)
        self._sender.send(frame)

    async def _finish_take(self) -> None:
        """Let the running take come to its end, and note it."""
        take, self._take = self._take, None
        if take is None:
            return
        take.finish()
        try:
            async with asyncio.timeout(5):
                await take.done.wait()
        except TimeoutError:
            take.remux.kill()
            await take.done.wait()
        await take.settled()
        self._parts.append(Part(take.number, tuple(take.segments)))
        if take.segments:
            self._write_playlist()
        await in_thread(air_services.end_take, self.live_class_id, take.number)

    async def _run(self) -> None:
        counted = held = 0.0
        try:
            while not await self._is_to_leave():
                now = time.monotonic()
                try:
                    self._is_over = await in_thread(air_services.is_over, self.live_class_id)
                    if self._is_over:
                        break
                    if not await self._still_carries():
                        break
                    if now - held > LEASE_AGAIN_SECONDS and self._take is not None:
                        held = now
                        await in_thread(on_air.hold)
                    if now - counted > COUNT_SECONDS:
                        counted = now
                        self._watchers = await in_thread(air_services.watchers, self.live_class_id)
                    await self._look_after_line(now)
                except Exception:
                    logger.exception("live: class %s was not looked after", self.live_class_id)
                self._tell_figures(now)
                if self._gone_at is not None and now - self._gone_at > WAIT_SECONDS:
                    break
        finally:
            await self._end()

    async def _is_to_leave(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._leaving.wait()
        return self._leaving.is_set()

    async def _still_carries(self) -> bool:
        """Whether no other machine has succeeded this one; it is told that this one lives."""
        take = self._take
        if self._name is None or take is None:
            return True
        has_line = self._source is not None
        is_held = await in_thread(
            air_services.hold_take, self.live_class_id, take.number, self._name, has_line
        )
        # It may have been ended meanwhile by this one, whose teacher has begun another.
        self._is_succeeded = not is_held and self._take is take
        return not self._is_succeeded

    async def _look_after_line(self, now: float) -> None:
        is_lost = self._gone_at is not None and now - self._gone_at > LOST_SECONDS
        is_known = self._source is not None or self._gone_at is not None
        if is_known and is_lost != self._is_told_lost:
            self._is_told_lost = is_lost
            await in_thread(air_services.note_line, self.live_class_id, is_lost)
        take = self._take
        if take is not None and take.done.is_set() and self._source is not None:
            # ffmpeg died: the browser begins again, what it sent is kept.
            self._source.say({"gone": take.key, "ack": take.raw.count})

    def _write_playlist(self) -> None:
        """At once: each moment it waits is one that the picture by segments is later."""
        if self._name is not None:
            return  # of several machines each makes it of what the database says
        take, parts = self._take, [*self._parts]
        if take is not None:
            parts.append(Part(take.number, tuple(take.segments)))
        try:
            folders.write_live_playlist(self.room, parts)
        except OSError:  # the next segment tries again
            logger.exception("live: the playlist of class %s was not written", self.live_class_id)

    def _tell_figures(self, now: float) -> None:
        span, self._figures.at = max(0.1, now - self._figures.at), now
        kbps, self._figures.bytes = int(self._figures.bytes * 8 / 1000 / span), 0
        for voice in list(self._voices):
            voice.say({"status": {"watchers": self._watchers, "kbps": kbps}})

    async def _end(self) -> None:
        """The class is over, or nobody has come back: what was sent is finished and kept."""
        try:
            if self._is_succeeded:
                self._on_end()  # whoever comes back to this machine begins anew
                await self._step_back()
            else:
                await self._finish()
        finally:
            # Whatever failed: the class is not held by who is gone, no line to Redis is left open.
            await self._sender.close()
            if not self._is_succeeded:
                self._on_end()
            await in_thread(on_air.release)

    async def _finish(self) -> None:
        self._close_late()
        await self._finish_take()
        await asyncio.gather(*self._last_of_late)
        number = max((part.take for part in self._parts), default=0)
        # Where this machine leaves another may show its own picture already.
        if number and (self._name is None or not self._leaving.is_set()):
            self._show(
                Frame.of(END, take=number, number=2**32 - 1, at_ms=0.0, content=b"", is_key=False)
            )
            try:
                await in_thread(air_services.finish, self.live_class_id)
            except Exception:
                # The minute's sweep does it; whoever waits for an end is not to wait for this.
                logger.exception("live: class %s was not finished", self.live_class_id)
        for voice in list(self._voices):
            if self._is_over:
                voice.say({"over": "closed"})
            # Else this process ends before the class: whoever carries it next is told to.
            voice.end(1000 if self._is_over else 1012)

    async def _step_back(self) -> None:
        """Another machine carries the class: of what came here only the recording is finished."""
        member_id, name = 0, ""
        try:
            member_id, name = await in_thread(air_services.carried_by, self.live_class_id)
        except Exception:
            logger.exception("live: who carries class %s now is not known", self.live_class_id)
        for voice in list(self._voices):
            if voice is self._source:
                is_own = member_id == voice.member_id
                voice.say({"over": "self" if is_own else "taken", "by": name})
                voice.end(4409)
            else:
                voice.end(1012)
        take, self._take = self._take, None
        if take is not None:
            take.give_up()
            await take.done.wait()
            await take.settled()
        self._close_late()
        await asyncio.gather(*self._last_of_late)

    async def close(self) -> None:
        """This process ends: another one carries on as soon as a browser comes back."""
        # Not cancelled: what is finishing a class already is not to be cut off in the middle.
        self._leaving.set()
        await asyncio.gather(self._running, return_exceptions=True)


def _read(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
