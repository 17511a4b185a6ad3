"""The school's conversion of time into hours."""

from decimal import Decimal
from typing import Any


class Preset:
    """45 minutes are a 学时, in quarter steps, rounded down; a day is eight, half a day four."""

    day_hours = Decimal(8)
    half_day_hours = Decimal(4)

    def hours_for_minutes(self, minutes: int) -> Decimal:
        return Decimal(minutes * 4 // 45) / 4


def rules_for(branch: Any, year: int) -> Preset:
    return Preset()
