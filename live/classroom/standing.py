"""How a class stands at one moment: what is shown of it, and the events that led there."""

from typing import Any

from live.classroom import queries
from live.classroom.telling import told_after


def now(live_class_id: int, seq: int) -> dict[str, Any]:
    """What whoever has seen everything up to `seq` is told.

    The class and its events are read one after the other. Where something happened in between, the
    number would be newer than what is shown, and nobody would be told again: both are read anew.
    """
    while True:
        live_class = queries.class_of_room(live_class_id)
        said = told_after(live_class, seq)
        if said["seq"] <= live_class.last_seq:
            return said
