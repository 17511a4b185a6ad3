"""A plain ASGI route for small JSON messages, beside Django: no cookie, session or middleware.

For what is asked most often. The authority is a ticket in the message, which the subclass checks;
a page of another host is refused before anything is read.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BYTES = 64 * 1024


class Refused(Exception):  # noqa: N818  (an answer, not an error of ours)
    """What the route answers instead of 200; `more` goes into the JSON beside the sentence."""

    def __init__(self, status: int, why: Any, **more: Any) -> None:
        super().__init__(status)
        self.status = status
        self.why = why
        self.more = more


@dataclass(frozen=True)
class RouteWords:
    """What a route of its own subject says to what is no message to it."""

    only_post: Any
    too_large: Any
    not_from_here: Any


class PlainRoute(ABC):
    """The ASGI application: checks the request, has `take` answer the body, sends JSON."""

    words: RouteWords
    most_bytes = MOST_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check(scope)
            answer = await self.take(scope["path"], await self._body(receive))
            status = 200
        except Refused as refused:
            status, answer = refused.status, {"error": str(refused.why), **refused.more}
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

    @abstractmethod
    async def take(self, path: str, body: bytes) -> dict[str, Any]:
        """The answer to one message. Raises Refused."""

    def _check(self, scope: Scope) -> None:
        if scope["method"] != "POST":
            raise Refused(405, self.words.only_post)
        origin = host = None
        for name, value in scope["headers"]:
            if name == b"origin":
                origin = value
            elif name == b"host":
                host = value
            elif name == b"content-length" and not (
                value.isdigit() and int(value) <= self.most_bytes
            ):
                raise Refused(413, self.words.too_large)
        # The scheme may differ where a proxy in front of us speaks TLS.
        if origin is not None and origin.partition(b"://")[2] != host:
            raise Refused(403, self.words.not_from_here)

    async def _body(self, receive: Receive) -> bytes:
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body"):
            if len(body) > self.most_bytes:
                break
            message = await receive()
            body += message.get("body", b"")
        if len(body) > self.most_bytes:
            raise Refused(413, self.words.too_large)
        return body
