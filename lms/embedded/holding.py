"""Holding the servers: started when the first needs them, stopped when the last has gone."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lms import env
from lms.embedded.answers import answering, wanted
from lms.embedded.places import (
    HOLDERS_LOCK,
    KEEPER_LOCK,
    LOG_DIR,
    START_LOCK,
    ServiceStartError,
    make_directories,
    tail,
)

START_SECONDS = 90
STOP_SECONDS = 40
KEEPER_NOTICES_WITHIN_SECONDS = 1.5


@contextlib.contextmanager
def held() -> Iterator[None]:
    """The servers answer inside this block, started if need be."""
    handle = ensure_services()
    try:
        yield
    finally:
        handle.close()


class Hold:
    """A shared lock on the servers; lasts until `close()` or the end of the process."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def ensure_services() -> Hold:
    """Start what is not running and wait until it answers. Any number of callers at once."""
    if not wanted():
        return Hold(None)
    env.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with _locked(START_LOCK):
        holders = os.open(HOLDERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        # Waits here only while a keeper whose last holder has just gone is closing down.
        fcntl.flock(holders, fcntl.LOCK_SH)
        try:
            make_directories()
            _ensure_answering()
        except BaseException:
            os.close(holders)
            raise
    return Hold(holders)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _ensure_answering() -> None:
    log = LOG_DIR / "keeper.log"
    keeper = None if _keeper_lives() else _start_keeper(log)
    deadline = time.monotonic() + START_SECONDS
    while not answering():
        if (keeper and keeper.poll() is not None) or time.monotonic() > deadline:
            raise ServiceStartError(
                f"PostgreSQL and Redis did not start; {LOG_DIR} says why:\n{tail(log)}"
            )
        time.sleep(0.05)


def _start_keeper(log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "lms.embedded.keeper"],
            cwd=env.BASE_DIR,
            env={**env.inherited(), "VAR_DIR": str(env.VAR_DIR)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in our terminal is not for it
        )
    # Reaped here, should it end before us: no zombie, no wait on exit.
    threading.Thread(target=keeper.wait, daemon=True).start()
    return keeper


def await_stop() -> None:
    """Return when the servers have stopped, or at once when somebody else still holds them."""
    if not wanted():
        return
    deadline = time.monotonic() + STOP_SECONDS
    patience = time.monotonic() + KEEPER_NOTICES_WITHIN_SECONDS
    while _keeper_lives() and time.monotonic() < deadline:
        if not _keeper_is_closing() and time.monotonic() > patience:
            return
        time.sleep(0.05)


def _keeper_is_closing() -> bool:
    """The keeper has the exclusive lock, which it gets when the last holder has gone."""
    descriptor = os.open(HOLDERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def revive() -> None:
    """For a holder that stays: start the servers again should their keeper have been killed."""
    if wanted() and not _keeper_lives():
        with _locked(START_LOCK):
            _ensure_answering()


def _keeper_lives() -> bool:
    descriptor = os.open(KEEPER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def serve(arguments: Sequence[str] = ()) -> None:
    """`python -m lms services`: hold the servers in the foreground until a signal comes."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    with held():
        print(f"PostgreSQL and Redis answer in {env.RUN_DIR}; Ctrl-C ends them.", flush=True)
        stop.wait()
    await_stop()
