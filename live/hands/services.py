"""Raising hands, the stage, and the signals of the two who talk to each other."""

from typing import Any

from django.db import transaction

from live.classroom.models import ClassState, LiveClass
from live.classroom.presence import PRESENT
from live.classroom.telling import lock, tell, whisper
from live.hands import queries, words
from live.hands.errors import HandMovedError, NotOnStageError
from live.hands.models import HandState, How, LiveHand
from live.hands.queueing import ahead_of, is_gone
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

# Of a longer queue the first ones are named; everybody still learns the own place.
MOST_NAMED = 30


def raise_hand(*, by: Member, live_class_id: int) -> int:
    """Stand at the end of the queue; how many come before. A hand that is up stays where it is."""
    with transaction.atomic():
        held = lock(live_class_id)
        if queries.hand_of(held, by.pk) is None:
            LiveHand.objects.create(live_class=held, member=by, raised_at=clock.now())
            _tell(held, "up", by, by)
        return place_of(held, by) or 0


def place_of(live_class: LiveClass, member: Member) -> int | None:
    """How many come before this member; None for who does not wait."""
    return ahead_of([hand.member_id for hand in queries.queue(live_class)], member.pk)


def lower_hand(*, by: Member, live_class_id: int) -> None:
    """Take one's own hand down; on the stage that ends it. Nothing happens without one."""
    with transaction.atomic():
        held = lock(live_class_id)
        hand = queries.hand_of(held, by.pk)
        if hand is None:
            return
        if hand.state == HandState.ON_STAGE:
            _end(held, hand, by, "ended")
        else:
            _close(hand, HandState.LOWERED, by)
            _tell(held, "down", by, by)


def grant(*, by: Member, live_class_id: int, member_id: int) -> None:
    """Ask the owner of a raised hand onto the stage. Raises HandMovedError."""
    with transaction.atomic():
        held = lock(live_class_id)
        hand = queries.hand_of(held, member_id)
        if hand is None:
            raise HandMovedError(words.not_up())
        put_on_stage(held, hand, by)


def put_on_stage(held: LiveClass, hand: LiveHand, by: Member) -> None:
    """The class is locked by the caller. Raises HandMovedError where somebody stands there."""
    there = queries.on_stage(held)
    if there is not None and there.pk != hand.pk:
        if not _has_left(there):
            raise HandMovedError(words.taken(there.member.name))
        _end(held, there, None, "lost")
    if there is None or there.pk != hand.pk:
        advance(
            hand,
            to=HandState.ON_STAGE,
            from_=[HandState.RAISED],
            granted_at=clock.now(),
            granted_by=by,
        )
        _tell(held, "granted", hand.member, by)


def decline(*, by: Member, live_class_id: int, member_id: int) -> None:
    """Take a hand down for its owner, who is told. Raises HandMovedError."""
    with transaction.atomic():
        held = lock(live_class_id)
        hand = queries.hand_of(held, member_id)
        if hand is None or hand.state != HandState.RAISED:
            raise HandMovedError(words.not_up())
        _close(hand, HandState.DECLINED, by)
        _tell(held, "declined", hand.member, by)


def end_stage(*, by: Member, live_class_id: int) -> None:
    """Whoever leads ends it for whoever is there; pressed twice it is ended once."""
    with transaction.atomic():
        held = lock(live_class_id)
        hand = queries.on_stage(held)
        if hand is not None:
            _end(held, hand, by, "ended")


def choose_how(*, by: Member, live_class_id: int, how: str) -> LiveHand:
    """By what one speaks: sound, sound and picture, or in writing. Raises NotOnStageError."""
    with transaction.atomic():
        held = lock(live_class_id)
        hand = queries.on_stage(held)
        if hand is None or hand.member_id != by.pk:
            raise NotOnStageError(words.not_on_stage())
        if hand.how != how:
            hand.how = how
            hand.save(update_fields=["how"])
            _tell(held, "how", by, by)
    return hand


def signal(*, by: Member, leads: bool, live_class: LiveClass, said: dict[str, Any]) -> None:
    """Pass on what one browser of the two has to say to the other. Raises NotOnStageError.

    Whoever is on the stage speaks to whose browser the picture comes from, and the other way
    round; nobody else, and nobody to anybody else.
    """
    hand = queries.on_stage(live_class)
    desk = queries.broadcaster_id(live_class)
    if hand is None or hand.how not in (How.VOICE, How.PICTURE):
        raise NotOnStageError(words.not_on_stage())
    if by.pk == hand.member_id:
        to = desk
    elif leads and by.pk == desk:
        to = hand.member_id
    else:
        raise NotOnStageError(words.not_on_stage())
    whisper(live_class, {"signal": {**said, "hand": hand.pk, "from": by.pk}}, to=to)


def free_stages() -> int:
    """End what nobody stands behind any more: a line that is gone, a class that is over."""
    count = 0
    for hand in queries.stages():
        over = hand.live_class.state in (ClassState.CLOSED, ClassState.CANCELLED)
        if not over and not _has_left(hand):
            continue
        with transaction.atomic():
            held = lock(hand.live_class_id)
            if hand.state == HandState.RAISED:
                count += _close(hand, HandState.LOWERED, None)
                _tell(held, "down", hand.member, None)
            else:
                count += _end(held, hand, None, "ended" if over else "lost")
    return count


def _has_left(hand: LiveHand) -> bool:
    lines = queries.lines_of(hand.live_class, hand.member_id)
    return is_gone(lines, clock.now(), stands_for=PRESENT)


def _end(held: LiveClass, hand: LiveHand, by: Member | None, word: str) -> bool:
    ended = _close(hand, HandState.ENDED, by)
    if ended:
        _tell(held, word, hand.member, by)
    return ended


def _close(hand: LiveHand, to: str, by: Member | None) -> bool:
    began = HandState.ON_STAGE if to == HandState.ENDED else HandState.RAISED
    return advance(hand, to=to, from_=[began], ended_at=clock.now(), ended_by=by)


def _tell(held: LiveClass, word: str, member: Member, by: Member | None) -> None:
    body = {"do": word, "who": member.pk, "name": member.name}
    tell(held, "hand", body, by=by, shown={"hands": standing(held)})


def standing(live_class: LiveClass) -> dict[str, Any]:
    """Who is on the stage and who waits, for everybody in the room alike."""
    waiting = queries.queue(live_class)
    there = queries.on_stage(live_class)
    return {
        "stage": None
        if there is None
        else {
            "hand": there.pk,
            "id": there.member_id,
            "name": there.member.name,
            "how": there.how,
        },
        "queue": [
            {"id": hand.member_id, "name": hand.member.name} for hand in waiting[:MOST_NAMED]
        ],
        "count": len(waiting),
    }
