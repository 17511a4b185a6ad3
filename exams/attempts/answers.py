"""`POST /exams/attempts/<id>/answers`: a plain ASGI route, the most frequent request of an exam.

The signed ticket in the body is all the authority there is; everything else is decided by the
statement of `saving`. The reply is sent after the commit: what it names is in the database. A
message that says `handIn` also hands in, and is answered with the receipt, however often.
"""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exams.attempts import queries
from exams.attempts.models import Attempt
from exams.attempts.saving import AnswerWriter, Message, Saved, Told
from exams.attempts.services import (
    announce_finished,
    closed_words,
    finish_if_over,
    new_receipt,
)
from exams.attempts.serving import ServedPaper, served_paper
from exams.attempts.tickets import Ticket, read_ticket
from exams.questions.types import AnswerError
from lms.core import clock
from lms.core.group_commit import NobodysError, NotWrittenError, connection_settings
from lms.core.plain import PlainRoute, Refused, RouteWords

Result = TypeVar("Result")

PREFIX, SUFFIX = "/exams/attempts/", "/answers"
MOST_ANSWERS = 500
MOST_EVENTS = 20
LONGEST_AGO_SECONDS = 3600
WINDOW_EVENTS = frozenset({"left", "returned"})
KEPT_ATTEMPTS = 10_000

_RELOAD = _("作答凭证已失效，正在重新取得，已保存的答案都在。")
_NOT_UNDERSTOOD = _("作答内容的格式不对，请刷新页面后继续，已保存的答案都在。")
_TOO_LARGE = _("一次保存的内容太多，请分几次保存。")
_BUSY = _("服务器正忙，答案存在本机，稍后会自动重新保存，请继续作答。")
_NOT_FROM_HERE = _("请从本校的考试页面作答。")
_ONLY_POST = _("这个地址只接收作答内容。")
_ELSEWHERE = _("您已在别处继续作答，这里暂停了。要在这里答，请选择“在此继续”。")
_OTHER_DEVICE = _("本场考试只能在开始答题的那台设备上作答。设备有问题请告诉监考人员。")
_STALE = _("有的题目在别处改过，已显示最新的答案，请核对。")


def is_answers(path: str) -> bool:
    """Whether a request goes to this route."""
    return path.startswith(PREFIX) and path.endswith(SUFFIX)


@dataclass(frozen=True, slots=True)
class _Known:
    """What of an attempt never changes: its paper, and which questions in which order."""

    paper: ServedPaper
    items: Sequence[Sequence[Any]]


@dataclass(slots=True)
class _Said:
    """A message as it was sent, its shape checked."""

    ticket: Ticket
    tab: UUID
    answers: list[Mapping[str, Any]]
    events: list[tuple[str, int]] = field(default_factory=list)
    hands_in: bool = False


class AnswerRoute(PlainRoute):
    """The ASGI application; keeps one writer for the event loop it runs in."""

    words = RouteWords(_ONLY_POST, _TOO_LARGE, _NOT_FROM_HERE)
    most_bytes = 1024 * 1024

    def __init__(self) -> None:
        self._writer: AnswerWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._attempts: dict[UUID, _Known] = {}
        self._finished: list[UUID] = []
        self._announcing: asyncio.Task[None] | None = None

    async def take(self, path: str, body: bytes) -> dict[str, Any]:
        at = clock.now()
        said = parse(body, at)
        attempt = UUID(hex=said.ticket.attempt)
        if path != f"{PREFIX}{attempt}{SUFFIX}":
            raise Refused(401, _RELOAD)
        told: list[Told] = []
        unreadable: list[int] = []
        if said.answers:  # who only asks for the time, or hands in, needs no paper
            told, unreadable = read_answers(said, await self._known(attempt))
        if said.hands_in and unreadable:
            raise Refused(422, _NOT_UNDERSTOOD, unreadable=unreadable)
        receipt = new_receipt(at) if said.hands_in else ""
        ticket = said.ticket
        message = Message(
            attempt, ticket.member_id, ticket.device, said.tab, at, told, said.events, receipt
        )
        writer = self._writer_here()
        if writer.is_full:
            raise Refused(503, _BUSY)
        try:
            outcome: Saved = await writer.write(message)
        except NotWrittenError as error:
            raise Refused(503, _BUSY) from error
        except NobodysError as error:
            raise Refused(401, _RELOAD) from error
        if outcome.receipt:
            self._announce(attempt)
            return _handed_in(attempt, outcome.receipt)
        if said.hands_in and outcome.refusal == "over":
            return _handed_in(attempt, await _in_thread(_receipt, attempt))
        return await self._answer(attempt, told, unreadable, outcome)

    async def _answer(
        self, attempt: UUID, told: list[Told], unreadable: list[int], outcome: Saved
    ) -> dict[str, Any]:
        if outcome.refusal == "over":
            raise Refused(410, await _in_thread(_what_counts, attempt))
        if outcome.refusal == "device":
            raise Refused(403, _OTHER_DEVICE)
        if outcome.refusal == "tab":
            raise Refused(409, _ELSEWHERE, elsewhere=True)
        left = outcome.deadline_at - outcome.at
        answer = {
            "saved": [
                [one.position, outcome.revisions[one.item_id]]
                for one in told
                if one.item_id in outcome.revisions
            ],
            "unreadable": unreadable,
            "savedAt": f"{timezone.localtime(outcome.at):%H:%M:%S}",
            "remainingMs": max(0, round(left.total_seconds() * 1000)),
        }
        stale = [one.position for one in told if one.item_id not in outcome.revisions]
        if stale:
            conflicts = await _in_thread(_kept, attempt, await self._known(attempt), stale)
            raise Refused(409, _STALE, conflicts=conflicts, **answer)
        return answer

    async def _known(self, attempt: UUID) -> _Known:
        known = self._attempts.get(attempt)
        if known is None:
            known = await _in_thread(_known, attempt)
            if known is None:
                raise Refused(401, _RELOAD)
            if len(self._attempts) >= KEPT_ATTEMPTS:
                self._attempts.clear()
            self._attempts[attempt] = known
        return known

    def _announce(self, attempt: UUID) -> None:
        """Say that it was handed in, beside the event loop; nobody waits for it."""
        self._finished.append(attempt)
        if self._announcing is None or self._announcing.done():
            self._announcing = asyncio.get_running_loop().create_task(self._announce_finished())

    async def _announce_finished(self) -> None:
        while self._finished:
            finished, self._finished = self._finished, []
            await _in_thread(_announced, finished)

    async def close(self) -> None:
        """Write what waits and close the connection."""
        if self._writer is not None:
            await self._writer.close()
        if self._announcing is not None:
            await self._announcing

    def _writer_here(self) -> AnswerWriter:
        loop = asyncio.get_running_loop()
        if self._writer is None or self._loop is not loop:
            self._loop = loop
            self._writer = AnswerWriter(connection_settings())
        return self._writer


