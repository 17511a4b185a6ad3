"""Schools of made-up people for measurements: each a database and a process that answers.

The process asks Django itself, with no HTTP server between. What several measurements need to say
of a figure in the table is here as well.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lms import embedded, env

ROOT = Path(__file__).resolve().parent.parent
EMPTY = "bench_empty"


def row(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    aim: str = "",
    holds: bool | None = None,
) -> dict[str, Any]:
    """A line of the table; without a `ratio` of its own that of the two figures."""
    if ratio is None and reference:
        ratio = value / reference
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "reference": None if reference is None else round(reference, 3),
        "ratio": None if ratio is None else round(ratio, 3),
        "aim": aim,
        "holds": holds,
    }


def connect(name: str) -> psycopg.Connection[Any]:
    given = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
    }
    return psycopg.connect(
        **{key: value for key, value in given.items() if value}, dbname=name, autocommit=True
    )


def manage(database: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "lms", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": database, "LOG_LEVEL": "WARNING"},
        check=True,
    )


def drop(*names: str) -> None:
    with connect("postgres") as connection:
        for name in names:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@dataclass
class School:
    """One school's process."""

    members: int
    process: subprocess.Popen[str]

    def ask(self, **command: Any) -> dict[str, Any]:
        """Have one of the module's actions done: how long it took, what memory it made grow."""
        self.send(**command)
        return self.answer()

    def send(self, **command: Any) -> None:
        assert self.process.stdin is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError("a school's process ended; its lines above say why")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def schools(module: str, *sizes: int, entries: int) -> Iterator[list[School]]:
    """A school of each size, served by `python -m MODULE serve`; gone afterwards."""
    names = {f"bench_{module.rsplit('.', 1)[1]}_{size}": size for size in sizes}
    hold = embedded.ensure_services()
    open_schools: list[School] = []
    try:
        drop(EMPTY, *names)
        with connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(EMPTY)))
            manage(EMPTY, "migrate", "--verbosity=0")
            for name, size in names.items():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(EMPTY)
                    )
                )
                manage(name, "generate", f"--members={size}", f"--entries={entries}")
        for name, size in names.items():
            open_schools.append(another(module, name, size))
        yield open_schools
    finally:
        for school in open_schools:
            school.stop()
        drop(EMPTY, *names)
        hold.close()


def another(module: str, name: str, members: int) -> School:
    """One more process for the school whose database is `name`."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, "serve"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_NAME": name, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return School(members, process)


def serve(prepare: Callable[[], dict[str, Callable[..., Any]]]) -> None:
    """Do what standard input asks for, one JSON a line, until it ends.

    `prepare` returns the actions by name, once Django is there; what an action returns is told.
    """
    env.point_django_at_settings()
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    actions = prepare()
    for line in sys.stdin:
        command = json.loads(line)
        action = actions[command.pop("do")]
        counted = CaptureQueriesContext(connection) if command.pop("count", False) else None
        before = _peak_mb()
        start, cpu = time.perf_counter(), time.process_time()
        if counted is None:
            said = action(**command)
        else:
            with counted:
                said = action(**command)
        answer = {
            "ms": (time.perf_counter() - start) * 1000,
            "cpu_ms": (time.process_time() - cpu) * 1000,
            "queries": len(counted) if counted is not None else 0,
            "grown_mb": _peak_mb() - before,
            "said": said,
        }
        print(json.dumps(answer), flush=True)


def administrator_client() -> Any:
    """A client signed in as who may see everything; made people have no password of their own."""
    from django.conf import settings
    from django.test import Client

    from lms.members.models import Member

    settings.ALLOWED_HOSTS = ["testserver"]
    administrator = Member.objects.earliest("pk")
    administrator.set_password("bench")
    administrator.save()
    client = Client()
    client.force_login(administrator)
    return client


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
