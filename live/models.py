"""The models of this app, gathered from its subjects."""

from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake
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
from live.notices.models import Notice, NoticeChoice, QuietHours
from live.writings.models import Attachment, Round, Writing

__all__ = [
    "Attachment",
    "Board",
    "Draft",
    "Hiding",
    "LiveClass",
    "LiveEvent",
    "LivePresence",
    "LiveTake",
    "ModerationEntry",
    "Notice",
    "NoticeChoice",
    "Post",
    "PostVersion",
    "QuietHours",
    "Report",
    "Round",
    "Thread",
    "Writing",
]