# --- Reading a message --------------------------------------------------------------------------


def parse(body: bytes, at: dt.datetime) -> _Said:
    """The message, if it is of our shape and its ticket of our making; refused whole if not."""
    try:
        said = json.loads(body)
        token, tab, answers = said["ticket"], UUID(said["tab"]), said["answers"]
        events, hands_in = said.get("events", []), said.get("handIn") is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(422, _NOT_UNDERSTOOD) from error
    if type(token) is not str or type(answers) is not list or type(events) is not list:
        raise Refused(422, _NOT_UNDERSTOOD)
    if len(answers) > MOST_ANSWERS or len(events) > MOST_EVENTS:
        raise Refused(413, _TOO_LARGE)
    ticket = read_ticket(token, at.timestamp())
    if ticket is None:
        raise Refused(401, _RELOAD)
    return _Said(ticket, tab, answers, [_event(event) for event in events], hands_in)


def _event(said: Any) -> tuple[str, int]:
    try:
        kind, ago = said
    except (TypeError, ValueError) as error:
        raise Refused(422, _NOT_UNDERSTOOD) from error
    if type(kind) is not str or kind not in WINDOW_EVENTS or type(ago) is not int:
        raise Refused(422, _NOT_UNDERSTOOD)
    return kind, min(max(ago, 0), LONGEST_AGO_SECONDS)


def read_answers(said: _Said, known: _Known) -> tuple[list[Told], list[int]]:
    """The answers in the author's terms, and the positions of what is no answer there.

    One that cannot be read does not keep the others from being saved.
    """
    told: dict[int, Told] = {}
    unreadable: list[int] = []
    for one in said.answers:
        try:
            position, seen, sent = one["position"], one["revision"], one["sent"]
        except (KeyError, TypeError) as error:
            raise Refused(422, _NOT_UNDERSTOOD) from error
        if (
            type(position) is not int
            or type(seen) is not int
            or not 0 <= seen < 2**30
            or not is_form(sent)
        ):
            raise Refused(422, _NOT_UNDERSTOOD)
        try:
            answer = known.paper.read(known.items, position, sent)
        except (AnswerError, IndexError):
            unreadable.append(position)
            continue
        told[position] = Told(
            position=position,
            item_id=known.items[position - 1][0],
            answer=answer,
            seen=seen,
            is_flagged=one.get("flagged") is True,
            is_cleared=one.get("cleared") is True,
        )
    return list(told.values()), unreadable


def is_form(sent: Any) -> bool:
    """What a form sends: lists of strings by name. PostgreSQL keeps no zero bytes."""
    return isinstance(sent, dict) and all(
        isinstance(values, list)
        and all(isinstance(value, str) and "\0" not in value for value in values)
        for values in sent.values()
    )


# --- Looking up, beside the event loop ------------------------------------------------------------


async def _in_thread(look: Callable[..., Result], *about: Any) -> Result:
    def run() -> Result:
        try:
            return look(*about)
        finally:
            connection.close()  # back to the pool: the thread may never come again

    return await asyncio.to_thread(run)


def _known(attempt_id: UUID) -> _Known | None:
    asked = queries.asked_in(attempt_id)
    return None if asked is None else _Known(served_paper(*asked.paper), asked.items)


def _what_counts(attempt_id: UUID) -> str:
    """Said to who still writes; with it, the attempt is finished if nobody has done so."""
    return closed_words(_over(attempt_id))


def _receipt(attempt_id: UUID) -> str:
    """The receipt of an attempt that is over."""
    return _over(attempt_id).receipt


def _over(attempt_id: UUID) -> Attempt:
    attempt = queries.attempt(attempt_id)
    finish_if_over(attempt)
    return attempt


def _announced(finished: list[UUID]) -> None:
    for attempt_id in finished:
        announce_finished(attempt_id)


def _handed_in(attempt: UUID, receipt: str) -> dict[str, Any]:
    return {"receipt": receipt, "url": reverse("exam_receipt", args=[attempt])}


def _kept(attempt_id: UUID, known: _Known, positions: list[int]) -> list[dict[str, Any]]:
    """What is kept of these questions, for the screen."""
    answers = queries.answers_in(attempt_id)
    return [
        {
            "position": position,
            "revision": answer.revision,
            "answer": known.paper.written(known.items, position, answer.answer),
            "flagged": answer.is_flagged,
        }
        for position in positions
        if (answer := answers.get(known.items[position - 1][0])) is not None
    ]


answers = AnswerRoute()
