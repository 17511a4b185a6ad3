"""What a page may ask of questions, hands and calls, by its name; each is one service."""

import re
from typing import Any

from live.classroom.page import register_part
from live.classroom.saying import Said, register
from live.hands import call_services, page, question_services, services
from live.hands.ice import ice_servers
from live.hands.models import CallAnswer, How, QuestionState
from live.hands.words import strings
from lms.core.plain import Refused

READ_CHARS = 2_000
# A description of two tracks comes in a few parts: one message has four thousand characters.
PART_CHARS = 2_500
MOST_PARTS = 12
_NAME = re.compile(r"[A-Za-z0-9]{1,24}")
_LETTERS = re.compile(r"[A-Za-z0-9+/=]+")


# --- Questions ------------------------------------------------------------------------------------


def ask(said: Said) -> dict[str, Any]:
    question = question_services.ask(
        by=said.by,
        live_class_id=said.live_class.pk,
        text=said.text("text", most=READ_CHARS),
        once=said.once,
    )
    return {"q": question.pk}


def vote(said: Said) -> dict[str, Any]:
    question_services.vote(
        by=said.by,
        live_class=said.live_class,
        question_id=said.number("q"),
        wants=said.flag("on"),
    )
    return {}


def settle(said: Said) -> dict[str, Any]:
    question_services.settle(
        by=said.by,
        live_class_id=said.live_class.pk,
        question_id=said.number("q"),
        to=said.choice("to", {QuestionState.OPEN, QuestionState.ANSWERED, QuestionState.DISMISSED}),
        note=said.text("note", most=READ_CHARS) if said.body.get("note") else "",
    )
    return page.look_at_questions(said.live_class, said.by, said.leads)


def withdraw(said: Said) -> dict[str, Any]:
    question_services.withdraw(
        by=said.by, live_class_id=said.live_class.pk, question_id=said.number("q")
    )
    return page.look_at_questions(said.live_class, said.by, said.leads)


def look(said: Said) -> dict[str, Any]:
    return page.look_at_questions(said.live_class, said.by, said.leads)


# --- Hands and the stage --------------------------------------------------------------------------


def raise_hand(said: Said) -> dict[str, Any]:
    return {"ahead": services.raise_hand(by=said.by, live_class_id=said.live_class.pk)}


def lower(said: Said) -> dict[str, Any]:
    services.lower_hand(by=said.by, live_class_id=said.live_class.pk)
    return {}


def place(said: Said) -> dict[str, Any]:
    return {"ahead": services.place_of(said.live_class, said.by)}


def grant(said: Said) -> dict[str, Any]:
    services.grant(by=said.by, live_class_id=said.live_class.pk, member_id=said.number("member"))
    return {}


def decline(said: Said) -> dict[str, Any]:
    services.decline(by=said.by, live_class_id=said.live_class.pk, member_id=said.number("member"))
    return {}


def end(said: Said) -> dict[str, Any]:
    services.end_stage(by=said.by, live_class_id=said.live_class.pk)
    return {}


def speak(said: Said) -> dict[str, Any]:
    hand = services.choose_how(
        by=said.by,
        live_class_id=said.live_class.pk,
        how=said.choice("how", {How.VOICE, How.PICTURE, How.TEXT}),
    )
    return {"hand": hand.pk, "ice": ice_servers()}


def signal(said: Said) -> dict[str, Any]:
    call = said.text("call", most=24)
    part, parts = said.number("part"), said.number("parts")
    data = said.text("data", most=PART_CHARS)
    is_ours = _NAME.fullmatch(call) and _LETTERS.fullmatch(data)
    if not is_ours or not 0 <= part < parts <= MOST_PARTS:
        raise Refused(422, "signal")
    services.signal(
        by=said.by,
        leads=said.leads,
        live_class=said.live_class,
        said={
            "kind": said.choice("kind", {"offer", "answer", "bye"}),
            "call": call,
            "part": part,
            "parts": parts,
            "data": data,
        },
    )
    return {}


# --- Calling upon ---------------------------------------------------------------------------------


def draw(said: Said) -> dict[str, Any]:
    call = call_services.draw(
        by=said.by,
        live_class_id=said.live_class.pk,
        anew=said.flag("anew") if "anew" in said.body else False,
    )
    return {"call": call.pk}


def answer(said: Said) -> dict[str, Any]:
    call_services.answer(
        by=said.by,
        live_class_id=said.live_class.pk,
        call_id=said.number("call"),
        how=said.choice("how", {CallAnswer.HERE, CallAnswer.SPEAKS, CallAnswer.CANNOT}),
    )
    return {}


def end_call(said: Said) -> dict[str, Any]:
    call_services.end_call(by=said.by, live_class_id=said.live_class.pk)
    return {}


def register_all() -> None:
    """Called once, when the application is ready."""
    register("ask.put", ask, running_only=True)
    register("ask.vote", vote, running_only=True)
    register("ask.withdraw", withdraw)
    register("ask.settle", settle, leads_only=True)
    register("ask.look", look)
    register("hands.raise", raise_hand, running_only=True)
    register("hands.lower", lower)
    register("hands.place", place)
    register("hands.speak", speak, running_only=True)
    register("hands.signal", signal, running_only=True)
    register("hands.grant", grant, running_only=True, leads_only=True)
    register("hands.decline", decline, leads_only=True)
    register("hands.end", end, leads_only=True)
    register("call.draw", draw, running_only=True, leads_only=True)
    register("call.end", end_call, leads_only=True)
    register("call.answer", answer, running_only=True)
    register_part("ask", strings=strings, config=page.ask_config)
    register_part("hands", strings=dict, config=page.hands_config)
