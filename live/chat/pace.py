"""When somebody may speak again; pure."""

import datetime as dt


def seconds_to_wait(last: dt.datetime | None, now: dt.datetime, slow_seconds: int) -> int:
    """Whole seconds until somebody who spoke at `last` may speak again; 0 for now."""
    if last is None or slow_seconds == 0:
        return 0
    left = dt.timedelta(seconds=slow_seconds) - (now - last)
    return max(0, -(-left // dt.timedelta(seconds=1)))
