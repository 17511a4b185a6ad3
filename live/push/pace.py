"""How long to wait before a message is tried again; pure."""

import datetime as dt

_WAITS = (1, 5, 15, 60, 180)
MOST_TRIES = len(_WAITS) + 1
LONGEST_WAIT = dt.timedelta(hours=6)
# So long a message is worth being told; in the application it stays.
LASTS = dt.timedelta(hours=24)


def wait_after(tries: int, asked_seconds: int = 0) -> dt.timedelta:
    """After so many tries (from 1); never less than the service asked for, within reason."""
    usual = dt.timedelta(minutes=_WAITS[min(max(tries, 1), len(_WAITS)) - 1])
    return min(max(usual, dt.timedelta(seconds=max(0, asked_seconds))), LONGEST_WAIT)


def asked_seconds(header: str | None) -> int:
    """What `Retry-After` says in seconds; a date or nonsense says nothing."""
    text = (header or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
