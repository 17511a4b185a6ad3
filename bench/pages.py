"""Pages a second, signed in, over real HTTP: home, course, lesson, board.

The school runs in as many uvicorn processes as in production. Beside it stands a bare Django view,
no middleware, no database, served in the same way by the same server; and the school again, served
in the other ways there are: Django's own ASGI handler, and a WSGI server. All are measured in
turn, round after round, and every ratio is taken within its round, so that the machine's own ups
and downs cancel out. The processor time a page costs the server is told beside the rate: it says
more than the rate where others work on the same machine.
"""

import contextlib
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lms import embedded, env

ROUNDS = 5
SECONDS = 2.0
WARM_UP_SECONDS = 1.0
READERS = 16
MEMBERS = 120
LESSONS = 12
DATABASE = "bench_pages"
PAGES = ("home", "course", "lesson", "board")
# Moodle 4.3's course page on the same machine: 16 a second, 597 kB, 36 statements.
MOODLE_COURSE_PAGES = 16.0
ROOT = Path(__file__).resolve().parent.parent

PROCESSES = f"--workers={env.WEB_PROCESSES}"
UVICORN = ("uvicorn", PROCESSES, "--log-level=warning", "--no-access-log")
GRANIAN = (
    *("granian", PROCESSES, "--interface=wsgi", "--blocking-threads=16", "--no-ws"),
    "--log-level=error",
)
SERVED = {
    "bare": (*UVICORN, "bench.bare:mounted"),
    "a2wsgi": (*UVICORN, "lms.asgi:application"),
    "asgi": (*UVICORN, "bench.pages_asgi:application"),
    "granian": (*GRANIAN, "lms.asgi:pages"),
}
WAYS = {
    "a2wsgi": "Django's WSGI handler mounted in the ASGI entry",
    "asgi": "Django's own ASGI handler",
    "granian": "a WSGI server of its own (granian)",
}


@dataclass(frozen=True)
class Server:
    """One process that serves."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Processor time the server and its workers have used so far."""
        return sum(_cpu_seconds(pid) for pid in _family(self.process.pid))


@dataclass(frozen=True)
class Run:
    """One server, one page, one round: how long each page took, and what all of them cost."""

    seconds: list[float]
    duration: float
    cpu: float

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.duration

    @property
    def cpu_ms(self) -> float:
        return self.cpu * 1000 / len(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(0.95 * len(self.seconds))]


@dataclass(frozen=True)
class School:
    """What is asked for: the path of each page, the session of each reader, the cost of a page."""

    paths: dict[str, str]
    sessions: list[str]
    statements: dict[str, int]
    sizes: dict[str, int]


# --- The school to be read ----------------------------------------------------------------------


def seed() -> dict[str, Any]:
    """A school in the database this process is pointed at; runs in a process of its own."""
    import django

    env.point_django_at_settings()
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from courses.progress.models import LessonProgress
    from lms.core import clock
    from lms.members.models import Member
    from tests.factories import courses as make
    from tests.factories.members import make_branch_tree, make_member, make_secretary

    tree = make_branch_tree()
    by = make.editor()
    course, lessons = make.course_with_lessons(by=by, lessons=LESSONS, title="支部工作中的数字技能")
    for title in ("怎样组织一次支部学习", "读懂一份条例"):
        make.course_with_lessons(by=by, lessons=LESSONS // 2, title=title)
    secretary = make_secretary(tree.first, password=None)
    readers = [secretary] + [
        make_member((tree.first, tree.second, tree.third)[n % 3], password=None)
        for n in range(MEMBERS)
    ]
    Member.objects.update(password="bench$only")
    now = clock.now()
    LessonProgress.objects.bulk_create(
        LessonProgress(
            member=reader,
            lesson=lesson,
            # Everybody has seen another part: what is drawn once is not the same for all.
            covered=((0, 60_000 + 500 * number),),
            covered_ms=60_000 + 500 * number,
            required_ms=171_000,
            duration_ms=180_000,
            settled_at=now,
            completed_at=now if place % 2 else None,
        )
        for number, reader in enumerate(readers)
        for place, lesson in enumerate(lessons[:6])
    )
    sessions = []
    for reader in Member.objects.filter(pk__in=[reader.pk for reader in readers]).order_by("pk"):
        store = SessionStore()
        store[SESSION_KEY] = str(reader.pk)
        store[BACKEND_SESSION_KEY] = "lms.members.backends.NumberOrPhoneBackend"
        store[HASH_SESSION_KEY] = reader.get_session_auth_hash()
        store.save()
        sessions.append(store.session_key)
    paths = {
        "home": "/",
        "course": course.route(),
        "lesson": lessons[0].route(),
        "board": f"/board/{tree.first.pk}/",
    }
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = sessions[0]
    statements, sizes = {}, {}
    for name, path in paths.items():
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")
        statements[name], sizes[name] = len(captured), len(response.content)
    return {"paths": paths, "sessions": sessions, "statements": statements, "sizes": sizes}


def _connect() -> psycopg.Connection[Any]:
    given = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    return psycopg.connect(
        **{key: value for key, value in given.items() if value}, dbname="postgres", autocommit=True
    )


def _drop() -> None:
    with _connect() as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        )


