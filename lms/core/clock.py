"""The one clock: everything that asks what time it is asks here.

Hours are decided by the server's clock, and where several machines serve one school, by the
database's: `synchronise()` measures how far this machine is off and `now()` corrects for it.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from django.utils import timezone

_offset = dt.timedelta(0)
_pretended: ContextVar[dt.datetime | None] = ContextVar("pretended", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC, by the database's clock as last measured."""
    return _pretended.get() or timezone.now() + _offset


def today() -> dt.date:
    """The date in the school's time zone (settings.TIME_ZONE)."""
    return timezone.localdate(now())


def local_date(moment: dt.datetime) -> dt.date:
    """The date of `moment` in the school's time zone."""
    return timezone.localdate(moment)


@contextmanager
def pretended(moment: dt.datetime) -> Iterator[None]:
    """What runs inside happens at `moment` (aware): how the demo school gets its past.

    For nothing else: an architecture test lets the demo school alone use it.
    """
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def synchronise() -> dt.timedelta:
    """Measure this machine's distance from the database's clock; returns it.

    Differences under a tenth of a second are the measurement's own noise and are left alone.
    """
    global _offset
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (at_database,) = cursor.fetchone()
    after = timezone.now()
    measured = at_database - (before + (after - before) / 2)
    _offset = measured if abs(measured) > dt.timedelta(milliseconds=100) else dt.timedelta(0)
    return _offset
