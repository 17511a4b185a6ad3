"""Children that are started in order, tended, and stopped in reverse; none outlives its parent."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lms import env

STOP_SECONDS = 10  # then the whole group is killed: every part survives `kill -9`
LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 60  # a child that ran this long starts again at once

_printing = threading.Lock()


def say(line: str, *, who: str = "school") -> None:
    """One line for the person at the terminal; a terminal that has gone is no reason to die."""
    with _printing, contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{who:<8}| {line}\n")
        sys.stdout.flush()


@dataclass
class Child:
    """One process of the tree, in a process group of its own, its output under its name."""

    name: str
    arguments: Sequence[str]
    descriptors: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = field(default=0.0)

    def start(self) -> None:
        # The kernel kills the child when we die, even by `kill -9`.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "lms", *self.arguments],
            cwd=env.BASE_DIR,
            env={**env.inherited(), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.descriptors,
        )
        self.started_at = time.monotonic()
        threading.Thread(target=self._relay, args=[self.process], daemon=True).start()

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            say(line.decode(errors="replace").rstrip(), who=self.name)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Start it again if it has died: at once the first time, later each time in a row."""
        if self.process is None or self.running:
            return
        ran = time.monotonic() - self.started_at
        if ran > STEADY_SECONDS:
            self.failures = 0
        if ran < self.pause_seconds:
            return
        say(f"{self.name} ended with code {self.process.returncode}; starting it again")
        self._kill_group()  # what it may have left behind
        self.failures += 1
        self.start()

    @property
    def pause_seconds(self) -> float:
        return 0.0 if not self.failures else min(2.0**self.failures, LONGEST_PAUSE_SECONDS)

    def stop(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Tree:
    """All children together: the doors, and what works behind them."""

    def __init__(self, doors: Sequence[Child], behind: Sequence[Child]) -> None:
        self.doors = doors
        self.behind = behind

    def start(self) -> None:
        """Start the doors. What is behind waits for `tend`, so that they have all processors."""
        for child in self.doors:
            child.start()

    def tend(
        self, stop: threading.Event, *, opened: threading.Event, every: Callable[[], None]
    ) -> None:
        """Restart what dies until `stop` is set, and start what is behind once `opened` is.

        `every` is called every few seconds. Children are started by this thread only: the kernel
        ends a child with the thread that made it.
        """
        next_call = time.monotonic()
        while not stop.wait(0.2):
            for child in self.children:
                if child.process is None and opened.is_set():
                    child.start()
                child.tend()
            if time.monotonic() >= next_call:
                every()
                next_call = time.monotonic() + 3

    @property
    def children(self) -> list[Child]:
        return [*self.doors, *self.behind]

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
