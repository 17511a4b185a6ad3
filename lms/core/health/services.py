"""Signs of life."""

from django.core.cache import cache

from lms.core import clock
from lms.core.health.queries import WORKER_KEY


def report_worker() -> None:
    """A worker is alive at this moment."""
    cache.set(WORKER_KEY, clock.now(), timeout=24 * 3600)