def _environment() -> dict[str, str]:
    return {**os.environ, "DATABASE_NAME": DATABASE, "LOG_LEVEL": "WARNING"}


def _make_school() -> School:
    _drop()
    with _connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    subprocess.run(
        [sys.executable, "-m", "lms", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=_environment(),
        check=True,
    )
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        subprocess.run(
            [sys.executable, "-m", "bench.pages", "seed", answer.name],
            cwd=ROOT,
            env=_environment(),
            check=True,
        )
        return School(**json.load(answer))


# --- Servers ------------------------------------------------------------------------------------


def _start(name: str) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *SERVED[name], f"--port={port}"], cwd=ROOT, env=_environment()
    )
    deadline = time.monotonic() + 120
    answered = 0
    while answered < 20 * env.WEB_PROCESSES:  # enough for each process to have had one
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).read()
            answered += 1
            continue
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"the server {name} did not start")
        time.sleep(0.1)
    return Server(name, port, process)


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- Readers ------------------------------------------------------------------------------------


class Reader:
    """One keep-alive connection that asks for the page again as soon as it has it."""

    def __init__(self, server: Server, path: str, session: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Cookie: sessionid={session}\r\nAccept-Language: zh-CN\r\n\r\n"
        ).encode()
        self.path = path
        self.answer = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.answer, self.sent_at = b"", time.perf_counter()
        self.socket.send(self.request)

    def receive(self) -> float | None:
        """Seconds the page took, once it is whole."""
        self.answer += self.socket.recv(262_144)
        head, blank, body = self.answer.partition(b"\r\n\r\n")
        if not blank:
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{self.path} answers {head[:80]!r}")
        lines = head.lower().split(b"\r\n")
        length = next((line for line in lines if line.startswith(b"content-length:")), None)
        whole = (
            body.endswith(b"0\r\n\r\n")
            if length is None
            else len(body) >= int(length.split(b":")[1])
        )
        return time.perf_counter() - self.sent_at if whole else None


def _measure(server: Server, path: str, sessions: list[str]) -> Run:
    readers = [
        Reader(server, path, session)
        for session, _ in zip(cycle(sessions), range(READERS), strict=False)
    ]
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
            reader.send()
        _read(selector, WARM_UP_SECONDS)
        before, began = server.cpu_seconds(), time.perf_counter()
        seconds = _read(selector, SECONDS)
        run = Run(seconds, time.perf_counter() - began, server.cpu_seconds() - before)
    for reader in readers:
        reader.socket.close()
    return run


def _read(selector: selectors.BaseSelector, duration: float) -> list[float]:
    seconds = []
    until = time.perf_counter() + duration
    while time.perf_counter() < until:
        for key, _events in selector.select(1):
            taken = key.data.receive()
            if taken is not None:
                seconds.append(taken)
                key.data.send()
    return seconds


