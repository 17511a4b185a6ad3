"""PostgreSQL and Redis run for as long as somebody holds them, and not longer."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.environment import BASE_DIR
from tests.support.processes import SchoolProcess, processes, wait_until

pytestmark = pytest.mark.slow

HOLD = """
import signal, sys
from lms import embedded
hold = embedded.ensure_services()
print("held", flush=True)
for line in sys.stdin:
    embedded.revive()
    print("revived", flush=True)
"""


class Holder:
    """A process that holds the servers of one directory until its standard input closes."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=BASE_DIR,
            env={**os.environ, "VAR_DIR": str(directory)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.answer() == "held"

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def revive(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.answer() == "revived"

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def server_processes(directory: Path) -> list[int]:
    return [
        *processes(directory, "bin/postgres"),
        *processes(directory, "redis-server"),
        *processes(directory, "lms.embedded.keeper"),
    ]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "var"
    yield path
    wait_until(lambda: not processes(path), what="everything to end")


def test_the_servers_outlive_the_first_holder_but_not_the_last(directory: Path) -> None:
    first, second = Holder(directory), Holder(directory)
    assert len(processes(directory, "lms.embedded.keeper")) == 1
    first.leave()
    with psycopg.connect(host=str(directory / "run"), user="lms", dbname="lms") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.leave()
    wait_until(lambda: not server_processes(directory), what="the servers to end")


def test_a_killed_holder_leaves_nothing(directory: Path) -> None:
    holder = Holder(directory)
    holder.kill()
    wait_until(lambda: not server_processes(directory), what="the servers to end")


def test_a_killed_keeper_takes_its_servers_along_and_is_replaced_with_the_data_kept(
    directory: Path,
) -> None:
    holder = Holder(directory)
    where = {"host": str(directory / "run"), "user": "lms", "dbname": "lms"}
    with psycopg.connect(**where) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in processes(directory, "lms.embedded.keeper"):
        os.kill(pid, 9)
    wait_until(lambda: not server_processes(directory), what="the servers to end")
    holder.revive()
    with psycopg.connect(**where) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    holder.leave()


def test_a_killed_server_is_started_again(directory: Path) -> None:
    holder = Holder(directory)
    (redis,) = processes(directory, "redis-server")
    os.kill(redis, 9)
    wait_until(
        lambda: [pid for pid in processes(directory, "redis-server") if pid != redis],
        what="another Redis",
    )
    holder.leave()


def test_who_leaves_last_waits_until_the_servers_have_stopped(
    directory: Path, tmp_path: Path
) -> None:
    services = SchoolProcess(
        ["lms", "services"], log=tmp_path / "services.log", VAR_DIR=str(directory)
    )
    services.await_line("Ctrl-C ends them.")
    services.process.terminate()
    assert services.process.wait(60) == 0
    assert server_processes(directory) == []


def test_two_who_come_at_once_share_one_cluster(directory: Path) -> None:
    waiting = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=BASE_DIR,
            env={**os.environ, "VAR_DIR": str(directory)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in waiting:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
    assert len(processes(directory, "lms.embedded.keeper")) == 1
    for process in waiting:
        process.communicate()


def test_a_deep_checkout_keeps_its_sockets_in_a_short_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 25) / "var"
    holder = Holder(deep)
    asked = [sys.executable, "-c", "from lms import env; print(env.RUN_DIR)"]
    said = subprocess.run(
        asked,
        cwd=BASE_DIR,
        env={**os.environ, "VAR_DIR": str(deep)},
        capture_output=True,
        text=True,
    )
    sockets = Path(said.stdout.strip())
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert (sockets / "redis.sock").is_socket()
    holder.leave()
    wait_until(lambda: not sockets.exists(), what="the socket directory to go")


def test_a_checkout_nobody_else_may_enter_works_too(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    holder = Holder(closed / "var")
    assert server_processes(closed / "var")
    holder.leave()
    wait_until(lambda: not server_processes(closed / "var"), what="the servers to end")


def test_with_servers_given_by_address_nothing_is_started(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from lms.embedded import held\nwith held(): print('free')"],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "VAR_DIR": str(tmp_path / "var"),
            "DATABASE_URL": "postgresql://lms@db.example/lms",
            "REDIS_URL": "redis://cache.example/0",
        },
        capture_output=True,
        text=True,
    )
    assert (said.stdout, said.stderr) == ("free\n", "")
    assert not (tmp_path / "var" / "postgres").exists()
