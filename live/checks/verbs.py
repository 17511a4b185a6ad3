"""What is said in a room about checks, read and handed on; the replies go to who said it."""

from typing import Any

from live.checks import queries, services
from live.checks.models import Check
from live.checks.words import clock_of
from live.classroom.saying import MOST_NUMBER, NOTHING_OF_OURS, Said, register
from lms.core.plain import Refused

MOST_QUESTION, MOST_OPTION, MOST_CHOSEN = 200, 60, 26
# What the fields of a question are called, and how long what is sent of each may be.
FIELDS = {"choice": 8, "blank": 200, "number": 40}


def register_verbs() -> None:
    """Called when the application is ready."""
    register("checks.poll", poll, leads_only=True)
    register("checks.quiz", quiz, leads_only=True)
    register("checks.roll", roll, leads_only=True)
    register("checks.shut", shut, leads_only=True)
    register("checks.tell", tell, leads_only=True)
    register("checks.away", away, leads_only=True)
    register("checks.look", look, leads_only=True)
    register("checks.list", listed, leads_only=True)
    register("checks.heat", heat, leads_only=True)
    register("checks.answer", answer)
    register("checks.lost", lost)


# --- Who leads ------------------------------------------------------------------------------------


def poll(said: Said) -> dict[str, Any]:
    """question, options, several"""
    check = services.open_poll(
        by=said.by,
        live_class=said.live_class,
        question=said.text("question", most=MOST_QUESTION, least=0),
        options=_texts(said, "options"),
        is_multiple=said.flag("several"),
        once=said.once,
    )
    return {"check": check.pk}


def quiz(said: Said) -> dict[str, Any]:
    """question: the id of one of the bank"""
    check = services.open_quiz(
        by=said.by,
        live_class=said.live_class,
        question_id=said.number("question", least=1),
        once=said.once,
    )
    return {"check": check.pk}


def roll(said: Said) -> dict[str, Any]:
    """seconds; first: the round this is the second of, or 0"""
    first = said.number("first", most=MOST_NUMBER)
    check = services.call_roll(
        by=said.by,
        live_class=said.live_class,
        seconds=said.number("seconds", most=600),
        first=_check(said, first) if first else None,
        once=said.once,
    )
    return {"check": check.pk}


def shut(said: Said) -> dict[str, Any]:
    check = services.shut_check(
        by=said.by, live_class=said.live_class, check_id=said.number("check", least=1)
    )
    return services.chart(check)


def tell(said: Said) -> dict[str, Any]:
    check = services.tell_check(
        by=said.by, live_class=said.live_class, check_id=said.number("check", least=1)
    )
    return services.chart(check)


def away(said: Said) -> dict[str, Any]:
    services.put_away(by=said.by, live_class=said.live_class)
    return {}


def look(said: Said) -> dict[str, Any]:
    """The figures as they are now."""
    return services.chart(_check(said, said.number("check", least=1)))


def listed(said: Said) -> dict[str, Any]:
    """Who answered a roll call, and when by the server's clock."""
    check = _check(said, said.number("check", least=1))
    rows = queries.present_at(check)
    return {"present": [[row.member.name, clock_of(row.at)] for row in rows]}


def heat(said: Said) -> dict[str, Any]:
    """How many did not follow, by minute and slide."""
    return {"minutes": queries.puzzled_minutes(said.live_class)}


# --- Everybody ------------------------------------------------------------------------------------


def answer(said: Said) -> dict[str, Any]:
    """check; sent: lists of texts by name, as a form of that question sends them"""
    check, found = services.answer(
        by=said.by,
        live_class=said.live_class,
        check_id=said.number("check", least=1),
        sent=sent_of(said.body.get("sent", {})),
    )
    return {"check": check.pk, **queries.mine(check, found), "clock": clock_of(found.at)}


def lost(said: Said) -> dict[str, Any]:
    return {"new": services.not_followed(by=said.by, live_class=said.live_class)}


# --- Reading --------------------------------------------------------------------------------------


def sent_of(said: Any) -> dict[str, list[str]]:
    """What a form of a question sends. Raises Refused(422)."""
    if not isinstance(said, dict) or not set(said) <= set(FIELDS):
        raise Refused(422, NOTHING_OF_OURS)
    for name, values in said.items():
        if not isinstance(values, list) or len(values) > MOST_CHOSEN:
            raise Refused(422, NOTHING_OF_OURS)
        if not all(isinstance(value, str) and len(value) <= FIELDS[name] for value in values):
            raise Refused(422, NOTHING_OF_OURS)
    return said


def _texts(said: Said, name: str) -> list[str]:
    values = said.body.get(name)
    if not isinstance(values, list) or len(values) > services.MOST_OPTIONS:
        raise Refused(422, NOTHING_OF_OURS)
    each = [
        Said(said.by, said.live_class, said.leads, said.key, {"text": value}) for value in values
    ]
    return [one.text("text", most=MOST_OPTION, least=0) for one in each]


def _check(said: Said, check_id: int) -> Check:
    check = queries.check_in(said.live_class.pk, check_id)
    if check is None:
        raise Refused(422, NOTHING_OF_OURS)
    return check
