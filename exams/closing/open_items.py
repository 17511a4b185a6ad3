"""The slot where other subjects say what of a year still waits for somebody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lms.members.models import Branch


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that should be settled before the year is closed, and where that is done."""

    text: str
    path: str = ""


Provider = Callable[[Branch, int], Iterable[OpenItem]]
_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Let `provider(branch, year)` name what is open in a subtree; the same name replaces."""
    _providers[name] = provider


def open_items(branch: Branch, year: int) -> list[OpenItem]:
    """All that is open, in the order of the subjects' names."""
    return [item for name in sorted(_providers) for item in _providers[name](branch, year)]
