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


@dataclass(frozen=True, slots=True)
class Asked:
    """So many times everybody was asked, and who answered how often, by member id."""

    times: int
    answered: Mapping[int, int]

    def of(self, member_id: int) -> Proof:
        return Proof(self.times, self.answered.get(member_id, 0))


Proofs = Callable[[LiveClass], Asked]
_known: dict[str, Proofs] = {}


def register(name: str, proofs: Proofs) -> None:
    """`proofs` says what is known under this name; no times where nobody was asked."""
    _known[name] = proofs


def proofs_of(live_class: LiveClass) -> dict[str, Asked]:
    """By name, where somebody was asked."""
    found = {name: proofs(live_class) for name, proofs in _known.items()}
    return {name: asked for name, asked in found.items() if asked.times}
