"""Fetching what OBS sends from nginx-rtmp, and carrying it as a browser's recorder would.

One process of a machine fetches a stream: it holds a lock on a file, which is free as soon as that
process is dead, and nginx's next word has another one go on.
"""

import asyncio
import fcntl
import json
import logging
import os
import secrets
import threading
import time
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any

from django.conf import settings

from live.classroom.desk import Here, There
from live.classroom.media_sockets import media_socket
from live.obs import services, streams, words
from live.obs.services import Let, Standing
from lms.core.rooms.threads import in_thread
from media_pipeline import remuxing
from media_pipeline.processes import end_group

logger = logging.getLogger(__name__)

READ_BYTES = 32_768
LOOK_SECONDS = 1.0
AGAIN_SECONDS = 0.3
# So long after the last bytes a stream counts as cut; so long its head may take.
STALL_SECONDS = 3.0
HEAD_SECONDS = 10.0
# So long nothing could be fetched before whoever sends is told.
TROUBLE_SECONDS = 8.0
# What is fetched and not carried yet; beyond it the machine does not keep up.
MOST_WAITING = 2_000


class Pull:
    """One ffmpeg that fetches a stream; what it gives is read in the event loop."""

    def __init__(self, address: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._process = remuxing.start_pull(address)
        self._came: asyncio.Queue[bytes] = asyncio.Queue()
        self.words = b""
        for work in (self._read, self._listen):
            threading.Thread(target=work, name=f"obs-{work.__name__}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def read(self) -> bytes:
        """What came next; b"" once nothing more comes."""
        if self._came.qsize() > MOST_WAITING:
            return b""
        return await self._came.get()

    def kill(self) -> None:
        self._process.kill()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
            while data := pipe.read1(READ_BYTES):  # type: ignore[attr-defined]
                self._loop.call_soon_threadsafe(self._came.put_nowait, data)
            self._loop.call_soon_threadsafe(self._came.put_nowait, b"")
        end_group(self._process)
        pipe.close()

    def _listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        with suppress(OSError, ValueError), pipe:
            while data := pipe.read1(4_096):  # type: ignore[attr-defined]
                self.words = (self.words + data)[-2_000:]


class End(Enum):
    """Why one fetching ended."""

    BROKEN = auto()  # nothing comes any more
    UNABLE = auto()  # nothing came
    TOLD = auto()  # the carrier says to begin anew, or to give way
    ELSE = auto()  # it is paused, over, or another source has the class


class Fetcher:
    """One stream that was let in, from its publication to its end."""

    def __init__(self, let: Let) -> None:
        self.let = let
        self.pull: Pull | None = None
        self._line: Here | There | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told = asyncio.Event()
        self._key = ""
        # The publication by which it took the class; for the same one it does not do so again.
        self._taken_by: Any = None

    async def run(self) -> None:
        unable_since: float | None = None
        try:
            while True:
                try:
                    standing = await in_thread(services.standing_of, self.let)
                except Exception:
                    logger.exception("obs: a stream's standing could not be asked")
                    await asyncio.sleep(LOOK_SECONDS)
                    continue
                if standing is None:
                    return
                if standing.gave_way:
                    await self._leave()
                if standing.gave_way or standing.is_paused:
                    await asyncio.sleep(LOOK_SECONDS)
                    continue
                end = await self._fetch(standing)
                if end in (End.BROKEN, End.UNABLE):
                    await self._leave()
                if end is not End.UNABLE:
                    unable_since = None
                elif unable_since is None:
                    unable_since = time.monotonic()
                elif time.monotonic() - unable_since > TROUBLE_SECONDS:
                    await self._report(words.cannot_fetch())
                await asyncio.sleep(AGAIN_SECONDS if end is not End.UNABLE else LOOK_SECONDS)
        finally:
            await self._leave()

    async def _fetch(self, standing: Standing) -> End:
        """Fetch and carry until something ends it."""
        pull = self.pull = Pull(f"{settings.LIVE_RTMP_PULL}/{streams.stream_name(self.let.digest)}")
        self._told.clear()
        works = {
            asyncio.ensure_future(self._carry(pull, standing)): None,
            asyncio.ensure_future(self._told.wait()): End.TOLD,
            asyncio.ensure_future(self._until_otherwise(standing)): End.ELSE,
        }
        try:
            done, _rest = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            first = next(iter(done))
            end = works[first]
            result = first.result() if end is None else end
        except OSError:
            # The carrier's process is gone: another one carries on.
            result = End.BROKEN
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            pull.kill()
            self.pull = None
        if result is End.ELSE:
            await self._finish_take()
        return result  # type: ignore[return-value]

    async def _carry(self, pull: Pull, standing: Standing) -> End:
        head, codecs = b"", None
        while codecs is None:
            try:
                async with asyncio.timeout(HEAD_SECONDS):
                    data = await pull.read()
            except TimeoutError:
                data = b""
            if not data or len(head) > streams.MOST_HEAD_BYTES:
                logger.info("obs: nothing to fetch: %s", pull.words.decode(errors="replace"))
                return End.UNABLE
            head += data
            codecs = streams.codecs_of(head)
        if not codecs.is_understood:
            why = words.no_sound() if codecs.lacks_sound else words.not_understood()
            await in_thread(services.give_way, self.let, why)
            return End.TOLD
        if not await self._begin(standing):
            return End.TOLD
        assert self._line is not None
        number = 0
        while head:
            await self._line.hear(number.to_bytes(4, "big") + head[:READ_BYTES])
            head, number = head[READ_BYTES:], number + 1
            if head:
                continue
            try:
                async with asyncio.timeout(STALL_SECONDS):
                    head = await pull.read()
            except TimeoutError:
                break
        return End.BROKEN

    async def _begin(self, standing: Standing) -> bool:
        """Be the source of the class; False where that is not to be."""
        await self._enter()
        assert self._line is not None
        self._key = secrets.token_hex(12)
        insists = standing.published_at != self._taken_by
        said = {"do": "begin", "key": self._key, "mime": streams.MIME, "takeOver": insists}
        await self._line.hear(json.dumps(said))
        reply = await self._replies.get()
        if reply.get("no") == "line":
            return False
        if "take" in reply:
            self._taken_by = standing.published_at
            await self._report("")
            return True
        why = words.disk_full() if reply.get("no") == "disk" else str(reply.get("why", ""))
        await in_thread(services.give_way, self.let, why[:200])
        return False

    async def _finish_take(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                await self._line.hear(json.dumps({"do": "end", "key": self._key}))

    async def _until_otherwise(self, standing: Standing) -> None:
        """Ends when the stream is to be dealt with in another way than now."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                now = await in_thread(services.standing_of, self.let)
            except Exception:
                logger.exception("obs: a stream's standing could not be asked")
                continue
            if now != standing:
                return

    async def _report(self, trouble: str) -> None:
        try:
            await in_thread(services.note_trouble, self.let, trouble)
        except Exception:
            logger.exception("obs: how a stream stands was not noted")

    # --- The line to the carrier ------------------------------------------------------------------

    async def _enter(self) -> None:
        if self._line is not None:
            return
        let = self.let
        self._line = await media_socket.desk().line(
            let.live_class_id, let.room, member_id=let.member_id, name=f"{let.name}（OBS）",
            source="obs",
        )  # fmt: skip
        self._replies = asyncio.Queue()
        self._hearing = asyncio.ensure_future(self._hear(self._line, self._replies))

    async def _leave(self) -> None:
        line, self._line = self._line, None
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
        if line is not None:
            await line.leave()

    async def _hear(self, line: Here | There, replies: "asyncio.Queue[dict[str, Any]]") -> None:
        """What the carrier says, as long as there is a line."""
        while True:
            said = await line.said()
            if isinstance(said, int):
                # It is over, or its process is gone: a new line is tried for what comes next.
                replies.put_nowait({"no": "line"})
                self._line = None
                await line.leave()
                self._told.set()
                return
            message = json.loads(said)
            if "take" in message or "no" in message:
                replies.put_nowait(message)
            if message.get("no") == "disk":
                await self._report(words.disk_full())
            if message.get("gone") == self._key:
                self._told.set()
            if message.get("over") in ("self", "taken"):
                await in_thread(services.give_way, self.let)
                self._told.set()


class Pulls:
    """What this event loop fetches."""

    def __init__(self) -> None:
        self.fetchers: dict[int, Fetcher] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    def fetch(self, let: Let) -> None:
        """Have the stream fetched, unless it is already, here or by another process."""
        known = self.fetchers.get(let.stream_key_id)
        if known is not None:
            if known.let.digest == let.digest:
                return
            # Renewed, and published again before the old one has noticed.
            self._running[let.stream_key_id].cancel()
            self.fetchers.pop(let.stream_key_id)
        fetcher = self.fetchers[let.stream_key_id] = Fetcher(let)
        task = asyncio.get_running_loop().create_task(self._run(fetcher))
        self._running[let.stream_key_id] = task

    async def close(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, fetcher: Fetcher) -> None:
        pk = fetcher.let.stream_key_id
        lock = _locked(fetcher.let.digest)
        try:
            if lock is not None:
                await fetcher.run()
        except Exception:
            logger.exception("obs: a stream is not fetched any more")
        finally:
            if lock is not None:
                os.close(lock)
            if self.fetchers.get(pk) is fetcher:
                del self.fetchers[pk], self._running[pk]


def _locked(digest: str) -> int | None:
    """A lock on that stream, or None if another process has it."""
    name = str(settings.DATABASES["default"]["NAME"])[-24:]
    path = Path(settings.RUN_DIR) / f"obs-{name}-{digest[:16]}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
