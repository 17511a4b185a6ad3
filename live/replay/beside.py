"""A lesson that was a class: its slides and what was said, in step with the lesson's own player."""

from typing import Any

from django.urls import reverse

from live.replay import queries, words
from live.slides.words import room_strings
from lms.members.models import Member


def class_of_lesson(by: Member, *, lesson_id: int) -> dict[str, Any] | None:
    """Where the page asks for it. Nothing for who may not see the class."""
    live_class_id = queries.class_beside(by, lesson_id)
    if live_class_id is None:
        return None
    return {
        "told_url": reverse("live:replay", args=[live_class_id]),
        "config": {"strings": {**room_strings(), **words.strings()}},
    }
