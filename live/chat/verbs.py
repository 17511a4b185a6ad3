"""What a page may ask of the chat, by its name; each is one service."""

from typing import Any

from live.chat import page, services
from live.chat.models import MessageState
from live.chat.words import strings
from live.classroom.page import register_part
from live.classroom.saying import Said, register
from lms.core.plain import Refused

# More than a message may have: what is too long is told as a sentence, not as a broken line.
READ_CHARS = 2_000


def say(said: Said) -> dict[str, Any]:
    message = services.say(
        by=said.by,
        leads=said.leads,
        live_class_id=said.live_class.pk,
        text=said.text("text", most=READ_CHARS),
        once=said.once,
        reply_to=said.number("reply") if "reply" in said.body else None,
    )
    waits = message.state == MessageState.WAITING
    return {"waiting": page.waits(message)} if waits else {"seq": message.seq}


def remove(said: Said) -> dict[str, Any]:
    services.remove(
        by=said.by,
        leads=said.leads,
        live_class_id=said.live_class.pk,
        seq=said.number("seq"),
        why=said.text("why", most=READ_CHARS) if "why" in said.body else "",
    )
    return {}


def release(said: Said) -> dict[str, Any]:
    ids = said.body.get("messages")
    if not isinstance(ids, list) or len(ids) > 100 or not all(type(each) is int for each in ids):
        raise Refused(422, "messages")
    services.release(by=said.by, live_class_id=said.live_class.pk, message_ids=ids)
    return page.look(said.live_class, said.by, said.leads)


def drop(said: Said) -> dict[str, Any]:
    services.drop(
        by=said.by,
        live_class_id=said.live_class.pk,
        message_id=said.number("message"),
        why=said.text("why", most=READ_CHARS),
    )
    return page.look(said.live_class, said.by, said.leads)


def pin(said: Said) -> dict[str, Any]:
    seq = said.number("seq") if "seq" in said.body else None
    services.pin(by=said.by, live_class_id=said.live_class.pk, seq=seq)
    return {}


def rules(said: Said) -> dict[str, Any]:
    body = said.body
    slow = said.number("slow") if "slow" in body else None
    if slow is not None and slow not in services.SLOW_SECONDS:
        raise Refused(422, "slow")
    services.set_rules(
        by=said.by,
        live_class_id=said.live_class.pk,
        is_open=said.flag("open") if "open" in body else None,
        is_reviewed=said.flag("review") if "review" in body else None,
        slow_seconds=slow,
    )
    return {}


def mute(said: Said) -> dict[str, Any]:
    minutes = said.number("minutes")
    if minutes not in services.MUTE_MINUTES:
        raise Refused(422, "minutes")
    services.mute(
        by=said.by,
        live_class_id=said.live_class.pk,
        member_id=said.number("member"),
        minutes=minutes,
        why=said.text("why", most=READ_CHARS),
    )
    return page.look(said.live_class, said.by, said.leads)


def unmute(said: Said) -> dict[str, Any]:
    services.unmute(by=said.by, live_class_id=said.live_class.pk, member_id=said.number("member"))
    return page.look(said.live_class, said.by, said.leads)


def look(said: Said) -> dict[str, Any]:
    return page.look(said.live_class, said.by, said.leads)


def register_all() -> None:
    """Called once, when the application is ready."""
    register("chat.say", say, is_grouped=True)
    register("chat.remove", remove)
    register("chat.look", look)
    register("chat.release", release, leads_only=True)
    register("chat.drop", drop, leads_only=True)
    register("chat.pin", pin, leads_only=True)
    register("chat.rules", rules, leads_only=True)
    register("chat.mute", mute, leads_only=True)
    register("chat.unmute", unmute, leads_only=True)
    register_part("chat", strings=strings, config=page.chat_config)
