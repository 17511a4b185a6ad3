"""State moves by one conditional UPDATE that names the states it may start from."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from lms.core.errors import DomainError


class StateMovedError(DomainError):
    """The row was no longer in a state this move may start from."""


def advance(
    row: models.Model,
    *,
    to: str,
    from_: Iterable[str],
    field: str = "state",
    where: models.Q | None = None,
    **changes: Any,
) -> bool:
    """Move `row.<field>` to `to` if it stands in one of `from_` now; True if this call moved it.

    `changes` are written by the same UPDATE; `where` narrows it further (a lease still held).
    On success the instance carries the new values; on failure it is left as it was, because
    somebody else has moved the row and this caller's copy is history.
    """
    rows = type(row)._default_manager.filter(pk=row.pk, **{f"{field}__in": list(from_)})
    if where is not None:
        rows = rows.filter(where)
    moved = bool(rows.update(**{field: to}, **changes))
    if moved:
        for name, value in {field: to, **changes}.items():
            setattr(row, name, value)
    return moved


def advance_or_raise(row: models.Model, *, message: str, **move: Any) -> None:
    """As `advance`, for a person's press of a button: raises StateMovedError(message)."""
    if not advance(row, **move):
        raise StateMovedError(message)
