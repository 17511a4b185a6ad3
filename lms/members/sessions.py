"""Sessions in the database, read by a statement that is put together once."""

import datetime as dt
import functools

from django.contrib.sessions.backends import db

from lms.core import clock
from lms.core.statements import Statement

KEY = "the key of a session"
NOW = dt.datetime.max.replace(tzinfo=dt.UTC)


class SessionStore(db.SessionStore):
    """Django's own; every request of every page begins with `load`."""

    @classmethod
    @functools.cache
    def _statement(cls) -> Statement:
        running = cls.get_model_class().objects.filter(session_key=KEY, expire_date__gt=NOW)
        return Statement(running.values_list("session_data"), KEY, NOW)

    def load(self) -> dict[str, object]:
        rows = self._statement().rows(self.session_key, clock.now()) if self.session_key else []
        if not rows:
            self._session_key = None
            return {}
        return self.decode(rows[0][0])
