"""Who may draw on the slides of a class."""

from typing import Any

from live.classroom.models import LiveClass


def has_pen(by: Any, live_class: LiveClass) -> bool:
    """A lead has given this person the pen, and not taken it back."""
    return any(held["id"] == by.pk for held in live_class.shown.get("pens", ()))


def can_draw(by: Any, live_class: LiveClass, *, leads: bool) -> bool:
    """`leads` as `live.classroom.rules.can_lead` says."""
    return leads or has_pen(by, live_class)