# --- The table ----------------------------------------------------------------------------------


def _row(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    aim: str = "",
    holds: bool | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "reference": None if reference is None else round(reference, 3),
        "ratio": None if ratio is None else round(ratio, 3),
        "aim": aim,
        "holds": holds,
    }


Runs = dict[tuple[str, str], list[Run]]


def _against(
    runs: Runs, ours: tuple[str, str], theirs: tuple[str, str], figure: str
) -> dict[str, float]:
    """Medians of both, and the median of the ratios round by round."""
    pairs = [
        (getattr(own, figure), getattr(other, figure))
        for own, other in zip(runs[ours], runs[theirs], strict=True)
    ]
    return {
        "value": statistics.median(own for own, _other in pairs),
        "reference": statistics.median(other for _own, other in pairs),
        "ratio": statistics.median(own / other for own, other in pairs),
    }


def _page_rows(school: School, runs: Runs, page: str) -> list[dict[str, Any]]:
    """One page: how many a second, how long, what it costs and weighs."""
    own, bare = ("a2wsgi", page), ("bare", "bare")
    statements, size = school.statements[page], school.sizes[page]
    has_aim = page == "course"
    return [
        _row(
            f"{page} page, {READERS} readers, against a bare Django view",
            unit="1/s",
            **_against(runs, own, bare, "rate"),
        ),
        _row(f"{page} page, processor time", unit="ms", **_against(runs, own, bare, "cpu_ms")),
        _row(f"{page} page, p95", statistics.median(run.p95 for run in runs[own]) * 1000, "ms"),
        _row(
            f"{page} page, statements",
            statements,
            "SQL",
            aim="<= 5" if has_aim else "",
            holds=statements <= 5 if has_aim else None,
        ),
        _row(
            f"{page} page, size",
            size / 1000,
            "kB",
            aim="<= 100 kB" if has_aim else "",
            holds=size <= 100_000 if has_aim else None,
        ),
    ]


def _rows(school: School, runs: Runs) -> list[dict[str, Any]]:
    rows = [row for page in PAGES for row in _page_rows(school, runs, page)]
    rate = statistics.median(run.rate for run in runs["a2wsgi", "course"])
    times = rate / MOODLE_COURSE_PAGES
    rows.append(
        _row(
            "course page against Moodle",
            rate,
            "1/s",
            reference=MOODLE_COURSE_PAGES,
            ratio=times,
            aim=">= 15 x",
            holds=times >= 15,
        )
    )
    for way, label in WAYS.items():
        ours, theirs = (way, "course"), ("asgi", "course")
        rows.append(
            _row(f"course page by {label}", unit="1/s", **_against(runs, ours, theirs, "rate"))
        )
        rows.append(
            _row(
                f"processor time by {label}",
                unit="ms a page",
                **_against(runs, ours, theirs, "cpu_ms"),
            )
        )
    return rows


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    env.point_django_at_settings()
    hold = embedded.ensure_services()
    servers: dict[str, Server] = {}
    try:
        school = _make_school()
        for name in SERVED:
            servers[name] = _start(name)
        asked = [
            ("bare", "bare", "/"),
            *(("a2wsgi", page, school.paths[page]) for page in PAGES),
            ("asgi", "course", school.paths["course"]),
            ("granian", "course", school.paths["course"]),
        ]
        runs: Runs = {}
        for _ in range(ROUNDS):
            for server, page, path in asked:
                # Only the secretary may see the board; the other pages are read by everybody.
                sessions = school.sessions[:1] if page == "board" else school.sessions
                measured = _measure(servers[server], path, sessions)
                runs.setdefault((server, page), []).append(measured)
        return _rows(school, runs)
    finally:
        for server in servers.values():
            server.process.terminate()
            server.process.wait(20)
        _drop()
        hold.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["seed"]:
        Path(sys.argv[2]).write_text(json.dumps(seed()))
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
