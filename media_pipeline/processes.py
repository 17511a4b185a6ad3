"""Starting and ending programs that read files of strangers."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONFINE = Path(__file__).with_name("confine.py")
TERM_SECONDS = 5


@dataclass(frozen=True)
class Limits:
    """What one run may use; the program is killed by the system beyond it."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    open_files: int = 64
    nice: int = 0
    no_network: bool = True


def start(
    command: Sequence[str], *, limits: Limits, cwd: Path | None = None, is_fed: bool = False
) -> "subprocess.Popen[bytes]":
    """Start `command` (a list, the program by its absolute path) in a session of its own.

    It sees no environment of ours, and no input unless it `is_fed` by us; it dies with the thread
    that called this.
    """
    wanted = {**dataclasses.asdict(limits), "parent": os.getpid()}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(CONFINE), json.dumps(wanted), *command],
        stdin=subprocess.PIPE if is_fed else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )


def signal_group(process: "subprocess.Popen[bytes]", which: signal.Signals) -> None:
    """Send a signal to the process and everything it started; nothing if none is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, which)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the process and everything it started: asked first, then killed."""
    signal_group(process, signal.SIGTERM)
    # One that was made to stand still hears nothing until it may go on.
    signal_group(process, signal.SIGCONT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=TERM_SECONDS)
    signal_group(process, signal.SIGKILL)
    process.wait()
