"""What happened in a class, as its replay shows it: each subject says how its events look.

A subject registers a look for each kind of event it tells. What nobody registered is not shown.
"""

from collections.abc import Callable, Sequence
from typing import Any

from live.classroom.models import LiveEvent
from live.replay.moments import Line

# What the replay is told of an event, beside its place, kind, number and author; None: nothing.
Look = Callable[[LiveEvent], dict[str, Any] | None]

_looks: dict[str, Look] = {}
# Kinds whose events take back an earlier one: the number of that one.
_gone: dict[str, Callable[[LiveEvent], int | None]] = {}


def register(kind: str, look: Look) -> None:
    _looks[kind] = look


def register_removal(kind: str, of: Callable[[LiveEvent], int | None]) -> None:
    """An event of this kind takes back the one whose number `of` says: it is not shown at all."""
    _gone[kind] = of


def kinds() -> list[str]:
    return sorted({*_looks, *_gone})


def entries(events: Sequence[LiveEvent], line: Line) -> list[dict[str, Any]]:
    """The entries of a replay in order, each at its place `t` (milliseconds)."""
    gone = {_gone[event.kind](event) for event in events if event.kind in _gone}
    found = []
    for event in events:
        look = _looks.get(event.kind)
        said = None if look is None or event.seq in gone else look(event)
        if said is not None:
            author = event.by.name if event.by else ""
            head = {"t": line.place(event.at), "seq": event.seq, "kind": event.kind, "by": author}
            found.append({**head, **said})
    return found
