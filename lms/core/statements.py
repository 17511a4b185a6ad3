"""Querysets that are put together once and executed again with other values.

Putting a queryset together costs several times what executing it does, and planning it costs
PostgreSQL more than finding the row. A statement that every page begins with is therefore kept as
text, with the places its values go to, and each connection prepares it once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet


class _PreparingCursor(ServerBindingCursor):
    """Keeps what it was asked where Django's log of statements looks for it."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)  # type: ignore[misc]  # psycopg's own
        return self._query


@contextmanager
def preparing_cursor() -> Iterator[CursorWrapper]:
    """A cursor of the present connection for statements whose text is always the same.

    Values go beside the text, so each needs a type PostgreSQL can know: from where it stands, or
    by a cast.
    """
    connection.ensure_connection()
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    prepared: Any = _PreparingCursor(connection.connection)  # type: ignore[call-arg]  # for psycopg 2
    with wrapped(prepared) as cursor:
        yield cursor


class Statement:
    """The SQL of `queryset`, in which each of `marks` stands where a value will be.

    A mark is any value that the queryset holds nowhere else; text may stand within a pattern.
    """

    def __init__(self, queryset: QuerySet[Any, Any], *marks: Any) -> None:
        self.sql, self._parameters = queryset.query.sql_with_params()
        self._places = [
            (at, place, mark)
            for at, parameter in enumerate(self._parameters)
            for place, mark in enumerate(marks)
            if _holds(parameter, mark)
        ]
        if {place for _at, place, _mark in self._places} != set(range(len(marks))):
            raise ValueError(f"not all of {marks!r} are in {self.sql}")

    def parameters(self, *values: Any) -> list[Any]:
        """The parameters with `values` in the places of the marks, in their order."""
        filled = list(self._parameters)
        for at, place, mark in self._places:
            value = values[place]
            # Within a pattern (`path%`) the value keeps what stands around the mark.
            filled[at] = filled[at].replace(mark, value) if isinstance(mark, str) else value
        return filled

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """What the database answers, as `values_list` would."""
        with preparing_cursor() as cursor:
            cursor.execute(self.sql, self.parameters(*values))
            return list(cursor.fetchall())


def _holds(parameter: Any, mark: Any) -> bool:
    if isinstance(mark, str) and isinstance(parameter, str):
        return mark in parameter
    return bool(parameter == mark)
