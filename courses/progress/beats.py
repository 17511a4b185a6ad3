"""`POST /beat/`: a plain ASGI route, for a beat is the most frequent request of the school.

No cookie, no session, no middleware: the signed ticket in the body is all the authority there
is. The answer is sent after the commit, so an acknowledged beat is in the database.
"""

import asyncio
import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses.progress.intervals import Beat, refusal
from courses.progress.recording import Message, Recorder
from courses.progress.tickets import Ticket, read_ticket
from lms.core import clock
from lms.core.group_commit import NobodysError, NotWrittenError, connection_settings
from lms.core.plain import PlainRoute, Refused, RouteWords

PATH = "/beat/"
MOST_BEATS = 200

_START_AGAIN = _("学习凭证已失效，请刷新页面继续学习，已确认的进度不会丢失。")
_NOT_UNDERSTOOD = _("学习记录的格式不对，请刷新页面后继续学习。")
_TOO_LARGE = _("一次上报的学习记录太多，请分批上报。")
_BUSY = _("服务器正忙，学习记录稍后会自动重新上报，请继续学习。")
_NOT_FROM_HERE = _("请从本校的学习页面上报学习记录。")
_ONLY_POST = _("这个地址只接收学习记录。")


class BeatRoute(PlainRoute):
    """The ASGI application; keeps one recorder for the event loop it runs in."""

    words = RouteWords(_ONLY_POST, _TOO_LARGE, _NOT_FROM_HERE)

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def take(self, path: str, body: bytes) -> dict[str, Any]:
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
            raise Refused(503, _BUSY)
        try:
            recorded = await recorder.write(message)
        except NotWrittenError as error:
            raise Refused(503, _BUSY) from error
        except NobodysError as error:
            raise Refused(401, _START_AGAIN) from error
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


def parse(body: bytes, received: float) -> tuple[Ticket, list[Beat]]:
    """The ticket and the beats of a message; what is not of this shape is refused whole."""
    try:
        said = json.loads(body)
        token, beats = said["token"], said["beats"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(422, _NOT_UNDERSTOOD) from error
    if type(token) is not str or type(beats) is not list:
        raise Refused(422, _NOT_UNDERSTOOD)
    if len(beats) > MOST_BEATS:
        raise Refused(413, _TOO_LARGE)
    ticket = read_ticket(token, received)
    if ticket is None:
        raise Refused(401, _START_AGAIN)
    return ticket, [_beat(item) for item in beats]


def _beat(item: Any) -> Beat:
    try:
        seq, start, end = item["seq"], item["from"], item["to"]
        rate, visible = item["rate"], item["visible"]
    except (KeyError, TypeError) as error:
        raise Refused(422, _NOT_UNDERSTOOD) from error
    # Exact types: True is no number, and JSON's numbers without a point come as int.
    if (
        type(seq) is not int
        or type(start) is not int
        or type(end) is not int
        or (type(rate) is not float and type(rate) is not int)
        or type(visible) is not bool
    ):
        raise Refused(422, _NOT_UNDERSTOOD)
    return Beat(seq, start, end, rate, visible)


beats = BeatRoute()
