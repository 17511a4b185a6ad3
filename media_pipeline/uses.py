"""The slot where other packages say what they use a lecture for: what is used is not deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Use:
    """One place a lecture is used at, in words; `address` leads there, if who asks may go.

    A use that who asks may not see keeps the lecture all the same: it has no name and no address.
    """

    name: str
    address: str = ""


Finder = Callable[[Any, Any], Iterable[Use]]

_finders: dict[str, Finder] = {}


def register(name: str, finder: Finder) -> None:
    """`finder(asset_id, by)` names the uses of a lecture to `by`; the same name replaces."""
    _finders[name] = finder


def uses_of(asset_id: Any, by: Any) -> list[Use]:
    """All uses of a lecture, as `by` may know of them."""
    return [use for name in sorted(_finders) for use in _finders[name](asset_id, by)]
