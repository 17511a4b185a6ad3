"""`POST /beat/`: a plain ASGI route, for a beat is the most frequent request of the school.

No cookie, no session, no middleware: the signed ticket in the body is all the authority there
is. The answer is sent after the commit, so an acknowledged beat is in the database.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.db import connections
from django.utils.translation import gettext_lazy as _

from courses.progress.intervals import Beat, refusal
from courses.progress.recording import (
    Message,
    NotRecordedError,
    Recorder,
    UnknownSessionError,
)
from courses.progress.tickets import Ticket, read_ticket
from lms.core import clock

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/beat/"
MOST_BYTES = 64 * 1024
MOST_BEATS = 200

_START_AGAIN = _("学习凭证已失效，请刷新页面继续学习，已确认的进度不会丢失。")
_NOT_UNDERSTOOD = _("学习记录的格式不对，请刷新页面后继续学习。")
_TOO_LARGE = _("一次上报的学习记录太多，请分批上报。")
_BUSY = _("服务器正忙，学习记录稍后会自动重新上报，请继续学习。")
_NOT_FROM_HERE = _("请从本校的学习页面上报学习记录。")
_ONLY_POST = _("这个地址只接收学习记录。")


class _Refused(Exception):  # noqa: N818  (an answer, not an error of ours)
    def __init__(self, status: int, why: Any) -> None:
        super().__init__(status)
        self.status = status
        self.why = why


class BeatRoute:
    """The ASGI application; keeps one recorder for the event loop it runs in."""

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            _check_request(scope)
            answer = await self._take(await _body(receive))
            status = 200
        except _Refused as refused:
            status, answer = refused.status, {"error": str(refused.why)}
        body = json.dumps(answer, separators=(",", ":")).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        if status == 503:
            headers.append((b"retry-after", b"5"))
        elif status == 405:
            headers.append((b"allow", b"POST"))
        elif status == 413:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _take(self, body: bytes) -> dict[str, Any]:
        received = clock.now().timestamp()
        ticket, beats = parse(body, received)
        policy = ticket.policy
        message = Message(ticket.session, int(received * 1000))
        acked: list[int] = []
        refused: list[dict[str, Any]] = []
        for beat in beats:
            why = refusal(beat, policy)
            if why is not None:
                refused.append({"seq": beat.seq, "reason": why})
                message.refused += 1
            elif beat.seq not in message.seqs:
                message.add(beat, policy)
                acked.append(beat.seq)
        recorder = self._recorder_here()
        if recorder.is_full:
            raise _Refused(503, _BUSY)
        try:
            recorded = await recorder.record(message)
        except NotRecordedError as error:
            raise _Refused(503, _BUSY) from error
        except UnknownSessionError as error:
            raise _Refused(401, _START_AGAIN) from error
        return {
            "acked": [] if recorded.is_held else acked,
            "refused": refused,
            "coveredMs": recorded.covered_ms,
            "open": recorded.is_open,
            "check": recorded.is_asked,
        }

    async def close(self) -> None:
        """Write what waits and close the connection."""
        if self._recorder is not None:
            await self._recorder.close()

    def _recorder_here(self) -> Recorder:
        loop = asyncio.get_running_loop()
        if self._recorder is None or self._loop is not loop:
            self._loop = loop
            self._recorder = Recorder(connection_settings())
        return self._recorder


def connection_settings() -> dict[str, Any]:
    """How Django would connect, without its pool and its cursors."""
    given = connections["default"].get_connection_params()
    kept = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    return {name: given[name] for name in kept if given.get(name)}


def parse(body: bytes, received: float) -> tuple[Ticket, list[Beat]]:
    """The ticket and the beats of a message; what is not of this shape is refused whole."""
    try:
        said = json.loads(body)
        token, beats = said["token"], said["beats"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _Refused(422, _NOT_UNDERSTOOD) from error
    if type(token) is not str or type(beats) is not list:
        raise _Refused(422, _NOT_UNDERSTOOD)
    if len(beats) > MOST_BEATS:
        raise _Refused(413, _TOO_LARGE)
    ticket = read_ticket(token, received)
    if ticket is None:
        raise _Refused(401, _START_AGAIN)
    return ticket, [_beat(item) for item in beats]


def _beat(item: Any) -> Beat:
    try:
        seq, start, end = item["seq"], item["from"], item["to"]
        rate, visible = item["rate"], item["visible"]
    except (KeyError, TypeError) as error:
        raise _Refused(422, _NOT_UNDERSTOOD) from error
    # Exact types: True is no number, and JSON's numbers without a point come as int.
    if (
        type(seq) is not int
        or type(start) is not int
        or type(end) is not int
        or (type(rate) is not float and type(rate) is not int)
        or type(visible) is not bool
    ):
        raise _Refused(422, _NOT_UNDERSTOOD)
    return Beat(seq, start, end, rate, visible)


def _check_request(scope: Scope) -> None:
    if scope["method"] != "POST":
        raise _Refused(405, _ONLY_POST)
    origin = host = None
    for name, value in scope["headers"]:
        if name == b"origin":
            origin = value
        elif name == b"host":
            host = value
        elif name == b"content-length" and not (value.isdigit() and int(value) <= MOST_BYTES):
            raise _Refused(413, _TOO_LARGE)
    # The scheme may differ where a proxy in front of us speaks TLS.
    if origin is not None and origin.partition(b"://")[2] != host:
        raise _Refused(403, _NOT_FROM_HERE)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > MOST_BYTES:
            break
        message = await receive()
        body += message.get("body", b"")
    if len(body) > MOST_BYTES:
        raise _Refused(413, _TOO_LARGE)
    return body


beats = BeatRoute()
