"""From the event loop to a thread of Django's and back, with one handover each way.

`a2wsgi` hands over four times for a page: to fetch what was sent, for the head, for the page and
for its end. Each wakes the loop and makes the thread wait for it. A small form is therefore read
before a thread is asked for, and a page that is one piece is sent by the loop when the thread is
done with it. Uploads, and files that are sent piece by piece, go as `a2wsgi` does it.
"""

import io
from typing import Any

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder

READ_BEFORE = 64 * 1024  # bytes; a longer body is fetched by the thread as it reads


class Bridge(WSGIMiddleware):
    """Django's WSGI handler as an ASGI application, for HTTP."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        length = _length(scope)
        if length is None or length > READ_BEFORE:
            await super().__call__(scope, receive, send)
            return
        body = await _read(receive) if length else b""
        if body is not None:
            await _AtOnce(self, body)(scope, receive, send)


def _length(scope: Any) -> int | None:
    """How many bytes were sent with the head; None if nobody knows."""
    length = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value) if value.isdigit() else READ_BEFORE + 1
    return length


async def _read(receive: Any) -> bytes | None:
    """The whole body; None if whoever sent it has gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


class _AtOnce(WSGIResponder):
    """One request that has been read, and its answer, kept until the thread is done."""

    def __init__(self, bridge: Bridge, body: bytes) -> None:
        super().__init__(self._asked, bridge.executor, bridge.send_queue_size)
        self._pages = bridge.app
        self._body = body
        self._kept: list[Any] | None = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await super().__call__(scope, receive, send)
        for message in self._kept or ():
            await send(message)

    def _asked(self, environ: Any, start_response: Any) -> Any:
        environ["wsgi.input"] = io.BytesIO(self._body)
        answer = self._pages(environ, start_response)
        if getattr(answer, "streaming", True):
            kept, self._kept = self._kept, None
            for message in kept or ():
                self.send(message)
        return answer

    def send(self, message: Any) -> None:
        """In the thread: what is one piece is kept, what comes in pieces goes at once."""
        if self._kept is None:
            super().send(message)
        else:
            self._kept.append(message)
