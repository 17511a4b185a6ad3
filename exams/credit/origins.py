"""What a lecture was before it was one: whoever knows registers, the ledger only writes it down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Origin:
    """`mark` stands behind the title of an entry, `facts` in its evidence."""

    mark: str
    facts: dict[str, Any] = field(default_factory=dict)


Finder = Callable[[UUID], Origin | None]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    _finders.append(finder)


def origin_of(asset_id: UUID | None) -> Origin | None:
    if asset_id is None:
        return None
    return next((found for finder in _finders if (found := finder(asset_id)) is not None), None)
