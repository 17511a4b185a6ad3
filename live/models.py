"""The models of this app, gathered from its subjects."""

from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from live.replay.models import ReplayPlace
from live.slides.models import Slide, SlideDeck

__all__ = [
    "Group",
    "GroupMessage",
    "GroupNote",
    "GroupRound",
    "GroupSeat",
    "LiveClass",
    "LiveEvent",
    "LivePresence",
    "LiveTake",
    "ReplayPlace",
    "Slide",
    "SlideDeck",
]
