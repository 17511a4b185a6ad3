"""What may happen next: from how things stand to the events that follow; pure.

Whoever asks gets events to write down, or a refusal in a word. Nothing here looks at a clock: the
moment a message arrived comes with it. What becomes due by itself is in `settling`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from exams.finals.course import STAKES, Draft, Kind, Phase, Player, State, Turn
from exams.finals.settling import closed, staked

# So long everybody reads before anybody may buzz: a slow line has the question by then.
READING_MS = 3_000
STAKING_MS = 20_000


class RefusedError(Exception):
    """Why not, in a word for programs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Round:
    """How the questions of a section are asked."""

    position: int
    kind: Kind
    seconds: int
    costs: bool  # a wrong answer takes away what a right one gives


@dataclass(frozen=True, slots=True)
class Question:
    """What of a question the course needs."""

    item: int
    points: Decimal


# --- What players say -----------------------------------------------------------------------------


def answer(
    state: State,
    *,
    player: int,
    turn: int,
    said: Mapping[str, Any],
    share: Fraction,
    arrived: int,
    allowance: int,
) -> list[Draft]:
    """One side's answer. The same player's same answer again is no error and changes nothing."""
    who, asked = _in_play(state, player, turn)
    before = asked.given.get(who.side)
    if before is not None:
        if (before.player, dict(before.answer)) == (player, dict(said)):
            return []
        raise RefusedError("given")
    if asked.is_closed:
        raise RefusedError("too_late")
    _require_live(state)
    at = arrived - allowance
    if asked.kind is Kind.BUZZ:
        if asked.called_side != who.side:
            raise RefusedError("not_yours")
        if at > asked.answer_until:
            raise RefusedError("too_late")
    elif asked.to is not None and asked.to != who.side:
        raise RefusedError("not_yours")
    elif arrived < asked.opens_at:
        raise RefusedError("too_early")
    elif at > asked.closes_at:
        raise RefusedError("too_late")
    body = {
        "turn": turn,
        "side": who.side,
        "player": player,
        "answer": said,
        "share": str(share),
        "arrived": arrived,
        "allowance": allowance,
    }
    return [Draft("answered", body, f"answer:{turn}:{who.side}")]


def buzz(state: State, *, player: int, turn: int, arrived: int, allowance: int) -> list[Draft]:
    """A press. A side's second press is no error and changes nothing."""
    who, asked = _in_play(state, player, turn)
    if asked.kind is not Kind.BUZZ:
        raise RefusedError("not_yours")
    if any(each.side == who.side for each in asked.buzzes):
        return []
    if asked.is_closed:
        raise RefusedError("too_late")
    _require_live(state)
    if arrived < asked.opens_at:
        raise RefusedError("too_early")
    if not asked.is_ordered and arrived - allowance > asked.closes_at:
        raise RefusedError("too_late")
    body = {
        "turn": turn,
        "side": who.side,
        "player": player,
        "arrived": arrived,
        "allowance": allowance,
    }
    return [Draft("buzzed", body, f"buzz:{turn}:{who.side}")]


def stake(state: State, *, player: int | None, turn: int, points: int) -> list[Draft]:
    """What a side dares; without a player the host writes down what was called out."""
    staking = state.staking
    if staking is None or staking.number != turn:
        raise RefusedError("too_late")
    if player is not None and _player(state, player).side != staking.side:
        raise RefusedError("not_yours")
    if points not in STAKES:
        raise RefusedError("not_understood")
    if staking.points:
        if staking.points == points:
            return []
        raise RefusedError("given")
    _require_live(state)
    return [staked(staking, points)]


# --- What the host says ---------------------------------------------------------------------------


def begin(state: State) -> list[Draft]:
    if state.phase is not Phase.LOBBY:
        raise RefusedError("moved")
    playing = {each.side for each in state.players.values()}
    if len(playing) < 2:
        raise RefusedError("too_few")
    return [Draft("begun", {}, "begun")]


