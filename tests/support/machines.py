"""Machines of a school in the tests: web processes that share addresses and nothing else."""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
from django.conf import settings

from lms import env
from tests.support.processes import WebProcess, wait_until


class Machine(WebProcess):
    """One web process with folders and sockets of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir()
        self.folder = folder
        database = settings.DATABASES["default"]
        address = f"postgres://{database['USER']}@{quote(str(database['HOST']), safe='')}/"
        super().__init__(
            log=folder.with_suffix(".log"),
            **{
                "VAR_DIR": str(folder / "var"),
                "MEDIA_ROOT": str(folder / "media"),
                "DATABASE_URL": address + str(database["NAME"]),
                "REDIS_URL": str(env.REDIS_URL),
                **environment,
            },
        )

    def die(self) -> None:
        """The power is cut, and the disk is never seen again."""
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def machines(folder: Path, **environment: str) -> Iterator[Callable[..., Machine]]:
    """Start machines that see one another only by `environment`; stopped afterwards."""
    started: list[Machine] = []

    def start(name: str) -> Machine:
        machine = Machine(folder / name, **environment)
        started.append(machine)
        return machine

    try:
        yield start
    finally:
        for machine in started:
            machine.stop()


class Player:
    """A member who watches by segments: what the playlists of any machine said, held together."""

    def __init__(self, live_class_id: int, cookie: str) -> None:
        self.live_class_id, self.cookie = live_class_id, cookie
        # By media sequence number: the name of the segment, and how many breaks came before it.
        self.said: dict[int, tuple[str, int]] = {}
        self.begins_at = -1
        self.address = ""

    def get(self, url: str) -> httpx.Response:
        return httpx.get(url, headers={"Cookie": self.cookie}, timeout=20)

    def look(self, machine: str, name: str = "live") -> int:
        """Read the playlist at a machine; how many segments it names. Whatever was said holds."""
        answer = self.get(f"{machine}/live/{self.live_class_id}/address/").json()
        if not answer.get(name):
            return 0
        self.address = urljoin(machine, answer[name])
        text = self.get(self.address)
        if text.status_code == 404:
            return 0
        assert text.status_code == 200, text.text
        return self._hold(text.text)

    def _hold(self, text: str) -> int:
        def number(tag: str) -> int:
            found = re.search(rf"^#EXT-X-{tag}:(\d+)$", text, re.M)
            assert found is not None, text
            return int(found[1])

        at, breaks, count = number("MEDIA-SEQUENCE"), number("DISCONTINUITY-SEQUENCE"), 0
        if "#EXT-X-ENDLIST" not in text:
            assert at >= self.begins_at, "a playlist went back"
            self.begins_at = at
        for line in text.splitlines():
            if line == "#EXT-X-DISCONTINUITY":
                breaks += 1
            elif line and not line.startswith("#"):
                assert self.said.setdefault(at, (line, breaks)) == (line, breaks)
                at, count = at + 1, count + 1
        return count

    def until(self, machine: str, true: Callable[[], Any], *, what: str) -> None:
        def looked() -> Any:
            self.look(machine)
            return true()

        wait_until(looked, what=what, pause=0.2)

    def takes(self) -> list[str]:
        """The take of each segment there was, in order; none is left out."""
        assert sorted(self.said) == list(range(len(self.said)))
        return [self.said[at][0].partition("/")[0] for at in sorted(self.said)]

    def parts(self) -> list[tuple[float, bytes]]:
        """Of the playlist looked at last: what each part is said to last, and its stream."""
        found: list[tuple[float, bytes]] = []
        for line in self.get(self.address).text.splitlines():
            if line.startswith("#EXT-X-MAP"):
                found.append((0.0, self.file(line.partition('"')[2].rstrip('"'))))
            elif line.startswith("#EXTINF:"):
                seconds = float(line[8:].rstrip(","))
            elif line and not line.startswith("#"):
                found[-1] = (found[-1][0] + seconds, found[-1][1] + self.file(line))
        return found

    def file(self, name: str) -> bytes:
        answer = self.get(urljoin(self.address, name))
        assert answer.status_code == 200, (name, answer.status_code)
        return answer.content
