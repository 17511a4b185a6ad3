"""A school that holds an exam, for measurements: people who are signed in, questions, a server.

Learners speak HTTP over connections they keep, as browsers do, and send what the page sends.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

from bench.crowds import sessions_of
from bench.schools import ROOT, connect
from lms import env

QUESTIONS = 50
CSRF = "b" * 32
RETRY_SECONDS = 3.0  # what the page waits before it sends again

_TICKET = re.compile(rb'"ticket": "([^"]+)"')
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: ([0-9]+)")
_ATTEMPT = re.compile(rb'"attempt": "([^"]+)"')


# --- The school ---------------------------------------------------------------------------------


def prepare(database: str, *, members: int) -> dict[str, Any]:
    """People with sessions and an exam in the database; what a learner has to know of them."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.exam_school", str(members)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        check=True,
    )
    school: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return school


def store_attempts(database: str, school: dict[str, Any], *, members: int, stored: int) -> None:
    """So many attempts, released long ago, of the same people at an earlier exam."""
    with connect(database) as connection:
        put_back = _taken_off(connection, ["exams_attempt", "exams_answer"])
        connection.execute(
            """
            INSERT INTO exams_attempt (
                id, exam_id, member_id, number, state, form, seed, items, started_at, deadline_at,
                finished_at, finished_by, receipt, reached, device, points, out_of, is_passed,
                marked_at, released_at)
            SELECT gen_random_uuid(), %(exam)s, m.id, n, 'released', '', n, '[[1, []]]',
                   now() - interval '90 days', now() - interval '89 days',
                   now() - interval '89 days', 'member', '', 1, '', 80, 100, true, now(), now()
            FROM members_member m, generate_series(1, %(each)s) n
            WHERE m.number LIKE 'bench-%%'
            """,
            {"exam": school["earlier"], "each": max(1, stored // members)},
        )
        connection.execute(
            """
            INSERT INTO exams_answer (attempt_id, item_id, answer, revision, saved_at, is_flagged,
                                      points)
            SELECT a.id, %(item)s, '{"chosen": 1}', 1, a.started_at, false, 2
            FROM exams_attempt a WHERE a.exam_id = %(exam)s
            """,
            {"exam": school["earlier"], "item": school["item"]},
        )
        for statement in put_back:
            connection.execute(statement)
        # Here, and not by the autovacuum in the middle of a measurement.
        connection.execute("VACUUM (FREEZE, ANALYZE) exams_attempt, exams_answer")


def _taken_off(connection: Any, tables: list[str]) -> list[str]:
    """Take foreign keys and secondary indexes off before a load; the statements that put them back.

    A million rows are then checked and sorted once, not one by one.
    """
    found = connection.execute(
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                      pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('f', 'u')
        UNION ALL
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[]) AND NOT indisprimary
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        {"tables": tables},
    ).fetchall()
    for take_off, _put_back in found:
        connection.execute(take_off)
    return [put_back for _take_off, put_back in found]


def seed(members: int) -> dict[str, Any]:
    """In a process of its own, on the database it names."""
    import django

    env.point_django_at_settings()
    django.setup()
    import datetime as dt

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from lms.core import clock
    from lms.members.models import Member, Membership
    from tests.factories.exam_attempts import make_exam
    from tests.factories.members import make_branch_tree

    tree = make_branch_tree()
    people = Member.objects.bulk_create(
        Member(number=f"bench-{n}", name=f"党员{n}", password="bench$only")
        for n in range(members + 2)
    )
    Membership.objects.bulk_create(
        Membership(member=one, branch=tree.first, joined_on=dt.date(2020, 1, 1)) for one in people
    )
    exam = make_exam(tree.general, questions=QUESTIONS, attempts_allowed=1000)
    earlier = make_exam(tree.general, opens_at=clock.now() - dt.timedelta(days=90))
    sessions = sessions_of(people)

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    statements = {}
    for _again in range(2):  # the second finds the paper kept, as in a process that serves
        client.cookies["sessionid"] = sessions.pop()  # each begins for the first time
        with CaptureQueriesContext(connection) as start:
            page = client.post(f"/exams/{exam.pk}/start/")
        found = _ATTEMPT.search(page.content)
        assert found is not None, page.status_code
        attempt = found[1].decode()
        with CaptureQueriesContext(connection) as submit:
            client.post(
                f"/exams/attempts/{attempt}/submit/",
                json.dumps({"tab": str(uuid.uuid4()), "answers": []}),
                content_type="application/json",
            )
        statements = {"start": len(start), "save": 1, "submit": len(submit)}
    return {
        "exam": exam.pk,
        "earlier": earlier.pk,
        "item": earlier.paper.items.earliest("pk").pk,
        "sessions": sessions,
        "statements": statements,
    }


# --- The server ---------------------------------------------------------------------------------


@dataclass
class Server:
    """The school's web processes on one port, to be killed and started again."""

    database: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "lms.asgi:application", f"--port={self.port}"),
                *(f"--workers={env.WEB_PROCESSES}", "--log-level=warning", "--no-access-log"),
            ],
            cwd=ROOT,
            env={**os.environ, "DATABASE_NAME": self.database, "LOG_LEVEL": "ERROR"},
            start_new_session=True,
        )

    def await_answers(self) -> None:
        """Until each process has answered, so that all are warm."""
        assert self.process is not None
        deadline = time.monotonic() + 120
        answered = 0
        while answered < 10 * env.WEB_PROCESSES:
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=60).read()
                answered += 1
                continue
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """`kill -9`, of all its processes at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


# --- The learners -------------------------------------------------------------------------------


class BrokenError(Exception):
    """The server answered something a learner should never see."""


@dataclass
class Learner:
    """One member at one exam; `acknowledged` holds the revision of each question."""

    port: int
    exam: int
    session: str
    tab: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: str = ""
    ticket: str = ""
    receipt: str = ""
    acknowledged: dict[int, int] = field(default_factory=dict)
    retries: int = 0
    _line: Any = None

    async def start(self) -> float:
        body = f"csrfmiddlewaretoken={CSRF}"
        seconds, status, page = await self._timed(
            f"/exams/{self.exam}/start/", body, "application/x-www-form-urlencoded"
        )
        ticket, attempt = _TICKET.search(page), _ATTEMPT.search(page)
        if status != 200 or ticket is None or attempt is None:
            raise BrokenError(f"start: {status} {page[:300]!r}")
        self.ticket, self.attempt = ticket[1].decode(), attempt[1].decode()
        return seconds

    async def save(self, position: int) -> float:
        answer = {
            "position": position,
            "revision": self.acknowledged.get(position, 0),
            "sent": {"choice": [str(random.randrange(4))]},
            "flagged": False,
            "cleared": False,
        }
        body = json.dumps({"ticket": self.ticket, "tab": self.tab, "answers": [answer]})
        seconds, status, said = await self._timed(f"/exams/attempts/{self.attempt}/answers", body)
        told = json.loads(said)
        if status != 200 and not self._is_repeated(status, told):
            raise BrokenError(f"save: {status} {said!r}")
        for place, revision in told["saved"]:
            self.acknowledged[place] = revision
        for kept in told.get("conflicts", []):
            self.acknowledged[kept["position"]] = kept["revision"]
        return seconds

    def _is_repeated(self, status: int, told: dict[str, Any]) -> bool:
        """Another answer to what was committed before a kill took the acknowledgement with it."""
        return status == 409 and self.retries > 0 and "conflicts" in told

    async def submit(self) -> float:
        said_last = {"ticket": self.ticket, "tab": self.tab, "answers": [], "handIn": True}
        address = f"/exams/attempts/{self.attempt}/answers"
        seconds, status, said = await self._timed(address, json.dumps(said_last))
        if status != 200:
            raise BrokenError(f"submit: {status} {said[:300]!r}")
        self.receipt = json.loads(said)["receipt"]
        return seconds

    async def _timed(
        self, path: str, body: str, content_type: str = "application/json"
    ) -> tuple[float, int, bytes]:
        """Seconds, status and body; as the page does, again while nobody answers."""
        while True:
            was_idle = self._line is not None
            began = time.perf_counter()
            try:
                status, answer = await self._ask(path, body.encode(), content_type)
            except OSError:
                self._line = None
                if was_idle:
                    continue  # the server lets idle lines go; a browser opens another at once
                self.retries += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if status == 503:
                self.retries += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            return time.perf_counter() - began, status, answer

    async def _ask(self, path: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        if self._line is None:
            loop = asyncio.get_running_loop()
            _transport, self._line = await loop.create_connection(Line, "127.0.0.1", self.port)
        return await self._line.ask(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Language: zh-CN\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Line(asyncio.Protocol):
    """A connection that is kept, one request after the other, for little of the machine's time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parts: list[bytes] = []
        self._missing = -1  # bytes of the body; -1: the head has not ended
        self._status = 0

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Status and body. Raises OSError if the line breaks."""
        if self._transport.is_closing():
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._parts, self._missing = [], -1
        self._transport.write(request)
        return self._answer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the line broke"))

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            head, found, data = b"".join((*self._parts, data)).partition(b"\r\n\r\n")
            if not found:
                self._parts = [head]
                return
            self._parts = []
            self._status = int(head[9:12])
            length = _LENGTH.search(head)
            if length is None:
                assert self._answer is not None
                self._answer.set_exception(BrokenError(f"no length: {head!r}"))
                return
            self._missing = int(length[1])
        self._parts.append(data)
        self._missing -= len(data)
        if self._missing <= 0 and self._answer is not None and not self._answer.done():
            self._answer.set_result((self._status, b"".join(self._parts)))

    def close(self) -> None:
        self._transport.close()


def quantile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    print(json.dumps(seed(int(sys.argv[1]))))
