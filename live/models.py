"""The models of this app, gathered from its subjects."""

from live.chat.models import ChatMessage, ChatMute, ChatRules
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from live.hands.models import LiveCall, LiveHand, LiveQuestion, QuestionVote
from live.replay.models import ReplayPlace
from live.slides.models import Slide, SlideDeck

__all__ = [
    "ChatMessage",
    "ChatMute",
    "ChatRules",
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
    "QuestionVote",
    "ReplayPlace",
    "Slide",
    "SlideDeck",
]
