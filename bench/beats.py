"""Acknowledged beats a second over real HTTP, each committed in PostgreSQL before its answer.

Three servers stand side by side, each one uvicorn process: the school on a database with a
thousand stored sittings, the school on one with a million, and a bare ASGI route that checks the
same ticket, reads the same JSON and stores nothing. They are measured in turn, round after round,
and every ratio is taken within its round, so that the machine's own ups and downs cancel out.
"""

import contextlib
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lms import embedded, env

ROUNDS = 5
SECONDS = 2.0
WARM_UP_SECONDS = 0.5
LEARNERS = (1, 16, 64)
SMALL, LARGE = 1_000, 1_000_000
OPEN_SITTINGS = 2_000  # a fresh one for each learner of each round
DURATION_MS = 2 * 3_600_000
# Kolibri 0.19.5 (Django, SQLite), 64 learners, on the reference machine of performance figures.
KOLIBRI_BEATS = 109.0
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Server:
    """One uvicorn process and, for the school, the sittings its learners report to."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    tickets: Iterator[str]


@dataclass
class Result:
    """One server, so many learners, one round."""

    rate: float
    seconds: list[float] = field(repr=False)
    cpu: float = 0.0

    def quantile(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


# --- Databases ----------------------------------------------------------------------------------


def _connect(name: str) -> psycopg.Connection[Any]:
    given = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    return psycopg.connect(
        **{key: value for key, value in given.items() if value}, dbname=name, autocommit=True
    )


def _drop(*names: str) -> None:
    with _connect("postgres") as connection:
        for name in names:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _make_databases(small: str, large: str) -> None:
    _drop(small, large)
    with _connect("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(small)))
    subprocess.run(
        [sys.executable, "-m", "lms", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": small, "LOG_LEVEL": "WARNING"},
        check=True,
    )
    subprocess.run(
        [sys.executable, "-m", "bench.beats", "people"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": small, "LOG_LEVEL": "WARNING"},
        check=True,
    )
    with _connect("postgres") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(large), sql.Identifier(small)
            )
        )
    for name, sittings in ((small, SMALL), (large, LARGE)):
        with _connect(name) as connection:
            _seed_sittings(connection, sittings)


def seed_people() -> None:
    """Members and the lesson they sit at; in a process of its own, on the database it names."""
    import django

    env.point_django_at_settings()
    django.setup()
    from courses.catalogue.models import LessonPage
    from lms.members.models import Member

    Member.objects.bulk_create(
        Member(number=f"bench-{number}", name=f"党员{number}", password="!")
        for number in range(OPEN_SITTINGS)
    )
    # What page is behind the lesson does not matter to a beat: any will do.
    page = LessonPage._meta.get_parent_list()[0].objects.order_by("pk").first()
    LessonPage(page_ptr_id=page.pk, duration_ms=DURATION_MS).save_base(raw=True)


def _seed_sittings(connection: psycopg.Connection[Any], count: int) -> None:
    """`count` finished sittings, and the open ones that beats will go to."""
    connection.execute(
        """
        INSERT INTO courses_watchsession (
            id, member_id, lesson_id, opened_at, closed_at, duration_ms, allowed_percent,
            earlier_covered, earlier_budget_ms, covered, present, seen, position_ms, beats,
            hidden_beats, refused_beats, highest_percent, settled_beats, browser,
            counted_from_ms, checks_asked, checks_answered)
        SELECT gen_random_uuid(), first + n %% (%(people)s), lesson,
               now() - n * interval '1 second', CASE WHEN n > %(open)s THEN now() END,
               %(duration)s, 150, '{}', 0,
               CASE WHEN n > %(open)s THEN '{[0,600000)}' ELSE '{}' END::int4multirange,
               CASE WHEN n > %(open)s THEN '{[0,600000)}' ELSE '{}' END::int4multirange,
               CASE WHEN n > %(open)s THEN '{[1,41)}' ELSE '{}' END::int4multirange,
               0, CASE WHEN n > %(open)s THEN 40 ELSE 0 END, 0, 0, 100, 0, '', 0, 0, 0
        FROM generate_series(1, %(open)s + %(count)s) n,
             (SELECT min(id) AS first FROM members_member WHERE number LIKE 'bench-%%') m,
             (SELECT page_ptr_id AS lesson FROM courses_lessonpage) l
        """,
        {
            "people": OPEN_SITTINGS,
            "open": OPEN_SITTINGS,
            "count": count,
            "duration": DURATION_MS,
        },
    )
    connection.execute("VACUUM (ANALYZE) courses_watchsession")


def _tickets(database: str) -> Iterator[str]:
    """A ticket for one open sitting after the other, in no order of their ids."""
    from courses.progress.intervals import Policy
    from courses.progress.tickets import TICKET_SECONDS, Ticket, issue_ticket

    with _connect(database) as connection:
        rows = connection.execute(
            "SELECT id, member_id, lesson_id FROM courses_watchsession WHERE closed_at IS NULL"
            " ORDER BY id"
        ).fetchall()
    for session, member, lesson in rows:
        yield issue_ticket(
            Ticket(
                session.hex,
                member,
                lesson,
                Policy(DURATION_MS),
                int(time.time()) + TICKET_SECONDS,
            )
        )


# --- Servers ------------------------------------------------------------------------------------


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The reference: what a beat costs without the store. Ticket, JSON, answer."""
    from courses.progress.beats import parse

    if scope["type"] != "http":
        return
    message = await receive()
    _ticket, beats = parse(message["body"], time.time())
    body = json.dumps(
        {"acked": [beat.seq for beat in beats], "refused": [], "coveredMs": 0, "open": True},
        separators=(",", ":"),
    ).encode()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


