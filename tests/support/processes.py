"""Real processes of the school for tests: web and worker, each in a process group of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import uvicorn

from tests.support.environment import BASE_DIR

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    true: Callable[[], object], *, what: str, seconds: float = 30, pause: float = 0.05
) -> None:
    """Return as soon as `true()` is; fail the test by name after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


def processes(about: Path | str, *words: str) -> list[int]:
    """Living processes with `about` in command or environment, and all `words` in the command."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            everything = command + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(about).encode() in everything and all(word.encode() in command for word in words):
            found.append(int(entry.name))
    return found


class SchoolProcess:
    """A process of the school with its output in a file."""

    def __init__(self, arguments: list[str], *, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=BASE_DIR,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def await_line(self, text: str) -> None:
        wait_until(
            lambda: text in self.said() or self.process.poll() is not None,
            what=f"{text!r} in the output",
            seconds=START_SECONDS,
        )
        assert self.process.poll() is None, self.said()

    def kill(self) -> None:
        """`kill -9`, of this process alone: what becomes of its children is for it to see to."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class WebProcess(SchoolProcess):
    """A web process with the whole school, on a port of its own if none is said."""

    def __init__(self, *, log: Path, **environment: str) -> None:
        where = {"HOST": "127.0.0.1", "PORT": str(free_port()), **environment}
        self.port = int(where["PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(["lms", "web"], log=log, **where)
        wait_until(
            lambda: self._listens() or self.process.poll() is not None,
            what=f"an answer at {self.url}",
            seconds=START_SECONDS,
        )
        assert self.process.poll() is None, self.said()

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False


class WorkerProcess(SchoolProcess):
    """A Celery worker on all queues."""

    def __init__(self, *, log: Path, **environment: str) -> None:
        super().__init__(["lms", "worker"], log=log, **environment)
        self.await_line("ready.")


class ServerThread:
    """The school served from this process: fast to start, and it sees a moved clock."""

    def __init__(self) -> None:
        from lms.supervisor.parts import serving

        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(serving(port=self.port))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started, what="the server's start")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body
