"""Speaking in a class, and keeping it in order. Everything is written under the class's lock."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from live.chat import queries, rules, words
from live.chat.errors import (
    ChatClosedError,
    ChatTextError,
    MutedError,
    NoSuchMessageError,
    NotYoursError,
    TooSoonError,
)
from live.chat.models import MOST_CHARS, ChatMessage, ChatMute, ChatRules, MessageState
from live.chat.pace import seconds_to_wait
from live.classroom.models import LiveClass
from live.classroom.plain_text import cleaned
from live.classroom.telling import lock, tell, whisper
from live.classroom.unsaying import take_back
from live.review.queries import found_in
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

SLOW_SECONDS = (0, 5, 10, 30, 60, 120)
MUTE_MINUTES = (0, 5, 15, 30)
MOST_REASON = 60


# --- Speaking -------------------------------------------------------------------------------------


def say(
    *,
    by: Member,
    leads: bool,
    live_class_id: int,
    text: str,
    once: str,
    reply_to: int | None = None,
) -> ChatMessage:
    """One message; said again with the same `once` it is the same message.

    Raises ChatTextError, MutedError, ChatClosedError, TooSoonError, NoSuchMessageError.
    """
    line = cleaned(text)
    if not line:
        raise ChatTextError(words.empty())
    if len(line) > MOST_CHARS:
        raise ChatTextError(words.too_long())
    with transaction.atomic():
        held = lock(live_class_id)
        known = queries.message_once(held, once)
        if known is not None:
            return known
        room = queries.pace_of(held)
        if not leads:
            _check_may_speak(by, held, room)
        answered = None if reply_to is None else _shown(held, reply_to)
        message = ChatMessage(
            live_class=held,
            author=by,
            is_lead=leads,
            text=line,
            reply_to=answered,
            said_at=clock.now(),
            once=once,
        )
        if not leads and (room.is_reviewed or found_in(held.branch, line)):
            message.state = MessageState.WAITING
            message.save()
            _ring_for_leads(held)
        else:
            _show(held, message)
            message.save()
    return message


def _check_may_speak(by: Member, held: LiveClass, room: ChatRules) -> None:
    mute = queries.mute_of(held, by)
    if mute is not None:
        raise MutedError(words.muted(mute))
    if not room.is_open:
        raise ChatClosedError(words.closed())
    if room.slow_seconds:
        wait = seconds_to_wait(queries.last_said_at(held, by), clock.now(), room.slow_seconds)
        if wait:
            raise TooSoonError(words.too_soon(wait))


def _show(held: LiveClass, message: ChatMessage) -> None:
    """Everybody reads it, by the name of whoever wrote it."""
    answered = message.reply_to
    body: dict[str, Any] = {"text": message.text, "lead": message.is_lead}
    if message.pk is not None:
        body["waited"] = message.pk
    if answered is not None:
        body |= {"reply": answered.seq, "to": answered.author.name}
    event = tell(held, "chat", body, by=message.author)
    message.seq, message.state = event.seq, MessageState.SHOWN


def _shown(held: LiveClass, seq: int) -> ChatMessage:
    found = queries.message_by_seq(held, seq)
    if found is None or found.state != MessageState.SHOWN:
        raise NoSuchMessageError(words.not_there())
    return found


# --- Looking through ------------------------------------------------------------------------------


def release(*, by: Member, live_class_id: int, message_ids: Iterable[int]) -> int:
    """Show what has waited, in the order it was written; how many."""
    with transaction.atomic():
        held = lock(live_class_id)
        found = list(queries.waiting(held).filter(pk__in=list(message_ids)))
        for message in found:
            _show(held, message)
            message.settled_by, message.settled_at = by, clock.now()
            message.save()
        _ring_for_leads(held)
    return len(found)


def drop(*, by: Member, live_class_id: int, message_id: int, why: str) -> None:
    """Nobody is shown it; its author is told why. Raises NoSuchMessageError."""
    reason = _reason(why)
    with transaction.atomic():
        held = lock(live_class_id)
        message = queries.waiting_message(held, message_id)
        if message is None:
            raise NoSuchMessageError(words.not_there())
        _settle(message, MessageState.DROPPED, by, reason)
        whisper(held, {"chat_dropped": message.pk, "why": reason}, to=message.author_id)
        _ring_for_leads(held)


def remove(*, by: Member, leads: bool, live_class_id: int, seq: int, why: str = "") -> None:
    """Take a message away: its words leave every page and whatever is sent from now on.

    The row stays, with who took it away and why. Raises NotYoursError, NoSuchMessageError.
    """
    with transaction.atomic():
        held = lock(live_class_id)
        message = queries.message_by_seq(held, seq)
        if message is None:
            raise NoSuchMessageError(words.not_there())
        if not rules.can_remove(by, message, leads=leads):
            raise NotYoursError(words.not_yours())
        own = message.author_id == by.pk
        reason = "" if own else _reason(why)
        if message.state == MessageState.REMOVED:
            return
        _settle(message, MessageState.REMOVED, by, reason)
        take_back(held, [seq], names=["text"])
        room = queries.rules_of(held)
        if room.pinned_id == message.pk:
            room.pinned = None
            room.save()
        body = {"of": seq, "own": own, "author": message.author.name}
        tell(held, "chat_gone", body, by=by, shown={"chat": standing(room)})


def _settle(message: ChatMessage, to: str, by: Member, reason: str) -> None:
    began = MessageState.WAITING if to == MessageState.DROPPED else MessageState.SHOWN
    advance(message, to=to, from_=[began], settled_by=by, settled_at=clock.now(), reason=reason)


# --- Rules ----------------------------------------------------------------------------------------


def set_rules(
    *,
    by: Member,
    live_class_id: int,
    is_open: bool | None = None,
    is_reviewed: bool | None = None,
    slow_seconds: int | None = None,
) -> None:
    """How people may speak from now on; None leaves it as it is."""
    with transaction.atomic():
        held = lock(live_class_id)
        room = queries.rules_of(held)
        if is_open is not None:
            room.is_open = is_open
        if is_reviewed is not None:
            room.is_reviewed = is_reviewed
        if slow_seconds is not None:
            room.slow_seconds = slow_seconds
        room.save()
        said = {
            "open": room.is_open,
            "review": room.is_reviewed,
            "slow": room.slow_seconds,
        }
        tell(held, "chat_rules", said, by=by, shown={"chat": standing(room)})


def pin(*, by: Member, live_class_id: int, seq: int | None) -> None:
    """One message stands on top; None for none. Raises NoSuchMessageError."""
    with transaction.atomic():
        held = lock(live_class_id)
        room = queries.rules_of(held)
        room.pinned = None if seq is None else _shown(held, seq)
        room.save()
        tell(held, "chat_pin", {"of": seq}, by=by, shown={"chat": standing(room)})


def standing(room: ChatRules) -> dict[str, Any]:
    """How people may speak, for everybody in the room alike."""
    pinned = room.pinned
    return {
        "open": room.is_open,
        "review": room.is_reviewed,
        "slow": room.slow_seconds,
        "pinned": None
        if pinned is None
        else {"seq": pinned.seq, "by": pinned.author.name, "text": pinned.text},
    }


# --- One person -----------------------------------------------------------------------------------


def mute(*, by: Member, live_class_id: int, member_id: int, minutes: int, why: str) -> ChatMute:
    """This member may not speak for so many minutes, 0 for the whole class.

    What held before is replaced. Raises NoSuchMessageError for who was never in the room.
    """
    reason = _reason(why)
    with transaction.atomic():
        held = lock(live_class_id)
        member = queries.attendant(held, member_id)
        if member is None or member_id in (by.pk, held.teacher_id):
            raise NoSuchMessageError(_("这位同志不在这节课里，或者不能暂停发言。"))
        now = clock.now()
        _lift(by, held, member_id, now)
        made = ChatMute.objects.create(
            live_class=held,
            member=member,
            muted_by=by,
            muted_at=now,
            until=None if minutes == 0 else now + dt.timedelta(minutes=minutes),
            reason=reason,
        )
        whisper(held, {"chat_muted": words.muted(made)}, to=member_id)
        whisper(held, {"chat_mutes": True}, to="leads")
    return made


def unmute(*, by: Member, live_class_id: int, member_id: int) -> None:
    with transaction.atomic():
        held = lock(live_class_id)
        if _lift(by, held, member_id, clock.now()):
            whisper(held, {"chat_muted": None}, to=member_id)
            whisper(held, {"chat_mutes": True}, to="leads")


def _lift(by: Member, held: LiveClass, member_id: int, now: dt.datetime) -> int:
    holding = ChatMute.objects.filter(live_class=held, member=member_id, lifted_at=None)
    return holding.update(lifted_by=by, lifted_at=now)


def _reason(why: str) -> str:
    reason = cleaned(why)[:MOST_REASON]
    if not reason:
        raise ChatTextError(_("请选一个原因，会留在记录里。"))
    return reason


def _ring_for_leads(held: LiveClass) -> None:
    whisper(held, {"chat_waiting": queries.waiting(held).count()}, to="leads")