def _start(name: str, application: str, database: str) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", application, f"--port={port}"),
            *("--log-level=warning", "--no-access-log"),
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "WARNING"},
    )
    deadline = time.monotonic() + 60
    while True:
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return Server(name, port, process, _tickets(database))
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"the server for {name} did not start")
        time.sleep(0.1)


# --- Learners -----------------------------------------------------------------------------------


class Learner:
    """One keep-alive connection that sends the next beat when the last one is acknowledged."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ticket = next(server.tickets)
        self.seq = 0
        self.sent_at = 0.0

    def send(self) -> None:
        self.seq += 1
        start = self.seq * 15_000 % (DURATION_MS - 15_000)
        body = (
            f'{{"token":"{self.ticket}","beats":[{{"seq":{self.seq},"from":{start},'
            f'"to":{start + 15_000},"rate":1,"visible":true}}]}}'
        )
        self.sent_at = time.perf_counter()
        self.socket.send(
            b"POST /beat/ HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body.encode())
        )

    def receive(self) -> float:
        """Seconds until the acknowledgement of exactly the beat that was sent."""
        answer = self.socket.recv(4096)
        while not answer.endswith(b"}"):  # head and body may come apart
            answer += self.socket.recv(4096)
        if not answer.startswith(b"HTTP/1.1 200") or b'"acked":[%d]' % self.seq not in answer:
            raise RuntimeError(f"not acknowledged: {answer!r}")
        return time.perf_counter() - self.sent_at


def _measure(server: Server, learners: int) -> Result:
    everyone = [Learner(server) for _ in range(learners)]
    with selectors.DefaultSelector() as selector:
        for learner in everyone:
            selector.register(learner.socket, selectors.EVENT_READ, learner)
            learner.send()
        _serve(selector, WARM_UP_SECONDS)
        seconds = _serve(selector, SECONDS)
    for learner in everyone:
        learner.socket.close()
    return Result(len(seconds) / SECONDS, seconds)


def _serve(selector: selectors.BaseSelector, duration: float) -> list[float]:
    seconds = []
    until = time.perf_counter() + duration
    while time.perf_counter() < until:
        for key, _events in selector.select(1):
            learner = key.data
            seconds.append(learner.receive())
            learner.send()
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


def _rows(results: dict[tuple[str, int], list[Result]]) -> list[dict[str, Any]]:
    rows = []
    for learners in LEARNERS:
        bare_rates = [result.rate for result in results["bare", learners]]
        ours = results["small", learners]
        rate = statistics.median(result.rate for result in ours)
        ratio = statistics.median(
            result.rate / reference for result, reference in zip(ours, bare_rates, strict=True)
        )
        many = learners == max(LEARNERS)
        rows.append(
            _row(
                f"beats acknowledged, {learners} learners",
                rate,
                "1/s",
                reference=statistics.median(bare_rates),
                ratio=ratio,
                aim=">= 0.3 of the bare route" if many else "",
                holds=ratio >= 0.3 if many else None,
            )
        )
        if many:
            times = rate / KOLIBRI_BEATS
            rows.append(
                _row(
                    f"against Kolibri, {learners} learners",
                    rate,
                    "1/s",
                    reference=KOLIBRI_BEATS,
                    ratio=times,
                    aim=">= 80 x",
                    holds=times >= 80,
                )
            )
        for share, label in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
            value = statistics.median(result.quantile(share) * 1000 for result in ours)
            reference = statistics.median(
                result.quantile(share) * 1000 for result in results["bare", learners]
            )
            is_aim = many and label == "p99"
            rows.append(
                _row(
                    f"{label}, {learners} learners",
                    value,
                    "ms",
                    reference=reference,
                    ratio=value / reference,
                    aim="< 50 ms" if is_aim else "",
                    holds=value < 50 if is_aim else None,
                )
            )
        growth = statistics.median(
            small.rate / large.rate
            for small, large in zip(ours, results["large", learners], strict=True)
        )
        rows.append(
            _row(
                f"cost with {LARGE:,} stored sittings, {learners} learners",
                1e6 / statistics.median(result.rate for result in results["large", learners]),
                "µs a beat",
                reference=1e6 / rate,
                ratio=growth,
                aim="<= 1.1 x" if many else "",
                holds=growth <= 1.1 if many else None,
            )
        )
    return rows


def run() -> list[dict[str, Any]]:
    """Measure everything; the rows of the table."""
    env.point_django_at_settings()
    small, large = "bench_beats_small", "bench_beats_large"
    hold = embedded.ensure_services()
    servers: list[Server] = []
    try:
        _make_databases(small, large)
        for name, application, database in (
            ("bare", "bench.beats:bare", small),
            ("small", "lms.asgi:application", small),
            ("large", "lms.asgi:application", large),
        ):
            servers.append(_start(name, application, database))
        results: dict[tuple[str, int], list[Result]] = {}
        for _ in range(ROUNDS):
            for learners in LEARNERS:
                for server in servers:
                    result = _measure(server, learners)
                    results.setdefault((server.name, learners), []).append(result)
        return _rows(results)
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait(20)
        _drop(small, large)
        hold.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["people"]:
        seed_people()
    else:
        for line in run():
            print(json.dumps(line, ensure_ascii=False))
