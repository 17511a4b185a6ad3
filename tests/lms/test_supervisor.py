"""The process tree: it opens, mends itself, closes in order, and leaves nothing behind."""

import os
import signal
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from lms.supervisor.tree import Child
from tests.support.processes import SchoolProcess, free_port, processes, wait_until

pytestmark = pytest.mark.slow


class School:
    """`python -m lms up` against the test database."""

    def __init__(self, directory: Path) -> None:
        database = settings.DATABASES["default"]
        self.directory = directory
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self.environment = {
            "VAR_DIR": str(directory),
            "PORT": str(port),
            "DATABASE_URL": f"postgresql://lms@{urllib.parse.quote(database['HOST'], safe='')}/"
            + database["NAME"],
            "REDIS_URL": settings.CACHES["default"]["LOCATION"],
        }
        directory.mkdir(exist_ok=True)
        self.process = SchoolProcess(
            ["lms", "up"], log=directory.parent / f"up-{port}.log", **self.environment
        )

    def await_open(self) -> None:
        self.process.await_line("The school is open:")

    def pids(self, *words: str) -> list[int]:
        return processes(self.directory, *words)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz").text == "ok\n"
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def school(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One open school for the tests that leave it open."""
    school = School(tmp_path_factory.mktemp("school") / "var")
    school.await_open()
    yield school
    school.process.stop()
    wait_until(lambda: not school.pids(), what="every process to end")


@pytest.fixture
def school_to_end(django_db_setup: None, tmp_path: Path) -> Iterator[School]:
    school = School(tmp_path / "var")
    school.await_open()
    yield school
    school.process.stop()


def test_it_says_its_address_and_answers_there(school: School) -> None:
    assert f"The school is open:  {school.url}" in school.process.said()
    assert school.answers()
    wait_until(
        lambda: httpx.get(f"{school.url}/readyz").json()["checks"]["worker"]["ok"],
        what="a sign of life from a worker",
        seconds=60,
    )


def test_a_killed_part_is_started_again(school: School) -> None:
    before = {part: school.pids("lms\0" + part) for part in ("web", "worker", "beat")}
    for pids in before.values():
        os.kill(pids[0], signal.SIGKILL)
    for part, pids in before.items():
        wait_until(
            lambda part=part, pids=pids: set(school.pids("lms\0" + part)) - set(pids),
            what=f"another {part}",
        )
    wait_until(school.answers, what="an answer")


def test_a_second_one_on_the_same_data_is_refused_in_one_sentence(school: School) -> None:
    second = School(school.directory)
    assert second.process.process.wait(60) == 1
    assert second.process.said().splitlines() == [
        f"school  | This school is open already (process {school.process.pid}); end it first."
    ]


def test_a_taken_port_is_refused_in_one_sentence(school: School, tmp_path: Path) -> None:
    second = SchoolProcess(
        ["lms", "up"],
        log=tmp_path / "second.log",
        **{**school.environment, "VAR_DIR": str(tmp_path / "other")},
    )
    assert second.process.wait(60) == 1
    port = school.environment["PORT"]
    assert second.said().splitlines() == [
        f"school  | 127.0.0.1 port {port} cannot be listened on (Address already in use); "
        "choose another one: PORT=8001 make run"
    ]


def test_sigterm_closes_it_and_leaves_nothing(school_to_end: School) -> None:
    school_to_end.process.process.send_signal(signal.SIGTERM)
    assert school_to_end.process.process.wait(60) == 0
    assert school_to_end.pids() == []
    assert school_to_end.process.said().splitlines()[-1] == "school  | closed"


def test_kill_minus_nine_leaves_nothing(school_to_end: School) -> None:
    school_to_end.process.kill()
    wait_until(lambda: not school_to_end.pids(), what="every process to end")


def test_a_child_that_keeps_dying_is_started_ever_later() -> None:
    child = Child("child", ["none"])
    pauses = []
    for failures in range(8):
        child.failures = failures
        pauses.append(child.pause_seconds)
    assert pauses == [0.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