def ask(
    state: State,
    *,
    turn: int,
    round_: Round,
    question: Question | None,
    now: int,
    cap_ms: int,
    side: int | None = None,
) -> list[Draft]:
    """Ask the next question of a round; `turn` is the number it will have.

    In a round of risks the side is first asked for its stake, and asked when it has one.
    """
    _require_live(state)
    number = (state.turn.number if state.turn else 0) + 1
    if state.open_turn is not None or turn != number:
        raise RefusedError("moved")
    if question is None:
        raise RefusedError("no_question")
    staking = state.staking
    to = None
    points, costs = question.points, question.points if round_.costs else Decimal(0)
    if round_.kind in (Kind.TURN, Kind.RISK):
        to = next_side(state, round_.position) if side is None else side
        if to not in state.sides:
            raise RefusedError("no_side")
        costs = Decimal(0)
    if round_.kind is Kind.RISK:
        if staking is None or staking.round != round_.position:
            body: dict[str, Any] = {
                "turn": number,
                "round": round_.position,
                "side": to,
                "until": now + STAKING_MS,
            }
            return [Draft("staking", body)]
        if not staking.points:
            raise RefusedError("no_stake")
        to, points, costs = staking.side, Decimal(staking.points), Decimal(staking.points)
    opens_at = now + (READING_MS if round_.kind is Kind.BUZZ else 0)
    body = {
        "turn": number,
        "round": round_.position,
        "kind": str(round_.kind),
        "item": question.item,
        "to": to,
        "points": str(points),
        "costs": str(costs),
        "opens_at": opens_at,
        "closes_at": opens_at + round_.seconds * 1000,
        "answer_ms": round_.seconds * 1000,
        "cap_ms": cap_ms,
    }
    return [Draft("asked", body, f"asked:{number}")]


def end_answering(state: State, *, turn: int) -> list[Draft]:
    """Not waiting any longer: what was answered counts."""
    asked = state.open_turn
    if asked is None or asked.number != turn:
        raise RefusedError("moved")
    _require_live(state)
    return [closed(asked)]


def pause(state: State) -> list[Draft]:
    if state.phase is not Phase.RUNNING or state.paused_at is not None:
        raise RefusedError("moved")
    return [Draft("paused", {})]


def resume(state: State) -> list[Draft]:
    if state.phase is not Phase.RUNNING or state.paused_at is None:
        raise RefusedError("moved")
    return [Draft("resumed", {})]


def void(state: State, *, turn: int, reason: str) -> list[Draft]:
    """A question that does not count, open or closed: nobody keeps or loses anything by it."""
    found = _turn(state, turn)
    if state.phase is not Phase.RUNNING or found.void_reason:
        raise RefusedError("moved")
    return [Draft("voided", {"turn": turn, "reason": reason}, f"voided:{turn}")]


def correct(state: State, *, turn: int, side: int, points: Decimal, reason: str) -> list[Draft]:
    """What a side is to have for a closed question, instead of what it was given."""
    found = _turn(state, turn)
    if state.phase is not Phase.RUNNING or not found.is_closed or found.void_reason:
        raise RefusedError("moved")
    if side not in state.sides:
        raise RefusedError("no_side")
    body = {"turn": turn, "side": side, "points": str(points), "reason": reason}
    return [Draft("corrected", body)]


def finish(state: State) -> list[Draft]:
    if state.phase is not Phase.RUNNING:
        raise RefusedError("moved")
    if state.open_turn is not None:
        raise RefusedError("still_open")
    return [Draft("finished", {}, "ended")]


def cancel(state: State, *, reason: str) -> list[Draft]:
    if state.phase in (Phase.FINISHED, Phase.CANCELLED):
        raise RefusedError("moved")
    return [Draft("cancelled", {"reason": reason}, "ended")]


def next_side(state: State, round_: int) -> int | None:
    """Whose turn it is in a round: of those asked least often, the first on the list."""
    playing = {each.side for each in state.players.values()}
    asked = [turn.to for turn in state.turns if turn.round == round_ and not turn.void_reason]
    order = [side for side in state.sides if side in playing]
    return min(order, key=lambda side: (asked.count(side), order.index(side)), default=None)


def _player(state: State, player: int) -> Player:
    found = state.players.get(player)
    if found is None:
        raise RefusedError("not_yours")
    return found


def _turn(state: State, number: int) -> Turn:
    found = next((turn for turn in state.turns if turn.number == number), None)
    if found is None:
        raise RefusedError("moved")
    return found


def _in_play(state: State, player: int, turn: int) -> tuple[Player, Turn]:
    who = _player(state, player)
    asked = state.turn
    if asked is None or asked.number != turn:
        raise RefusedError("too_late")
    return who, asked


def _require_live(state: State) -> None:
    if state.phase is not Phase.RUNNING:
        raise RefusedError("not_running")
    if state.paused_at is not None:
        raise RefusedError("paused")
