"""How much one connection may say: so many at once, so many a second; pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Holds `burst` tokens and gains `per_second`; times are seconds of any steady clock."""

    per_second: float
    burst: float
    at: float
    level: float = -1.0

    def take(self, now: float) -> bool:
        """Whether one more may pass now."""
        level = self.burst if self.level < 0 else self.level
        level = min(self.burst, level + max(0.0, now - self.at) * self.per_second)
        self.at = now
        if level < 1:
            self.level = level
            return False
        self.level = level - 1
        return True
