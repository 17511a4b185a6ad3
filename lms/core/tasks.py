"""Background tasks: named, carrying ids only, sent after commit, safe to run twice or late."""

import logging
from collections.abc import Callable
from typing import Any

from celery import Celery, current_app, shared_task
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

QUEUES = ("exam", "ledger", "default", "first", "media", "mail")
_queue_of: dict[str, str] = {}


def task(*, name: str, queue: str = "default", **options: Any) -> Callable[..., Any]:
    """Register a function as the task `name`; it runs on `queue` and ignores its result."""
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue!r}; one of {QUEUES}")
    _queue_of[name] = queue
    return shared_task(name=name, ignore_result=True, **options)


def route(name: str, *_about: Any, **_more: Any) -> dict[str, str]:
    """Celery's router: each task to the queue it was declared for, whoever sends it."""
    if name not in _queue_of:
        current_app.loader.import_default_modules()  # a web process has not loaded the tasks yet
    return {"queue": _queue_of.get(name, "default")}


def enqueue(name: str, **ids: Any) -> None:
    """Send task `name` once the surrounding transaction has committed.

    The sender needs no import of the task's module, so lower packages may name higher ones'
    work; an architecture test looks every such name up in the registry. A broker that cannot be
    reached does not fail what has been committed: the row is the truth, and its sweep sends again.
    """
    transaction.on_commit(lambda: _send(name, ids))


def _send(name: str, ids: dict[str, Any]) -> None:
    try:
        _application().send_task(name, kwargs=ids, retry=False)
    except OperationalError as error:
        logger.warning("%s %s not sent, left to its sweep: %s", name, ids, error)


def _application() -> Celery:
    """The school's own Celery application, named by setting because it stands above us.

    A process that has not imported it yet would otherwise send to some default broker.
    """
    found = import_string(settings.CELERY_APPLICATION)
    assert isinstance(found, Celery)
    return found
