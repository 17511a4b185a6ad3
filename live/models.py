"""The models of this app, gathered from its subjects."""

from live.calendar.models import CalendarFeed
from live.chat.models import ChatMessage, ChatMute, ChatRules
from live.checks.models import Check, CheckAnswer, Puzzled
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from live.hands.models import LiveCall, LiveHand, LiveQuestion, QuestionVote
from live.hours.models import Venue, VenuePresence
from live.replay.models import ReplayPlace
from live.slides.models import Slide, SlideDeck

__all__ = [
    "CalendarFeed",
    "ChatMessage",
    "ChatMute",
    "ChatRules",
    "Check",
    "CheckAnswer",
    "Group",
    "GroupMessage",
    "GroupNote",
    "GroupRound",
    "GroupSeat",
    "LiveCall",
    "LiveClass",
    "LiveEvent",
    "LiveHand",
    "LivePresence",
    "LiveQuestion",
    "LiveTake",
    "Puzzled",
    "QuestionVote",
    "ReplayPlace",
    "Slide",
    "SlideDeck",
    "Venue",
    "VenuePresence",
]
