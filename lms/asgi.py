"""One entry on one port: beats, answers, segments and websockets as plain ASGI, pages by Django.

Django's own ASGI handler costs several times what its WSGI handler does, so pages run under
WSGI in a pool of threads beside the event loop (see docs/decisions).
"""

import gc
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.wsgi import get_wsgi_application

from lms import env

env.point_django_at_settings()
pages = get_wsgi_application()

from courses.progress.beats import PATH, beats  # noqa: E402  (needs Django's settings)
from exams.attempts.answers import answers, is_answers  # noqa: E402
from exams.finals.consumers import final_socket, is_final_socket  # noqa: E402
from live.classroom import delivery  # noqa: E402
from live.classroom.consumers import is_live_socket, live_socket  # noqa: E402
from live.classroom.media_sockets import is_media_socket, media_socket  # noqa: E402
from live.discussion.consumers import discussion_socket, is_discussion_socket  # noqa: E402
from live.obs.calls import is_rtmp_call, rtmp_calls  # noqa: E402
from lms.core.bridge import Bridge  # noqa: E402
from lms.core.rooms.socket import refuse  # noqa: E402
from media_pipeline.segment_lane import LECTURES, SegmentLane  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_pages = Bridge(pages, workers=16)  # type: ignore[arg-type]  # Django types it narrower
_segments = SegmentLane(_pages, [LECTURES, delivery.SHELF])


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatch by path: beats, answers and segments beside Django, all else over HTTP to it."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and scope["path"] == PATH:
        await beats(scope, receive, send)
    elif scope["type"] == "http" and is_answers(scope["path"]):
        await answers(scope, receive, send)
    elif scope["type"] == "http" and is_rtmp_call(scope["path"]):
        await rtmp_calls(scope, receive, send)
    elif scope["type"] == "http" and _segments.is_segment(scope["path"]):
        await _segments(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)
    elif scope["type"] == "websocket" and is_final_socket(scope["path"]):
        await final_socket(scope, receive, send)
    elif scope["type"] == "websocket" and is_live_socket(scope["path"]):
        await live_socket(scope, receive, send)
    elif scope["type"] == "websocket" and is_media_socket(scope["path"]):
        await media_socket(scope, receive, send)
    elif scope["type"] == "websocket" and is_discussion_socket(scope["path"]):
        await discussion_socket(scope, receive, send)
    elif scope["type"] == "websocket":
        await refuse(scope, send, 404)


async def _live(receive: Receive, send: Send) -> None:
    """Start at once; at the end, write what still waits."""
    await receive()
    # What was loaded stays: looking through it again and again would hold up all sockets at once.
    gc.collect()
    gc.freeze()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await beats.close()
    await answers.close()
    await final_socket.close()
    await live_socket.close()
    await rtmp_calls.close()
    await media_socket.close()
    await discussion_socket.close()
    await send({"type": "lifespan.shutdown.complete"})
