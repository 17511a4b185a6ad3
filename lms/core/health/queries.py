"""How this machine and what it depends on are doing; facts without secrets."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from lms.core import clock

FREE_BYTES = 1024**3  # below this an upload or a transcode would soon stand still
WORKER_SECONDS = 60  # a worker reports every two seconds
WORKER_KEY = "worker-seen-at"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. Without a `required` one, no page can be served from here."""

    name: str
    ok: bool
    detail: str
    required: bool = False


_others: list[Callable[[], Finding]] = []


def look_at(look: Callable[[], Finding]) -> None:
    """Declare, from an `AppConfig.ready()`, what a package above has to be asked as well."""
    _others.append(look)


def findings() -> list[Finding]:
    found = [database(), migrations(), cache_and_broker(), disk(), worker()]
    if all(finding.ok for finding in found if finding.required):
        found += [look() for look in _others]  # these ask the database
    return found


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Finding("database", ok=False, detail="does not answer", required=True)
    return Finding("database", ok=True, detail="answers", required=True)


_migrated: list[bool] = []  # once true it stays so: new migrations come with a new process


def migrations() -> Finding:
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
            pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except DatabaseError:
            return Finding("migrations", ok=False, detail="unknown", required=True)
        if pending:
            return Finding("migrations", ok=False, detail=f"{pending} pending", required=True)
        _migrated.append(True)
    return Finding("migrations", ok=True, detail="all applied", required=True)


def cache_and_broker() -> Finding:
    try:
        cache.get(WORKER_KEY)
    except (redis.RedisError, OSError):
        return Finding("redis", ok=False, detail="does not answer")
    return Finding("redis", ok=True, detail="answers")


def disk() -> Finding:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    return Finding("disk", ok=free >= FREE_BYTES, detail=f"{free // 1024**2} MiB free")


def worker() -> Finding:
    """Age of the latest sign of life of any worker."""
    try:
        seen_at = cache.get(WORKER_KEY)
    except (redis.RedisError, OSError):
        return Finding("worker", ok=False, detail="unknown")
    if seen_at is None:
        return Finding("worker", ok=False, detail="none seen")
    seconds = int((clock.now() - seen_at).total_seconds())
    return Finding("worker", ok=seconds <= WORKER_SECONDS, detail=f"seen {seconds} s ago")
