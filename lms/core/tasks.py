"""Background tasks: named, carrying ids only, sent after commit, safe to run twice or late."""

from collections.abc import Callable
from typing import Any

from celery import current_app, shared_task
from django.db import transaction

QUEUES = ("exam", "ledger", "default", "media", "mail")


def task(*, name: str, queue: str = "default", **options: Any) -> Callable[..., Any]:
    """Register a function as the task `name`; it runs on `queue` and ignores its result."""
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue!r}; one of {QUEUES}")
    return shared_task(name=name, queue=queue, ignore_result=True, **options)


def enqueue(name: str, **ids: Any) -> None:
    """Send task `name` once the surrounding transaction has committed.

    The sender needs no import of the task's module, so lower packages may name higher ones'
    work; an architecture test looks every such name up in the registry.
    """
    transaction.on_commit(lambda: _send(name, ids))


def _send(name: str, ids: dict[str, Any]) -> None:
    options = getattr(current_app.tasks.get(name), "queue", None)
    current_app.send_task(name, kwargs=ids, queue=options or "default")
