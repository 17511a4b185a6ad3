"""The slot for the member's hours of the year on the home page.

The one definition of "hours of the year" lives with the reports, above this package; they
install it when the apps are ready, and the home page shows what it says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class YearFigures:
    """Hours of one year against the target; `categories` are (name, hours).

    `reminder` is a sentence for the member alone, when there is reason for one.
    """

    year: int
    hours: Decimal
    target: Decimal
    categories: tuple[tuple[str, Decimal], ...] = ()
    reminder: str = ""

    @property
    def missing(self) -> Decimal:
        return max(self.target - self.hours, Decimal(0))


@dataclass
class _Slot:
    provider: Callable[[Any], YearFigures] | None = field(default=None)


_slot = _Slot()


def install(provider: Callable[[Any], YearFigures]) -> None:
    """Let `provider(member)` answer from now on."""
    _slot.provider = provider


def year_figures(member: Any) -> YearFigures | None:
    """The member's hours of this year, if anybody knows them."""
    return _slot.provider(member) if _slot.provider else None
