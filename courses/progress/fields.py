"""A column holding a set of whole numbers as PostgreSQL's int4multirange."""

from typing import Any

from django.db import models
from psycopg.types.multirange import Int4Multirange, Multirange
from psycopg.types.range import Range


class SpansField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """`Spans` in Python, int4multirange in the database; empty by default, never null."""

    description = "Set of whole numbers"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": tuple, "editable": False, **options})

    def db_type(self, connection: Any) -> str:
        return "int4multirange"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, Multirange):
            return tuple((piece.lower, piece.upper) for piece in value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, tuple | list):
            return Int4Multirange([Range(start, end, "[)") for start, end in value])
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return repr(self.value_from_object(obj))
