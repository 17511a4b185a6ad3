"""`/live/rtmp`: nginx-rtmp asks whether a stream may come in, and says that it goes on or ended.

Plain ASGI beside Django, because what is let in is fetched by this process. Refused for anyone but
the hosts that are listed, and for whatever came through a proxy: nginx-rtmp calls directly.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from live.obs import services
from live.obs.pull import Pulls
from live.obs.streams import stream_name
from lms.core.rooms.threads import in_thread

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/live/rtmp"
MOST_BYTES = 8_192
_THROUGH_A_PROXY = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")
YES, NO = 204, 403


def is_rtmp_call(path: str) -> bool:
    """Whether a request is for this application."""
    return path == PATH


class RtmpCalls:
    """The ASGI application; it has what it let in fetched."""

    def __init__(self) -> None:
        self._pulls: dict[asyncio.AbstractEventLoop, Pulls] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, name = NO, ""
        if scope["method"] == "POST" and _is_listed(scope):
            said = await _form(receive)
            if said is not None:
                status, name = await self._answer(said)
        headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
        if name:
            headers.append((b"location", name.encode("ascii")))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        for pulls in list(self._pulls.values()):
            await pulls.close()
        self._pulls.clear()

    def pulls(self) -> Pulls:
        """Those of the running event loop."""
        return self._pulls.setdefault(asyncio.get_running_loop(), Pulls())

    async def _answer(self, said: dict[str, str]) -> tuple[int, str]:
        """The status, and the name the stream has from now on: its key is not for other ears."""
        key, client = said.get("name", ""), said.get("clientid", "")[:20]
        match said.get("call"):
            case "publish" if client:
                let = await in_thread(services.begin_stream, key, client)
                if let is not None:
                    self.pulls().fetch(let)
                    return 302, stream_name(let.digest)
            case "update_publish" if client:
                let = await in_thread(services.keep_stream, key, client)
                if let is not None:
                    # Where the process that fetched it is dead, this one goes on.
                    self.pulls().fetch(let)
                    return YES, ""
            case "update_play":
                # Of who fetches, which nginx lets this machine alone do: a no would end it.
                return YES, ""
            case "publish_done":
                await in_thread(services.end_stream, key, client)
                return YES, ""
        return NO, ""


def _is_listed(scope: Scope) -> bool:
    client = scope.get("client")
    if client is None or any(name in _THROUGH_A_PROXY for name, _value in scope["headers"]):
        return False
    try:
        address = ip_address(client[0])
        return any(address in ip_network(host) for host in settings.LIVE_RTMP_HOSTS)
    except ValueError:
        logger.warning("obs: LIVE_RTMP_HOSTS has to list addresses or networks")
        return False


async def _form(receive: Receive) -> dict[str, str] | None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            break
    try:
        read = parse_qs(body.decode("ascii"), max_num_fields=30)
    except ValueError:
        return None
    return {name: values[0] for name, values in read.items()}


rtmp_calls = RtmpCalls()
