"""Segments beside Django: the most frequent request there is, a second or two of picture each.

A thousand members of a class ask for two thousand files a second. Nothing about one needs the
database but who asks, and that is asked once in a while for each session: signing out reaches it
as soon as it does a socket. Only the plain answer is given here; whatever is anything else (a
range, a link that is over, nobody signed in, a bucket) goes to the page of the same address.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from lms.core import clock
from lms.core.plain import Receive, Scope, Send
from lms.core.rooms.threads import in_thread
from lms.members.socket_sign_in import of_sessions, session_key
from media_pipeline import playback
from media_pipeline.storage import local_storage, media_storage

KNOWN_SECONDS = 15.0
MOST_KNOWN = 20_000
MOST_BYTES = 4 * 1024**2
_LINK = re.compile(
    r"/(?P<kind>[a-z-]{3,12})/(?P<token>[^/]+)/(?P<expiry>[0-9]+)/(?P<member>[0-9]+)"
    r"/(?P<subject>[0-9a-f-]{36})/(?P<rest>.+)",
    re.ASCII,
)
# What has to be answered with more thought than here.
_NOT_PLAIN = frozenset((b"range", b"if-none-match"))

App = Callable[[Scope, Receive, Send], Any]
Reading = Callable[[str], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Addresses that begin so: which names are files of a local folder, and their key's prefix."""

    kind: str
    names: re.Pattern[str]
    prefix: str
    is_media: bool
    # Gives how a file that lies in no folder of this machine is read by its key; None from it, or
    # from the reading, means: in the folder.
    reader: Callable[[], Reading | None] | None = None


LECTURES = Shelf(
    "hls",
    re.compile(
        r"[0-9a-f]{32}/(?:[0-9a-f]{8}/)?(?:[1-9][0-9]{0,3}p|sound)/(?:init\.mp4|[0-9]{5,6}\.m4s)",
        re.ASCII,
    ),
    "lectures/",
    is_media=True,
)


class SegmentLane:
    """The ASGI application before `pages`, for requests whose path `is_segment`."""

    def __init__(
        self, pages: App, shelves: Sequence[Shelf], *, known_seconds: float = KNOWN_SECONDS
    ) -> None:
        self._pages = pages
        self._shelves = {shelf.kind: shelf for shelf in shelves}
        self._starts = tuple(f"/{shelf.kind}/" for shelf in shelves)
        self._known_seconds = known_seconds
        # Whose a session is, and until when that is taken for true.
        self._known: dict[str, tuple[int, float]] = {}

    def is_segment(self, path: str) -> bool:
        return path.startswith(self._starts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        link = self._link(scope)
        if link is None or not await self._is_good(scope, link):
            await self._pages(scope, receive, send)
            return
        name = link["rest"]
        suffix = PurePosixPath(name).suffix
        changes = suffix == ".m3u8"
        headers = [
            (b"content-type", playback.CONTENT_TYPES[suffix].encode()),
            (b"cache-control", b"private, no-cache" if changes else b"private, max-age=3600"),
            (b"x-content-type-options", b"nosniff"),
        ]
        key = f"{self._shelves[link['kind']].prefix}{link['subject']}/{name}"
        shelf = self._shelves[link["kind"]]
        read = shelf.reader() if shelf.reader is not None else None
        data = await read(key) if read is not None else None
        # A front server that knows the bucket does not know this folder.
        if data is not None:
            pass
        elif settings.MEDIA_ACCEL_PREFIX and media_storage().is_here:
            # Whether it is there the front server learns itself.
            accel = f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{key}"
            headers.append((b"x-accel-redirect", accel.encode()))
            data = b""
        else:
            data = await asyncio.to_thread(_read, local_storage().path(key))
        if data is None:
            await self._pages(scope, receive, send)
            return
        headers.append((b"content-length", str(len(data)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    def _link(self, scope: Scope) -> re.Match[str] | None:
        link = _LINK.fullmatch(scope["path"])
        shelf = self._shelves.get(link["kind"]) if link else None
        if (
            link is None
            or shelf is None
            or scope["method"] != "GET"
            or shelf.names.fullmatch(link["rest"]) is None
            or (shelf.is_media and not media_storage().is_here)
            or any(name in _NOT_PLAIN for name, _value in scope["headers"])
        ):
            return None
        return link

    async def _is_good(self, scope: Scope, link: re.Match[str]) -> bool:
        judged = playback.verdict(
            token=link["token"],
            expiry=link["expiry"],
            member_id=link["member"],
            asset_id=link["subject"],
            by=int(link["member"]),
            now=clock.now(),
        )
        if judged is not playback.Verdict.VALID:
            return False
        key = session_key(scope["headers"])
        return key is not None and await self._member(key) == int(link["member"])

    async def _member(self, key: str) -> int:
        """Whose session it is, 0 for nobody's."""
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and now < known[1]:
            return known[0]
        found = (await in_thread(of_sessions, [key])).get(key)
        member_id = found[0].member_id if found else 0
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = (member_id, now + self._known_seconds)
        return member_id


def _read(path: Path) -> bytes | None:
    """The file, unless there is none or it is large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None
