"""Querysets that are put together once and executed again with other values.

Putting a queryset together costs several times what executing it does. A statement that every page
begins with is therefore kept as text, with the places its values go to.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


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
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters(*values))
            return list(cursor.fetchall())


def _holds(parameter: Any, mark: Any) -> bool:
    if isinstance(mark, str) and isinstance(parameter, str):
        return mark in parameter
    return bool(parameter == mark)
