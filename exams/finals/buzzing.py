"""Who buzzed first: server arrival less what the line is allowed, never before the opening; pure.

The order is a function of the figures that are shown to everybody, and of nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Buzz:
    """One press as the server had it. Milliseconds of the server's clock; `number` breaks ties."""

    side: int
    player: int
    arrived: int
    allowance: int
    number: int = 0

    def counts_at(self, opened: int) -> int:
        """The moment that counts: nobody can have pressed before the opening."""
        return max(opened, self.arrived - self.allowance)


def in_order(buzzes: Iterable[Buzz], *, opened: int) -> tuple[Buzz, ...]:
    """The first press of each side in the order in which they count.

    Equal moments are decided by arrival, then by the number in the ledger.
    """
    first: dict[int, Buzz] = {}
    for buzz in sorted(
        buzzes, key=lambda each: (each.counts_at(opened), each.arrived, each.number)
    ):
        first.setdefault(buzz.side, buzz)
    return tuple(first.values())
