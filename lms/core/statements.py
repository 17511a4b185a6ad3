"""Querysets that are put together once and executed again with other values.

Putting a queryset together costs several times what executing it does, and planning it costs
PostgreSQL more than finding the row. A statement that every page begins with is therefore kept as
text, with the places its values go to, and each connection prepares it once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet


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
    `ending` is added to it: how its rows are locked.
    """

    def __init__(self, queryset: QuerySet[Any, Any], *marks: Any, ending: str = "") -> None:
        self.sql, self._parameters = queryset.query.sql_with_params()
        self.sql += ending
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


# A model, where it is as seen from the queryset ("" or "exam__branch__"), and which of its columns.
Loaded = tuple[type[Model], str, Sequence[str]]


def columns(model: type[Model]) -> list[str]:
    """All of a model's own."""
    return [field.attname for field in model._meta.concrete_fields]


class Records:
    """A statement whose rows are instances of models; what is not loaded is when it is asked for.

    `more` are names of the queryset's annotations.
    """

    def __init__(
        self,
        queryset: QuerySet[Any, Any],
        parts: Sequence[Loaded],
        *marks: Any,
        more: Sequence[str] = (),
        ending: str = "",
    ) -> None:
        names = [f"{at}{name}" for _model, at, names in parts for name in names]
        self._statement = Statement(queryset.values_list(*names, *more), *marks, ending=ending)
        self._parts = [(model, names) for model, _at, names in parts]
        fields = [_field(model, name) for model, _at, names in parts for name in names]
        self._read = {
            place: field.from_db_value
            for place, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        }

    def rows(self, *values: Any) -> list[list[Any]]:
        """Of each row one instance a part, None for one that is not there, and what is `more`."""
        return [self._made(row) for row in self._statement.rows(*values)]

    def _made(self, row: tuple[Any, ...]) -> list[Any]:
        held = list(row)
        for place, read in self._read.items():
            if held[place] is not None:
                held[place] = read(held[place], None, connection)
        found, at = [], 0
        for model, names in self._parts:
            own = held[at : at + len(names)]
            at += len(names)
            is_there = any(value is not None for value in own)
            found.append(model.from_db("default", names, own) if is_there else None)
        return [*found, *held[at:]]


def _field(model: type[Model], attname: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def _holds(parameter: Any, mark: Any) -> bool:
    if isinstance(mark, str) and isinstance(parameter, str):
        return mark in parameter
    return bool(parameter == mark)
