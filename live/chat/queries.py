"""What was said in a class, what waits, and how one may speak."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.db.models import QuerySet

from live.chat.models import ChatMessage, ChatMute, ChatRules, MessageState
from live.classroom.models import LiveClass, LivePresence
from lms.core import clock
from lms.core.statements import Records, Statement, columns
from lms.members.models import Member

MOST_WAITING = 100
# Marks of statements that are put together once: what every message asks.
_CLASS, _MEMBER, _ONCE = -102, -101, "a message's own name"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as it stands in the record of a class; `stream` events have the same `seq`."""

    seq: int
    at: dt.datetime
    member_id: int
    name: str
    is_lead: bool
    text: str
    reply_to: int | None


def transcript(live_class: LiveClass) -> list[Spoken]:
    """What was said and may still be read, in the order everybody saw it. One statement."""
    rows = ChatMessage.objects.filter(live_class=live_class, state=MessageState.SHOWN)
    return [
        Spoken(
            message.seq or 0,
            message.said_at,
            message.author_id,
            message.author.name,
            message.is_lead,
            message.text,
            _readable(message.reply_to),
        )
        for message in rows.select_related("author", "reply_to").order_by("seq")
    ]


def _readable(message: ChatMessage | None) -> int | None:
    return message.seq if message and message.state == MessageState.SHOWN else None


def rules_of(live_class: LiveClass) -> ChatRules:
    """The rules of a class, also where nobody has set any."""
    found = ChatRules.objects.filter(live_class=live_class).select_related("pinned__author").first()
    return found or ChatRules(live_class=live_class)


def pace_of(live_class: LiveClass) -> ChatRules:
    """The rules of a class, without what is pinned."""
    for (found,) in _pace().rows(live_class.pk):
        return cast(ChatRules, found)
    return ChatRules(live_class=live_class)


@cache
def _pace() -> Records:
    found = ChatRules.objects.filter(live_class=_CLASS)
    return Records(found, [(ChatRules, "", columns(ChatRules))], _CLASS)


def message_once(live_class: LiveClass, once: str) -> ChatMessage | None:
    for (pk,) in _once().rows(live_class.pk, once):
        return ChatMessage.objects.get(pk=pk)
    return None


@cache
def _once() -> Statement:
    found = ChatMessage.objects.filter(live_class=_CLASS, once=_ONCE)
    return Statement(found.values_list("pk"), _CLASS, _ONCE)


def message_by_seq(live_class: LiveClass, seq: int) -> ChatMessage | None:
    found = ChatMessage.objects.filter(live_class=live_class, seq=seq)
    return found.select_related("author").first()


def waiting_message(live_class: LiveClass, message_id: int) -> ChatMessage | None:
    return waiting(live_class).filter(pk=message_id).first()


def waiting(live_class: LiveClass) -> QuerySet[ChatMessage]:
    """What waits to be looked through, the oldest first."""
    found = ChatMessage.objects.filter(live_class=live_class, state=MessageState.WAITING)
    return found.select_related("author").order_by("pk")


def last_said_at(live_class: LiveClass, member: Member) -> dt.datetime | None:
    said = ChatMessage.objects.filter(live_class=live_class, author=member)
    return said.order_by("-said_at").values_list("said_at", flat=True).first()


def mute_of(live_class: LiveClass, member: Member) -> ChatMute | None:
    """What keeps this member from speaking now."""
    for (pk,) in _muted().rows(live_class.pk, member.pk):
        found = ChatMute.objects.select_related("muted_by").get(pk=pk)
        if found.holds_at(clock.now()):
            return found
    return None


@cache
def _muted() -> Statement:
    found = ChatMute.objects.filter(live_class=_CLASS, member=_MEMBER, lifted_at=None)
    return Statement(found.values_list("pk"), _CLASS, _MEMBER)


def mutes_of(live_class: LiveClass) -> list[ChatMute]:
    """Who may not speak now."""
    found = ChatMute.objects.filter(live_class=live_class, lifted_at=None)
    now = clock.now()
    rows = found.select_related("member", "muted_by").order_by("pk")
    return [mute for mute in rows if mute.holds_at(now)]


def attendant(live_class: LiveClass, member_id: int) -> Member | None:
    """Somebody who has been in the room."""
    here = LivePresence.objects.filter(live_class=live_class, member_id=member_id)
    found = here.select_related("member").first()
    return found.member if found else None
