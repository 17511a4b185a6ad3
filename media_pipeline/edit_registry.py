"""The slot where those above say what another content of a lecture would mean for them.

Whoever keeps moments of a lecture (what was watched of it) tells the editor what will become of
them before it is done: the pipeline knows nothing of courses.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from media_pipeline.editing import Mapping

# (key of the lecture, from what is shown to what would be, its length in ms) -> sentences
Consequences = Callable[[uuid.UUID, Mapping, int], list[str]]


@dataclass
class _Slot:
    """Holds those who have something to say, in the order they came."""

    speakers: list[Consequences] = field(default_factory=list)


_slot = _Slot()


def install(speaker: Consequences) -> None:
    """Ask `speaker` from now on; once is enough."""
    if speaker not in _slot.speakers:
        _slot.speakers.append(speaker)


def consequences(asset_id: uuid.UUID, mapping: Mapping, duration_ms: int) -> list[str]:
    """What the editor is to know before the lecture shows another content."""
    return [said for speaker in _slot.speakers for said in speaker(asset_id, mapping, duration_ms)]
