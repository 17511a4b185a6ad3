"""`/live/<id>/studio`: a teacher's stream comes in. `/live/<id>/picture`: it goes out to a member.

Both say who is at the other end as the room's socket does, and ask again while they last.
"""

import asyncio
import logging
import re
from contextlib import suppress
from typing import Any

from live.classroom import queries
from live.classroom.desk import Desk
from live.classroom.models import ClassState, LiveClass
from live.classroom.picture import RESTART, Viewer, screens
from lms.core.plain import Refused
from lms.core.rooms.socket import (
    RECHECK_SECONDS,
    SIGNED_OUT,
    Receive,
    check_origin,
    refuse,
)
from lms.core.rooms.threads import in_thread
from lms.core.rooms.wire import Outlet, Scope, Send
from lms.members.socket_sign_in import SignedIn, signed_in, still_signed_in

logger = logging.getLogger(__name__)

_PATH = re.compile(r"/live/(\d{1,9})/(studio|picture)")
MOST_TEXT = 4_096
MOST_VIEWERS = 5_000
MOST_OF_ONE = 6
OVER = 4410
NOT_UNDERSTOOD, TOO_MANY = 1008, 4409


def is_media_socket(path: str) -> bool:
    """Whether a websocket is for this application."""
    return _PATH.fullmatch(path) is not None


class MediaSocket:
    """The ASGI application for both ways of all classes."""

    def __init__(self) -> None:
        self._desks: dict[asyncio.AbstractEventLoop, Desk] = {}
        # In the order they came.
        self._watched: dict[Viewer, tuple[SignedIn, int]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        match = _PATH.fullmatch(scope["path"])
        try:
            if match is None:
                raise Refused(404, "path")
            check_origin(scope)
            is_studio = match[2] == "studio"
            admit = _teacher if is_studio else _member
            who, name, live_class = await in_thread(admit, list(scope["headers"]), int(match[1]))
            if not is_studio and len(self._watched) >= MOST_VIEWERS:
                raise Refused(503, "full")
        except Refused as refused:
            await refuse(scope, send, refused.status)
            return
        if is_studio:
            code = await self._studio(who, name, live_class, receive, send)
        else:
            await send({"type": "websocket.accept"})
            code = await self._picture(who, live_class, receive, Outlet(scope, send))
        with suppress(Exception):  # it may be gone already
            await asyncio.wait_for(send({"type": "websocket.close", "code": code}), 1)

    def desk(self) -> Desk:
        """That of the running event loop."""
        return self._desks.setdefault(asyncio.get_running_loop(), Desk())

    async def close(self) -> None:
        for desk in self._desks.values():
            await desk.close()
        self._desks.clear()
        if self._looking is not None:
            self._looking.cancel()
        await screens().close()

    # --- In ---------------------------------------------------------------------------------------

    async def _studio(
        self, who: SignedIn, name: str, live_class: LiveClass, receive: Receive, send: Send
    ) -> int:
        desk = self.desk()
        await send({"type": "websocket.accept"})
        try:
            line = await desk.line(
                live_class.pk, live_class.room, member_id=who.member_id, name=name
            )
        except OSError:
            logger.warning("live: nobody carries class %s", live_class.pk)
            return RESTART

        async def tell() -> int:
            while True:
                said = await line.said()
                if isinstance(said, int):
                    return said
                await send({"type": "websocket.send", "text": said})

        async def listen() -> int:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    return 1000
                text = message.get("text")
                if text is not None and len(text) > MOST_TEXT:
                    return NOT_UNDERSTOOD
                try:
                    await line.hear(message["bytes"] if text is None else text)
                except OSError:
                    return RESTART

        try:
            return await _first(tell(), listen(), _while_teaching(who, live_class.pk))
        finally:
            await line.leave()

    # --- Out --------------------------------------------------------------------------------------

    async def _picture(
        self, who: SignedIn, live_class: LiveClass, receive: Receive, outlet: Outlet
    ) -> int:
        room, viewer = str(live_class.room), Viewer(outlet)
        own = [each for each, (whose, _pk) in self._watched.items() if whose == who]
        if len(own) >= MOST_OF_ONE:
            own[0].end(TOO_MANY)
        self._watched[viewer] = who, live_class.pk
        self._look()

        async def listen() -> int:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    return 1000
                # A member has nothing to say here.
                return NOT_UNDERSTOOD

        async def ended() -> int:
            await viewer.ended.wait()
            return viewer.close_code

        async def run() -> int:
            await outlet.run()
            return RESTART

        try:
            await screens().enter(room, viewer)
            return await _first(run(), listen(), ended())
        finally:
            screens().leave(room, viewer)
            del self._watched[viewer]

    def _look(self) -> None:
        """Ask every few seconds who may still watch, of all of them at once."""
        task, loop = self._looking, asyncio.get_running_loop()
        if task is None or task.done() or task.get_loop() is not loop:
            self._looking = loop.create_task(self._while_watched())

    async def _while_watched(self) -> None:
        while self._watched:
            await asyncio.sleep(RECHECK_SECONDS)
            watched = dict(self._watched)
            try:
                stay = await in_thread(_still_watching, set(watched.values()))
            except Exception:
                logger.exception("live: who may stay could not be asked")
                continue
            for viewer, about in watched.items():
                if about not in stay:
                    viewer.end(SIGNED_OUT)


async def _first(*works: Any) -> int:
    """The code of whichever ends first; the others are ended."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        task = done.pop()
        if task.exception() is not None:
            # A browser that is gone while it is told something.
            logger.debug("live: a line broke: %s", task.exception())
            return RESTART
        return int(task.result())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _while_teaching(who: SignedIn, pk: int) -> int:
    """Ends with a code when the person may no longer teach here."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        try:
            if not await in_thread(_may_teach, who, pk):
                return SIGNED_OUT
        except Exception:
            logger.exception("live: who may stay could not be asked")


# --- In a thread, beside the event loop -----------------------------------------------------------


def _teacher(headers: list[tuple[bytes, bytes]], pk: int) -> tuple[SignedIn, str, LiveClass]:
    who, member = _person(headers)
    seen = queries.class_and_lead(member, pk)
    if seen is None or not seen[1]:
        raise Refused(404, "class")
    live_class = seen[0]
    if live_class.state in (ClassState.CLOSED, ClassState.CANCELLED):
        raise Refused(410, "over")
    return who, member.name, live_class


def _member(headers: list[tuple[bytes, bytes]], pk: int) -> tuple[SignedIn, str, LiveClass]:
    who, member = _person(headers)
    live_class = queries.class_for(member, pk)
    if live_class is None:
        raise Refused(404, "class")
    return who, member.name, live_class


def _person(headers: list[tuple[bytes, bytes]]) -> tuple[SignedIn, Any]:
    found = signed_in(headers)
    if found is None:
        raise Refused(401, "signed out")
    return found


def _may_teach(who: SignedIn, pk: int) -> bool:
    member = still_signed_in([who]).get(who)
    if member is None:
        return False
    seen = queries.class_and_lead(member, pk)
    return seen is not None and seen[1]


def _still_watching(watched: set[tuple[SignedIn, int]]) -> set[tuple[SignedIn, int]]:
    here = still_signed_in(who for who, _pk in watched)
    seen = queries.seen_by([(here[who], pk) for who, pk in watched if who in here])
    return {(who, pk) for who, pk in watched if who in here and (who.member_id, pk) in seen}


media_socket = MediaSocket()
