"""Taking words back: an event stays where it was, without what may not be read any more.

The one exception to events that never change: whoever comes late, has missed something or reads the
record afterwards is sent the events as they stand, so that what is not in them cannot be sent. The
words themselves are kept by the subject they belong to, with who took them back and why.
"""

from collections.abc import Iterable

from live.classroom.models import LiveClass, LiveEvent


def take_back(held: LiveClass, seqs: Iterable[int], *, names: Iterable[str]) -> None:
    """Take these names out of the bodies of these events; the class is locked by the caller."""
    gone = set(names)
    for event in LiveEvent.objects.filter(live_class=held, seq__in=list(seqs)):
        body = {name: value for name, value in event.body.items() if name not in gone}
        LiveEvent.objects.filter(pk=event.pk).update(body={**body, "gone": True})
