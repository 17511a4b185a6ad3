"""The slot where the credit rules say how many hours a lecture of a given length is worth.

Courses know nothing of credit: whoever owns the rule installs it when the apps are ready, and
the editor sees its answer as the default of the lesson's published hours.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

HoursForDuration = Callable[[int], Decimal]


@dataclass
class _Slot:
    """Holds the installed rule."""

    rule: HoursForDuration | None = field(default=None)


_slot = _Slot()


def install(rule: HoursForDuration) -> None:
    """Use `rule(duration_ms) -> hours` from now on."""
    _slot.rule = rule


def default_hours(duration_ms: int | None) -> Decimal | None:
    """The hours a lecture of `duration_ms` counts for by default; None without rule or length."""
    if _slot.rule is None or not duration_ms:
        return None
    return _slot.rule(duration_ms)
