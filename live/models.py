"""The models of this app, gathered from its subjects."""

from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.replay.models import ReplayPlace
from live.slides.models import Slide, SlideDeck

__all__ = [
    "LiveClass",
    "LiveEvent",
    "LivePresence",
    "LiveTake",
    "ReplayPlace",
    "Slide",
    "SlideDeck",
]
