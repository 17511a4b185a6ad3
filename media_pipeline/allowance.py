"""Whether more bytes fit into what a branch and a person are allowed to keep: pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """So many bytes may be kept, so many are kept or promised; `name` is the branch's.

    Without a name it is the limit of the person who asks.
    """

    name: str
    most: int
    used: int

    @property
    def left(self) -> int:
        """Bytes still free; never less than 0, also where a limit was lowered below its use."""
        return max(0, self.most - self.used)

    @property
    def is_own(self) -> bool:
        return not self.name


def tightest(limits: Iterable[Limit]) -> Limit | None:
    """The limit with the least left, the first of equals; None if there is no limit."""
    return min(limits, key=lambda limit: limit.left, default=None)


def obstacle(limits: Iterable[Limit], wanted: int) -> Limit | None:
    """The limit to name when `wanted` bytes do not fit, or None when they do.

    One that could never hold them comes first: making room there would be work in vain.
    """
    exceeded = [limit for limit in limits if limit.left < wanted]
    never = [limit for limit in exceeded if limit.most < wanted]
    if never:
        return min(never, key=lambda limit: limit.most)
    return tightest(exceeded)
