"""What the page of one person is told of the chat, beside what everybody is."""

from typing import Any

from live.chat import queries, words
from live.chat.models import MOST_CHARS, ChatMessage
from live.chat.services import MUTE_MINUTES, SLOW_SECONDS
from live.classroom.models import LiveClass
from lms.members.models import Member


def chat_config(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    return {
        "most": MOST_CHARS,
        "slow": SLOW_SECONDS,
        "minutes": MUTE_MINUTES,
        **look(live_class, member, leads),
    }


def look(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    """What waits (all of it for who leads, one's own for the others), and who may not speak."""
    waiting = queries.waiting(live_class)
    if not leads:
        waiting = waiting.filter(author=member)
    mute = queries.mute_of(live_class, member)
    return {
        "waiting": [waits(message) for message in waiting[: queries.MOST_WAITING]],
        "muted": None if mute is None else words.muted(mute),
        "mutes": [
            {
                "id": each.member_id,
                "name": each.member.name,
                "why": each.reason,
                "until": None if each.until is None else int(each.until.timestamp() * 1000),
            }
            for each in (queries.mutes_of(live_class) if leads else [])
        ],
    }


def waits(message: ChatMessage) -> dict[str, Any]:
    return {
        "message": message.pk,
        "byId": message.author_id,
        "by": message.author.name,
        "at": int(message.said_at.timestamp() * 1000),
        "text": message.text,
    }
