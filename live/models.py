"""The models of this app, gathered from its subjects."""

from live.chat.models import ChatMessage, ChatMute, ChatRules
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
from live.hands.models import LiveCall, LiveHand, LiveQuestion, QuestionVote

__all__ = [
    "ChatMessage",
    "ChatMute",
    "ChatRules",
    "LiveCall",
    "LiveClass",
    "LiveEvent",
    "LiveHand",
    "LivePresence",
    "LiveQuestion",
    "LiveTake",
    "QuestionVote",
]
