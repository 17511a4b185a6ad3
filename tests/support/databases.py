"""The test database: copied from a template that is migrated once per set of migrations.

Migrating the full set takes a quarter of a minute, a copy a fraction of a second. A copy also
holds what migrations put in (Wagtail's root page), so a test that commits is followed by a fresh
copy instead of Django's flush, which would leave the tables empty.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from lms import env
from tests.support.environment import BASE_DIR, DATABASE_NAME, SLOT, VAR_DIR


def _template_name() -> str:
    """A name that changes with all that `migrate` puts in: migrations and declared rights of
    ours, and any dependency's version."""
    digest = hashlib.sha256((BASE_DIR / "requirements.lock").read_bytes())
    sources = [
        path
        for package in ("lms", "courses", "exams", "live", "media_pipeline")
        for path in (BASE_DIR / package).rglob("*.py")
        if path.parent.name == "migrations" or path.name in {"apps.py", "back_office.py"}
    ]
    for path in sorted(sources):
        digest.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return f"template_lms_{digest.hexdigest()[:16]}"


@contextlib.contextmanager
def _server(*, alone: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside Django's, to make and drop databases.

    `alone` keeps other test runs out: nobody copies a template that is being made or dropped.
    """
    descriptor = os.open(VAR_DIR / "databases.lock", os.O_RDWR | os.O_CREAT, 0o600)
    settings: dict[str, Any] = {
        "host": env.DATABASE.get("HOST"),
        "port": env.DATABASE.get("PORT"),
        "user": env.DATABASE.get("USER"),
        "password": env.DATABASE.get("PASSWORD"),
        "dbname": "postgres",
    }
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        given = {name: value for name, value in settings.items() if value}
        with psycopg.connect(**given, autocommit=True) as connection:
            yield connection
    finally:
        os.close(descriptor)


def _run(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _names(connection: psycopg.Connection[Any]) -> set[str]:
    return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def _make_template(name: str) -> None:
    with _server(alone=True) as connection:
        if name in _names(connection):
            return
        unfinished = "unfinished_template_lms"
        _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
        _run(connection, "CREATE DATABASE {}", unfinished)
        subprocess.run(
            [sys.executable, "-m", "lms", "migrate", "--verbosity=0"],
            cwd=BASE_DIR,
            env={**os.environ, "DATABASE_NAME": unfinished},
            check=True,
        )
        for old in _names(connection):
            if old.startswith("template_lms_"):
                _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
        _run(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)


def _copy(target: str) -> None:
    while True:
        template = _template_name()
        with _server() as connection:
            if template in _names(connection):
                _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", target)
                _run(connection, "CREATE DATABASE {} TEMPLATE {}", target, template)
                return
        _make_template(template)


class _Spare:
    """The next copy, made while a test runs."""

    name = f"spare_lms_{SLOT}"

    def __init__(self) -> None:
        self._maker: threading.Thread | None = None

    def begin(self) -> None:
        self._maker = threading.Thread(target=_copy, args=[self.name])
        self._maker.start()

    def finished(self) -> bool:
        """Wait for it; whether there is one."""
        if self._maker is None:
            return False
        self._maker.join()
        self._maker = None
        return True


_spare = _Spare()


def copy_template() -> None:
    """Put the test database back to what it is after `migrate`."""
    close_connections()
    if not _spare.finished():
        _copy(_spare.name)
    with _server() as connection:
        _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE_NAME)
        _run(connection, "ALTER DATABASE {} RENAME TO {}", _spare.name, DATABASE_NAME)


def copy_template_and_another() -> None:
    """As `copy_template`, where more of the kind are likely to follow."""
    copy_template()
    _spare.begin()


def drop() -> None:
    close_connections()
    _spare.finished()
    with _server() as connection:
        for name in (DATABASE_NAME, _spare.name):
            _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def close_connections() -> None:
    """Close this thread's connections and the pool all threads share."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
