"""A lesson that was a class: its slides and what was said, in step with the lesson's own player."""

from typing import Any

from django.urls import reverse

from live.replay import queries, words
from live.slides.words import room_strings


def class_of_lesson(*, lesson_id: int) -> dict[str, Any] | None:
    """Where the page asks for it; who may not see the class is told nothing there."""
    live_class_id = queries.class_beside(lesson_id)
    if live_class_id is None:
        return None
    return {
        "told_url": reverse("live:replay", args=[live_class_id]),
        "config": {"strings": {**room_strings(), **words.strings()}},
    }
