"""Calling upon somebody who is there, drawn by lot."""

import secrets
from typing import Any

from django.db import transaction

from live.classroom.models import LiveClass
from live.classroom.rules import can_lead
from live.classroom.telling import lock, tell
from live.hands import queries, services, words
from live.hands.errors import HandMovedError, NobodyToCallError
from live.hands.models import CallAnswer, LiveCall
from live.hands.queueing import drawn
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member


def draw(*, by: Member, live_class_id: int, anew: bool = False) -> LiveCall:
    """Call upon one of those who are there and were not called yet; `anew` begins a new round.

    The call before it is ended. Raises NobodyToCallError.
    """
    with transaction.atomic():
        held = lock(live_class_id)
        number = queries.round_now(held) + (1 if anew else 0)
        present = queries.present_ids(held)
        passed = set(queries.called_ids(held, number))
        while True:
            found = drawn(present, passed, secrets.choice)
            if found is None:
                raise NobodyToCallError(words.nobody_left() if present else words.nobody_here())
            member = queries.member_of(found)
            if not can_lead(member, held):
                break
            passed.add(found)
        _end_open(held, by)
        call = LiveCall.objects.create(
            live_class=held, member=member, round=number, called_by=by, called_at=clock.now()
        )
        body = {"call": call.pk, "who": member.pk, "name": member.name}
        tell(held, "called", body, by=by, shown={"call": body})
    return call


def answer(*, by: Member, live_class_id: int, call_id: int, how: str) -> None:
    """Whoever was called upon says so: here, wants to speak, cannot now. Raises HandMovedError.

    Who wants to speak is on the stage at once where it is free, else raises a hand.
    """
    with transaction.atomic():
        held = lock(live_class_id)
        call = queries.open_call(held)
        if call is None or call.pk != call_id or call.member_id != by.pk:
            raise HandMovedError(words.call_over())
        _answered(held, call, how, by)
        if how == CallAnswer.SPEAKS:
            services.raise_hand(by=by, live_class_id=held.pk)
            hand = queries.hand_of(held, by.pk)
            if hand is not None and queries.on_stage(held) is None:
                # The number of the last event has moved meanwhile.
                services.put_on_stage(lock(held.pk), hand, call.called_by)


def end_call(*, by: Member, live_class_id: int) -> None:
    """Nobody answered; pressed twice it is ended once."""
    with transaction.atomic():
        _end_open(lock(live_class_id), by)


def _end_open(held: LiveClass, by: Member) -> None:
    call = queries.open_call(held)
    if call is not None:
        _answered(held, call, CallAnswer.NONE, by)


def _answered(held: LiveClass, call: LiveCall, how: str, by: Member) -> None:
    moved = advance(call, field="answer", to=how, from_=[CallAnswer.OPEN], answered_at=clock.now())
    if moved:
        body: dict[str, Any] = {"call": call.pk, "who": call.member_id, "name": call.member.name}
        tell(held, "answered", {**body, "how": how}, by=by, shown={"call": None})
