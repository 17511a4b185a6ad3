"""The models of this app, gathered from its subjects."""

from live.calendar.models import CalendarFeed
from live.checks.models import Check, CheckAnswer, Puzzled
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.hours.models import Venue, VenuePresence

__all__ = [
    "CalendarFeed",
    "Check",
    "CheckAnswer",
    "LiveClass",
    "LiveEvent",
    "LivePresence",
    "LiveTake",
    "Puzzled",
    "Venue",
    "VenuePresence",
]
