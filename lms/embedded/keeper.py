"""The keeper: owns the servers until the last holder is gone (`python -m lms.embedded.keeper`)."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time

import psycopg

from lms import env
from lms.embedded.answers import wanted
from lms.embedded.places import (
    HOLDERS_LOCK,
    KEEPER_LOCK,
    LOG_DIR,
    ServiceStartError,
    remove_run_directory,
    tail,
)
from lms.embedded.servers import COMMANDS, create_database

START_SECONDS = 90
STOP_SECONDS = 20
MOST_FAILURES_AT_START = 3


class Server:
    """One server process that is started again when it dies, later each time in a row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.failures = 0

    def start(self) -> None:
        with (LOG_DIR / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                COMMANDS[self.name](),
                cwd=env.VAR_DIR,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started_at = time.monotonic()

    def tend(self) -> None:
        """Start it again if it has died and its pause is over."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if now - self.started_at > 60:
            self.failures = 0
        if now - self.started_at > min(2**self.failures, 30):
            print(f"{self.name} ended with {self.process.returncode}; starting it again")
            self.failures += 1
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        # SIGINT is PostgreSQL's "fast shutdown": open sessions are ended, nothing is lost.
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def keep() -> None:
    """Run the servers until the last holder is gone."""
    # A holder decides when to stop, by going; a signal meant for it must not stop the servers.
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    own = os.open(KEEPER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(own, fcntl.LOCK_EX)
    servers = [Server(name) for name in wanted()]
    try:
        for server in servers:
            server.start()
        if any(server.name == "postgres" for server in servers):
            _await_postgres(servers)
            create_database()
        holders = os.open(HOLDERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        while not _last_has_gone(holders):
            for server in servers:
                server.tend()
            time.sleep(0.25)
    finally:
        for server in reversed(servers):
            server.stop()
        remove_run_directory()


def _await_postgres(servers: list[Server]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(env.RUN_DIR), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            for server in servers:
                server.tend()  # one left by a keeper that was killed may still be on its way out
                if server.failures > MOST_FAILURES_AT_START:
                    log = LOG_DIR / f"{server.name}.log"
                    sys.exit(f"{server.name} ends as soon as it starts:\n{tail(log)}")
            time.sleep(0.05)
    sys.exit("PostgreSQL did not answer in time")


def _last_has_gone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    try:
        keep()
    except ServiceStartError as error:
        sys.exit(str(error))
