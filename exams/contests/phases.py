"""Where a contest stands on a day (pure)."""

import datetime as dt
from enum import StrEnum


class Phase(StrEnum):
    """As people see it: its state, and whether its days have come and gone."""

    DRAFT = "draft"
    SOON = "soon"
    NOW = "now"
    WAITING = "waiting"  # its days are over, and nobody has closed it: results may be to come
    OVER = "over"
    CANCELLED = "cancelled"


_FIXED = {"draft": Phase.DRAFT, "closed": Phase.OVER, "cancelled": Phase.CANCELLED}


def phase_of(state: str, opens_on: dt.date, closes_on: dt.date, today: dt.date) -> Phase:
    """The phase on `today`; both ends belong to the contest."""
    if state in _FIXED:
        return _FIXED[state]
    if today < opens_on:
        return Phase.SOON
    return Phase.NOW if today <= closes_on else Phase.WAITING
