"""The models of this app, gathered from its subjects."""

from live.classroom.models import LiveClass, LiveEvent, LivePresence, LiveTake

__all__ = ["LiveClass", "LiveEvent", "LivePresence", "LiveTake"]
