"""How long a message was on its way, measured from here alone: half a round trip, capped; pure.

Who answers pings late looks further away than one is. So the shortest of the recent round trips
counts, and nobody is ever allowed more than the cap.
"""

from collections import deque
from collections.abc import Iterable

RECENT = 8
MOST_ALLOWED_MS = 250


def allowance_ms(round_trips_ms: Iterable[float], *, cap_ms: int = MOST_ALLOWED_MS) -> int:
    """The one way of the shortest round trip, in whole milliseconds; nothing measured: nothing."""
    shortest = min((max(0.0, each) for each in round_trips_ms), default=0.0)
    return min(int(shortest / 2), max(0, cap_ms))


class RoundTrips:
    """The recent round trips of one connection, each measured once by a number used once."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self._measured: deque[float] = deque(maxlen=RECENT)

    def sent(self, nonce: str, at_ms: float) -> None:
        """A ping has left; of those nobody answers only the last few are remembered."""
        self._sent[nonce] = at_ms
        while len(self._sent) > RECENT:
            del self._sent[next(iter(self._sent))]

    def answered(self, nonce: str, at_ms: float) -> bool:
        """A pong has come; False if no ping of ours waits for it."""
        sent = self._sent.pop(nonce, None)
        if sent is None:
            return False
        self._measured.append(at_ms - sent)
        return True

    def allowance_ms(self, *, cap_ms: int = MOST_ALLOWED_MS) -> int:
        return allowance_ms(self._measured, cap_ms=cap_ms)
