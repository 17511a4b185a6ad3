"""What becomes due by itself: time over, an order decided, the next one called; pure.

`due` says what happens at a moment, `due_at` when it is worth asking again. Whoever looks first
writes it down.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from exams.finals.course import STAKES, Draft, Given, Kind, Staking, State, Turn

# What arrived in time may still wait to be written when the time is over.
GRACE_MS = 250


def due(state: State, now: int) -> list[Draft]:
    """What happens by itself at `now`; ask again after writing it down, until there is nothing."""
    if not state.is_live:
        return []
    staking = state.staking
    if staking is not None and not staking.points and now >= staking.until:
        return [staked(staking, STAKES[0])]
    turn = state.open_turn
    if turn is None:
        return []
    if turn.kind is Kind.BUZZ:
        return _due_of_buzz(turn, now)
    waited_for = {turn.to} if turn.to is not None else _playing(state)
    if waited_for <= set(turn.given) or now >= turn.closes_at + turn.cap_ms + GRACE_MS:
        return [closed(turn)]
    return []


def due_at(state: State) -> int | None:
    """The next moment at which something may become due; None: nothing waits for a clock."""
    if not state.is_live:
        return None
    moments = []
    if state.staking is not None and not state.staking.points:
        moments.append(state.staking.until)
    turn = state.open_turn
    if turn is not None:
        late = turn.cap_ms + GRACE_MS
        if turn.kind is not Kind.BUZZ or not turn.buzzes:
            moments.append(turn.closes_at + late)
        elif not turn.is_ordered:
            moments.append((turn.order_at or 0) + GRACE_MS)
        elif turn.called_side is not None:
            moments.append(turn.answer_until + late)
    return min(moments, default=None)


def _due_of_buzz(turn: Turn, now: int) -> list[Draft]:
    if not turn.is_ordered:
        if turn.order_at is not None and now >= turn.order_at + GRACE_MS:
            return [
                Draft("ordered", {"turn": turn.number}, f"ordered:{turn.number}"),
                _call(turn, 0, now),
            ]
        if not turn.buzzes and now >= turn.closes_at + turn.cap_ms + GRACE_MS:
            return [closed(turn)]
        return []
    side = turn.called_side
    assert side is not None
    given = turn.given.get(side)
    if given is None and now < turn.answer_until + turn.cap_ms + GRACE_MS:
        return []
    judged = [] if side in turn.results else [_judge(turn, side, given)]
    if given is not None and given.share == 1:
        return [*judged, closed(turn)]
    following = turn.called + 1
    if following < len(turn.order):
        return [*judged, _call(turn, following, now)]
    return [*judged, closed(turn)]


def _call(turn: Turn, place: int, now: int) -> Draft:
    body = {"turn": turn.number, "until": now + turn.answer_ms}
    return Draft("called", body, f"called:{turn.number}:{place}")


def _judge(turn: Turn, side: int, given: Given | None) -> Draft:
    return Draft(
        "judged",
        {"turn": turn.number, "side": side, **_result(turn, given)},
        f"judged:{turn.number}:{side}",
    )


def closed(turn: Turn) -> Draft:
    """The end of a question, with what everybody got for it."""
    if turn.kind is Kind.BUZZ:
        results = []
    elif turn.to is not None:
        results = [{"side": turn.to, **_result(turn, turn.given.get(turn.to))}]
    else:
        results = [{"side": side, **_result(turn, given)} for side, given in turn.given.items()]
    return Draft("closed", {"turn": turn.number, "results": results}, f"closed:{turn.number}")


def _result(turn: Turn, given: Given | None) -> dict[str, Any]:
    share = Fraction(0) if given is None else given.share
    is_right = share == 1
    if turn.costs and not is_right:
        points = -turn.costs
    else:
        earned = turn.points * share.numerator / share.denominator
        points = earned.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        "points": str(points),
        "right": is_right,
        "player": None if given is None else given.player,
        "spent": 0 if given is None else max(0, given.at - turn.opens_at),
    }


def staked(staking: Staking, points: int) -> Draft:
    body = {"turn": staking.number, "points": points}
    return Draft("staked", body)


def _playing(state: State) -> set[int]:
    return {each.side for each in state.players.values()}
