"""A player for tests: opens a sitting and reports beats to the real beat route.

Time is the server's and stands still unless the player plays: `clock` is time-machine's traveller.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import lesson_terms
from courses.progress.beats import BeatRoute
from courses.progress.checking import answer_check
from courses.progress.models import LessonProgress, WatchSession
from courses.progress.services import Sitting, settle_session, start_session
from lms.members.models import Member

STEP_MS = 15_000


class BeatServer:
    """The beat route in an event loop of its own."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.route = BeatRoute()

    def __enter__(self) -> "BeatServer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.runner.run(self.route.close())
        self.runner.close()

    def post(self, *bodies: Any, **headers: str) -> list[httpx.Response]:
        """The answers to these bodies, all sent at the same moment."""
        return self.runner.run(self._post(bodies, headers))

    async def _post(self, bodies: tuple[Any, ...], headers: dict[str, str]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=self.route)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://school") as client:
            return await asyncio.gather(
                *(
                    client.post("/beat/", content=body, headers=headers)
                    if isinstance(body, bytes)
                    else client.post("/beat/", json=body, headers=headers)
                    for body in bodies
                )
            )


@dataclass
class Player:
    """One member's player on one lesson."""

    server: BeatServer
    clock: Any
    member: Member
    lesson: LessonPage
    sitting: Sitting = field(init=False)
    seq: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        terms = lesson_terms(self.lesson.pk)
        assert terms is not None
        self.sitting = start_session(by=self.member, terms=terms)
        self.seq = 0

    def beat(
        self, start: int, end: int, *, rate: float = 1.0, visible: bool = True, seq: int = 0
    ) -> dict[str, Any]:
        if not seq:
            self.seq += 1
        return {
            "seq": seq or self.seq,
            "from": start,
            "to": end,
            "rate": rate,
            "visible": visible,
        }

    def body(self, *beats: dict[str, Any]) -> dict[str, Any]:
        return {"token": self.sitting.token, "beats": list(beats)}

    def send(self, *beats: dict[str, Any]) -> dict[str, Any]:
        [answer] = self.server.post(self.body(*beats))
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def wait(self, milliseconds: float) -> None:
        self.clock.shift(milliseconds / 1000)

    def play(
        self,
        start: int,
        end: int,
        *,
        rate: float = 1.0,
        claimed_rate: float | None = None,
        visible: bool = True,
        step: int = STEP_MS,
    ) -> dict[str, Any]:
        """Play in real time, a beat each `step` of play; the last answer."""
        said: dict[str, Any] = {}
        content_step = round(step * rate)
        for at in range(start, end, content_step):
            until = min(at + content_step, end)
            self.wait((until - at) / rate)
            said = self.send(self.beat(at, until, rate=claimed_rate or rate, visible=visible))
        return said

    def study(
        self,
        start: int,
        end: int,
        *,
        rate: float = 1.0,
        offline: Callable[[int], bool] = lambda at: False,
        answers_after: int = 20_000,
    ) -> None:
        """Play as our own player does: keep what is not acknowledged, stop to answer when asked.

        `offline(at)` says of a place in the lecture whether nothing gets through there.
        """
        waiting: list[dict[str, Any]] = []
        content_step = round(STEP_MS * rate)
        for at in range(start, end, content_step):
            until = min(at + content_step, end)
            self.wait((until - at) / rate)
            waiting.append(self.beat(at, until, rate=rate))
            if offline(at):
                continue
            said = self.send(*waiting)
            waiting = [beat for beat in waiting if beat["seq"] not in said["acked"]]
            if said["check"]:
                self.wait(answers_after)
                self.answer()
        if waiting:
            self.send(*waiting)

    def answer(self) -> None:
        """Somebody presses 我在学习，继续."""
        answer_check(session=self.session)

    def ask_at(self, milliseconds: int) -> None:
        """As if the server had drawn this moment of the sitting for the next check."""
        WatchSession.objects.filter(pk=self.session.pk).update(check_due_ms=milliseconds)

    @property
    def session(self) -> WatchSession:
        """The sitting as it is in the database now."""
        return WatchSession.objects.get(pk=self.sitting.session.pk)

    def settle(self) -> LessonProgress | None:
        return settle_session(session=self.session)
