"""The slot where the credit rules say how many hours a lecture of a given length is worth.

Courses know nothing of credit: whoever owns the rules installs them when the apps are ready, and
the editor sees their answer as the default of the lesson's published hours. Branches have rules
of their own; those of the branch a course is for decide.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

# (duration in ms, path of the branch the course is for, None for everybody) -> hours
HoursForDuration = Callable[[int, str | None], Decimal]


@dataclass
class _Slot:
    """Holds the installed rule."""

    rule: HoursForDuration | None = field(default=None)


_slot = _Slot()


def install(rule: HoursForDuration) -> None:
    """Use `rule(duration_ms, branch_path) -> hours` from now on."""
    _slot.rule = rule


def default_hours(duration_ms: int | None, audience_path: str | None) -> Decimal | None:
    """What a lecture of this length counts for by default in a course for the branch at
    `audience_path` (None: for everybody); None without rule or length."""
    if _slot.rule is None or not duration_ms:
        return None
    return _slot.rule(duration_ms, audience_path)
