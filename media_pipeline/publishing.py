"""A run's files go from the folder they are made in to the storage they are served from.

Where both are the same folder there is nothing to carry. Else segments go up as they appear, by a
few hands beside ffmpeg, so that little is left to send when it ends. Playlists go last: what one
names is there already. The database names the take only after that.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from media_pipeline import packaging
from media_pipeline.command import INDEX_NAME, INIT_NAME
from media_pipeline.storage import Storage, StorageUnavailableError, nothing

HANDS = 4
ATTEMPTS = 3
# How long a storage is left alone that did not answer.
PAUSE_SECONDS = 3.0
LOOK_SECONDS = 0.5


class Publisher:
    """Carries the files of one folder, each once; whoever made it closes it."""

    def __init__(
        self,
        *,
        folder: Path,
        prefix: str,
        storage: Storage,
        take: tuple[Path, str] | None = None,
    ) -> None:
        self.folder = folder
        self.prefix = prefix
        # Where the master playlist lies, and what the storage calls the folder of what belongs to
        # the lecture and to no rendition: the files right in `folder`.
        take_folder, self.top = take or (folder, prefix)
        self.master = take_folder / packaging.MASTER_NAME
        self.storage = storage
        self.hands = ThreadPoolExecutor(HANDS, thread_name_prefix="publish")
        self.sent: dict[str, Future[None]] = {}
        self.shown: dict[str, int] = {}
        self.showing: Future[None] | None = None
        self.rests_until = 0.0

    def close(self) -> None:
        """Nothing more is sent once this returns."""
        self.hands.shutdown(wait=True, cancel_futures=True)

    # --- While it is made ---------------------------------------------------------------------

    def follow(self) -> None:
        """Send the segments that are finished so far. Never waits, never fails."""
        if self.storage.is_here:
            return
        self._forget_failures()
        if time.monotonic() < self.rests_until:
            return
        for index in self.folder.glob(f"*/{INDEX_NAME}"):
            for name in _files_of(index.parent):
                self._send(name)

    def shows(self, rendition: str) -> bool:
        """Show what there is of a rendition that still grows; True once it can be played.

        The folder's master playlist names it alone. Never waits, never fails.
        """
        if self.storage.is_here:
            return True
        if self.showing is None or self.showing.done():
            self._show(rendition)
        return rendition in self.shown

    def _show(self, rendition: str) -> None:
        folder = self.folder / rendition
        names = _files_of(folder)
        there = 0
        for name in names:
            if not self._is_there(name):
                break
            there += 1
        segments = there - 1
        if segments < packaging.PLAYABLE_SEGMENTS or segments <= self.shown.get(rendition, 0):
            return
        text = packaging.first_segments((folder / INDEX_NAME).read_text("utf-8"), segments)

        def show() -> None:
            self.storage.put_bytes(text.encode(), f"{self.prefix}{rendition}/{INDEX_NAME}")
            if rendition not in self.shown:
                master = self.master.read_bytes()
                self.storage.put_bytes(master, f"{self.top}{packaging.MASTER_NAME}")
            self.shown[rendition] = segments

        self.showing = self.hands.submit(show)

    # --- Once it is made ----------------------------------------------------------------------

    def everything(self, *, during: Callable[[], None] = nothing) -> None:
        """Send all that is left, playlists last; raises StorageUnavailableError."""
        if self.storage.is_here:
            return
        if self.showing is not None:
            wait([self.showing])
        found = sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )
        content = [name for name in found if not name.endswith(".m3u8")]
        playlists = [name for name in found if name.endswith(f"/{INDEX_NAME}")]
        self._send_all(content, during)
        self._send_all(playlists, during)
        self._send_all([name for name in found if name == packaging.MASTER_NAME], during)

    def _send_all(self, names: Iterable[str], during: Callable[[], None]) -> None:
        left = list(names)
        for attempt in range(ATTEMPTS):
            for name in left:
                self._send(name)
            pending = {self.sent[name] for name in left}
            while pending:
                _done, pending = wait(pending, timeout=LOOK_SECONDS)
                during()
            left = [name for name in left if not self._is_there(name)]
            if not left:
                return
            self._forget_failures()
            if attempt < ATTEMPTS - 1:
                self._rest(during)
        raise StorageUnavailableError

    def _rest(self, during: Callable[[], None]) -> None:
        while time.monotonic() < self.rests_until:
            time.sleep(LOOK_SECONDS)
            during()

    # --- One file -----------------------------------------------------------------------------

    def _send(self, name: str) -> None:
        if name not in self.sent:
            key = (self.prefix if "/" in name else self.top) + name
            self.sent[name] = self.hands.submit(self.storage.put, self.folder / name, key)

    def _is_there(self, name: str) -> bool:
        sending = self.sent.get(name)
        return sending is not None and sending.done() and sending.exception() is None

    def _forget_failures(self) -> None:
        failed = [
            name for name, one in self.sent.items() if one.done() and one.exception() is not None
        ]
        for name in failed:
            del self.sent[name]
        if failed:
            self.rests_until = time.monotonic() + PAUSE_SECONDS


def _files_of(folder: Path) -> list[str]:
    """A rendition's init segment and the segments its playlist names so far, by relative name."""
    segments = [name for name, _seconds in packaging.listed_segments(folder)]
    return [f"{folder.name}/{name}" for name in (INIT_NAME, *segments)] if segments else []
