"""Who is to be reminded of which class, and when; telling them belongs to whoever registers here.

A reminder has a key: it may be handed over twice, and whoever tells people keeps what was told.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from live.classroom.models import ClassState, LiveClass
from live.classroom.queries import audience_of
from lms.core import clock
from lms.members.models import Member

# So long before the beginning.
BEFORE = (dt.timedelta(days=1), dt.timedelta(minutes=15))
# What could not be handed over for so long is not handed over late.
LATEST = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a class is going to be held, for all of its audience."""

    live_class: LiveClass
    before: dt.timedelta

    @property
    def at(self) -> dt.datetime:
        return self.live_class.starts_at - self.before

    @property
    def key(self) -> str:
        """The same for the same class at the same time; another once it is moved."""
        starts = int(self.live_class.starts_at.timestamp())
        return f"live/{self.live_class.pk}/{starts}/{int(self.before.total_seconds())}"

    def members(self) -> QuerySet[Member]:
        """Whom the class is for, and who holds it."""
        return audience_of(self.live_class)


Teller = Callable[[Reminder], None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """`teller` is handed each reminder, now and then one it has had already."""
    _tellers.append(teller)


def due(now: dt.datetime) -> Iterator[Reminder]:
    """What is to be told at `now`, in the order of the classes."""
    for before in BEFORE:
        coming = LiveClass.objects.filter(
            state=ClassState.SCHEDULED,
            is_rehearsal=False,
            starts_at__lte=now + before,
            starts_at__gt=now + before - LATEST,
        ).select_related("branch", "teacher", "training_class")
        for live_class in coming.order_by("starts_at", "pk"):
            yield Reminder(live_class, before)


def remind() -> int:
    """Hand over what is due; how many reminders."""
    count = 0
    for reminder in due(clock.now()):
        for teller in _tellers:
            teller(reminder)
        count += 1
    return count
