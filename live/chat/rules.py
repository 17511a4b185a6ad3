"""Whose words one may take away."""

from live.chat.models import ChatMessage
from lms.members.models import Member


def can_remove(by: Member, message: ChatMessage, *, leads: bool) -> bool:
    """One's own words, and everybody's for whoever leads."""
    return leads or message.author_id == by.pk
