"""What `move-media` carries of classes: their slides and what was served of them."""

from collections.abc import Iterator

from live.classroom import queries, shared
from live.classroom.models import LiveClass
from live.classroom.recording_services import is_anything_sent
from media_pipeline.moving import Kept


def kept_classes() -> Iterator[Kept]:
    """Raises StorageUnavailableError.

    A recorder's bytes lie otherwise in a bucket than on one machine, so they have to have become a
    lecture before.
    """
    for live_class in queries.classes_with_files():
        yield Kept(shared.class_prefix(live_class.room), _unfinished(live_class))


def _unfinished(live_class: LiveClass) -> str:
    if live_class.is_running:
        return "the class is on the air; move again when it is over"
    if live_class.recording_id is not None or live_class.is_rehearsal:
        return ""
    numbers = [take.number for take in queries.takes_of(live_class)]
    is_waited_for = is_anything_sent(live_class, numbers)
    return "no lecture is made of the class yet; move again then" if is_waited_for else ""
