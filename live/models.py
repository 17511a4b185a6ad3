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

__all__ = [
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
    "Thread",
]
