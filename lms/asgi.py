"""One entry on one port: beats and websockets as plain ASGI, pages handed to Django.

Django's own ASGI handler costs several times what its WSGI handler does, so pages run under
WSGI in a pool of threads beside the event loop (see docs/decisions).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from lms import env

env.point_django_at_settings()
pages = get_wsgi_application()

from courses.progress.beats import PATH, beats  # needs Django's settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_pages = WSGIMiddleware(pages, workers=16)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatch by path: `/beat/` to the watch recorder, everything else over HTTP to Django."""
    if scope["type"] != "http":
        return
    if scope["path"] == PATH:
        await beats(scope, receive, send)
    else:
        await _pages(scope, receive, send)  # type: ignore[arg-type]
