"""One recorder's stream while it comes in: to the disk, through ffmpeg, into segments."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from live.classroom.fragments import Beginning, Fragment, FragmentReader, NotFragmentedError
from live.classroom.picture import BEGIN, FRAGMENT, Frame, begin_content
from live.classroom.recording import PartKeeper, RawKeeper
from live.classroom.segments import Gatherer, Segment
from lms.core import clock
from media_pipeline import remuxing
from media_pipeline.processes import end_group

logger = logging.getLogger(__name__)

READ_BYTES = 65_536
# So much may wait for an ffmpeg that does not keep up.
MOST_BACKLOG_BYTES = 48 * 1024**2


class Remux:
    """One ffmpeg: bytes in, beginnings and fragments out, called in the event loop."""

    def __init__(
        self,
        mime: str,
        came: Callable[[Beginning | Fragment], None],
        ended: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._process = remuxing.start_live(mime)
        self._in: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._came, self._ended = came, ended
        self.backlog = 0
        self.words = b""
        for work in (self._feed, self._read, self._listen):
            threading.Thread(target=work, name=f"live-{work.__name__}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def feed(self, data: bytes) -> None:
        self.backlog += len(data)
        self._in.put(data)

    def finish(self) -> None:
        """Nothing more comes; what is inside comes out, then it ends."""
        self._in.put(None)

    def kill(self) -> None:
        self._in.put(None)
        self._process.kill()

    def _feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError, ValueError):
            while (data := self._in.get()) is not None:
                pipe.write(data)
                pipe.flush()
                self.backlog -= len(data)
        with suppress(OSError):
            pipe.close()

    def _read(self) -> None:
        reader, pipe = FragmentReader(), self._process.stdout
        assert pipe is not None
        try:
            while data := pipe.read1(READ_BYTES):  # type: ignore[attr-defined]
                for each in reader.feed(data):
                    self._loop.call_soon_threadsafe(self._came, each)
        except (NotFragmentedError, ValueError) as error:
            logger.warning("live: ffmpeg's output cannot be read: %s", error)
        end_group(self._process)
        pipe.close()
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            self._loop.call_soon_threadsafe(self._ended)

    def _listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        with suppress(OSError, ValueError), pipe:
            while data := pipe.read1(4_096):  # type: ignore[attr-defined]
                self.words = (self.words + data)[-4_000:]


# Gives what keeps a take, told where to note each segment that counts.
Keepers = Callable[[Callable[[Segment], None]], tuple[RawKeeper, PartKeeper]]


class Take:
    """One recorder's stream while it comes in; `listed` is called when it has a segment more."""

    def __init__(
        self,
        number: int,
        key: str,
        mime: str,
        send: Callable[[Frame], None],
        keepers: Keepers,
        listed: Callable[[], None],
    ) -> None:
        self.number, self.key, self.mime = number, key, mime
        self.segments: list[Segment] = []
        self._listed = listed
        self.raw, self._files = keepers(self._list)
        self.done = asyncio.Event()
        self.is_failed = False
        self._gatherer = Gatherer()
        self._send = send
        self._frames = 0
        self._is_over = False
        self.remux = Remux(mime, self._came, self._ended)

    def add(self, data: bytes) -> None:
        """A slice: to where it is kept first, then to ffmpeg."""
        self.raw.add(data)
        self.remux.feed(data)
        if self.remux.backlog > MOST_BACKLOG_BYTES or self._files.is_behind:
            self.is_failed = True
            self.remux.kill()

    def finish(self) -> None:
        self._is_over = True
        self.remux.finish()

    def give_up(self) -> None:
        """Nobody is shown any more of it."""
        self._is_over = True
        self.remux.kill()

    async def settled(self) -> None:
        """Return when all that came out of ffmpeg is kept; after `done`."""
        await self.raw.settled()
        await self._files.settled()

    def _came(self, each: Beginning | Fragment) -> None:
        now_ms = clock.now().timestamp() * 1000
        if isinstance(each, Beginning):
            self._files.begin(each.data)
            content = begin_content(each.codecs, each.data)
            self._send(Frame.of(BEGIN, take=self.number, number=0, at_ms=now_ms, content=content))
            return
        self._frames += 1
        self._send(
            Frame.of(
                FRAGMENT, take=self.number, number=self._frames, at_ms=now_ms,
                content=each.data, is_key=each.is_key, start=each.start,
            )
        )  # fmt: skip
        self._keep(self._gatherer.add(each, clock.now()))

    def _list(self, segment: Segment) -> None:
        self.segments.append(segment)
        self._listed()

    def _keep(self, ended: tuple[Segment, bytes] | None) -> None:
        if ended is not None:
            self._files.add(*ended)

    def _ended(self) -> None:
        if not self._is_over:
            self.is_failed = True
            logger.warning(
                "live: ffmpeg ended by itself: %s", self.remux.words.decode(errors="replace")
            )
        self._keep(self._gatherer.rest())
        self._files.close()
        self.raw.close()
        self.done.set()
