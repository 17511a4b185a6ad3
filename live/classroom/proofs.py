"""What else is known of somebody's having been there, shown beside the time: a slot for others.

Whoever asks something in a class (a roll call) registers who answered how often. It is shown and
kept as evidence; whether hours are given is decided by the time alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from live.classroom.models import LiveClass


@dataclass(frozen=True, slots=True)
class Proof:
    """So many times asked, so many times answered in time."""

    asked: int
    answered: int


Proofs = Callable[[LiveClass], Mapping[int, Proof]]
_known: dict[str, Proofs] = {}


def register(name: str, proofs: Proofs) -> None:
    """`proofs` says by member id what is known under this name; nothing where nobody was asked."""
    _known[name] = proofs


def proofs_of(live_class: LiveClass) -> dict[str, Mapping[int, Proof]]:
    """By name, of those that know something."""
    found = {name: proofs(live_class) for name, proofs in _known.items()}
    return {name: proofs for name, proofs in found.items() if proofs}
