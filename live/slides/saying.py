"""The verbs of the room about slides."""

from typing import Any

from live.classroom.saying import NOTHING_OF_OURS, Said, register
from live.slides import marks, services
from lms.core.plain import Refused
from lms.members.queries import members_with_roles


def register_verbs() -> None:
    for name, verb in (
        ("show", show),
        ("hide", hide),
        ("board", board),
        ("clear", clear),
        ("pen", pen),
    ):
        # Also before people are let in: the first page is there when they come.
        register(f"slides.{name}", verb, running_only=False, leads_only=True)
    for name, verb in (("mark", mark), ("undo", undo), ("point", point)):
        register(f"slides.{name}", verb, running_only=False)


def show(said: Said) -> dict[str, Any]:
    services.show_slide(
        by=said.by,
        live_class_id=said.live_class.pk,
        slide_id=said.number("slide"),
        once=said.once,
    )
    return {}


def hide(said: Said) -> dict[str, Any]:
    services.hide_slides(by=said.by, live_class_id=said.live_class.pk, once=said.once)
    return {}


def board(said: Said) -> dict[str, Any]:
    slide = services.add_board_page(by=said.by, live_class_id=said.live_class.pk, once=said.once)
    return {"slide": slide.pk}


def mark(said: Said) -> dict[str, Any]:
    try:
        drawn = marks.read(said.body.get("mark"))
    except marks.NoMarkError as error:
        raise Refused(422, NOTHING_OF_OURS) from error
    services.add_mark(
        by=said.by,
        live_class_id=said.live_class.pk,
        leads=said.leads,
        slide_id=said.number("slide"),
        mark=drawn,
        once=said.once,
    )
    return {}


def undo(said: Said) -> dict[str, Any]:
    services.undo_mark(
        by=said.by,
        live_class_id=said.live_class.pk,
        leads=said.leads,
        slide_id=said.number("slide"),
        once=said.once,
    )
    return {}


def clear(said: Said) -> dict[str, Any]:
    services.wipe(
        by=said.by,
        live_class_id=said.live_class.pk,
        slide_id=said.number("slide"),
        once=said.once,
    )
    return {}


def pen(said: Said) -> dict[str, Any]:
    member = members_with_roles().filter(pk=said.number("member")).first()
    if member is None:
        raise Refused(422, NOTHING_OF_OURS)
    services.give_pen(
        by=said.by,
        live_class_id=said.live_class.pk,
        to=member,
        on=said.flag("on"),
        once=said.once,
    )
    return {}


def point(said: Said) -> dict[str, Any]:
    services.point(
        by=said.by,
        live_class=said.live_class,
        leads=said.leads,
        slide_id=said.number("slide"),
        x=said.number("x", most=marks.SCALE),
        y=said.number("y", most=marks.SCALE),
    )
    return {}
