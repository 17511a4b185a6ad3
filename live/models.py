"""The models of this app, gathered from its subjects."""

from live.calendar.models import CalendarFeed
from live.chat.models import ChatMessage, ChatMute, ChatRules
from live.checks.models import Check, CheckAnswer, Puzzled
from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveSegment, LiveTake
from live.discussion.models import (
    Board,
    Draft,
    Hiding,
    ModerationEntry,
    Post,
    PostVersion,
    Report,
    Thread,
)
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from live.hands.models import LiveCall, LiveHand, LiveQuestion, QuestionVote
from live.hours.models import Venue, VenuePresence
from live.notices.models import Notice, NoticeChoice, QuietHours
from live.obs.models import StreamKey
from live.push.models import PushBrowser, PushSending, PushService, PushSetting
from live.replay.models import ReplayPlace
from live.review.models import ReviewWord
from live.slides.models import Slide, SlideDeck
from live.writings.models import Attachment, Round, Writing

__all__ = [
    "Attachment",
    "Board",
    "CalendarFeed",
    "ChatMessage",
    "ChatMute",
    "ChatRules",
    "Check",
    "CheckAnswer",
    "Draft",
    "Group",
    "GroupMessage",
    "GroupNote",
    "GroupRound",
    "GroupSeat",
    "Hiding",
    "LiveCall",
    "LiveClass",
    "LiveEvent",
    "LiveHand",
    "LivePresence",
    "LiveQuestion",
    "LiveSegment",
    "LiveTake",
    "ModerationEntry",
    "Notice",
    "NoticeChoice",
    "Post",
    "PostVersion",
    "PushBrowser",
    "PushSending",
    "PushService",
    "PushSetting",
    "Puzzled",
    "QuestionVote",
    "QuietHours",
    "ReplayPlace",
    "Report",
    "ReviewWord",
    "Round",
    "Slide",
    "SlideDeck",
    "StreamKey",
    "Thread",
    "Venue",
    "VenuePresence",
    "Writing",
]
