"""The verbs of the room about groups."""

from typing import Any

from live.classroom.saying import Said, register
from live.groups import services


def register_verbs() -> None:
    register("groups.open", open_groups, leads_only=True)
    register("groups.close", close, leads_only=True)
    register("groups.sit", sit)
    register("groups.say", say)
    register("groups.note", note)


def open_groups(said: Said) -> dict[str, Any]:
    services.open_groups(
        by=said.by,
        live_class_id=said.live_class.pk,
        count=said.number("count", least=2, most=services.MOST_GROUPS),
        how=said.choice("how", services.HOW),
        minutes=said.number("minutes", least=1, most=services.MOST_MINUTES),
        topic=said.text("topic", least=0, most=200),
        once=said.once,
    )
    return {}


def close(said: Said) -> dict[str, Any]:
    services.close_groups(by=said.by, live_class_id=said.live_class.pk)
    return {}


def sit(said: Said) -> dict[str, Any]:
    group = services.take_seat(by=said.by, live_class=said.live_class)
    return {"group": group.pk if group else None}


def say(said: Said) -> dict[str, Any]:
    services.say_in_group(
        by=said.by,
        live_class=said.live_class,
        leads=said.leads,
        group_id=said.number("group"),
        text=said.text("text", most=500),
        once=said.once,
    )
    return {}


def note(said: Said) -> dict[str, Any]:
    revision = services.write_note(
        by=said.by,
        live_class=said.live_class,
        leads=said.leads,
        group_id=said.number("group"),
        revision=said.number("revision"),
        text=said.text("text", least=0, most=4000),
    )
    return {"revision": revision}
