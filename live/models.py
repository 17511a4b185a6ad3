"""The models of this app, gathered from its subjects."""

from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.hours.models import Venue, VenuePresence

__all__ = ["LiveClass", "LiveEvent", "LivePresence", "LiveTake", "Venue", "VenuePresence"]
