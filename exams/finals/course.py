"""The course of a final: what has happened, event after event, gives how things stand; pure.

`state = fold(events)`. Every process, every page and the record compute the same from the same
events, so whoever comes back needs the ledger alone. Times are milliseconds of the server's clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from typing import Any

from exams.finals.buzzing import Buzz, in_order


class Kind(StrEnum):
    """How a question is asked."""

    TURN = "turn"  # 必答: of one side, each in turn
    ALL = "all"  # 共答: of all at once
    BUZZ = "buzz"  # 抢答: of who is first
    RISK = "risk"  # 风险: of one side, for what it has staked


class Phase(StrEnum):
    DRAFT = "draft"
    LOBBY = "lobby"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


STAKES = (10, 20, 30)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `seq` counts from 1 within a final."""

    kind: str
    at: int
    body: Mapping[str, Any]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be written down. Of several with the same `once` a final has one at most."""

    kind: str
    body: Mapping[str, Any]
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """Who wins or loses points together: a team, or a player alone."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Player:
    id: int
    side: int
    label: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Given:
    """One side's answer. `share` is what of the question it earns, known to the server alone."""

    player: int
    answer: Mapping[str, Any]
    share: Fraction
    arrived: int
    allowance: int

    @property
    def at(self) -> int:
        return self.arrived - self.allowance


@dataclass(frozen=True, slots=True)
class Result:
    """What a side got for a question; `spent` are the milliseconds a right answer took."""

    points: Decimal
    is_right: bool
    player: int | None = None
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question asked."""

    number: int
    round: int
    kind: Kind
    item: int
    points: Decimal
    costs: Decimal  # what a wrong answer takes away
    opens_at: int
    closes_at: int
    answer_ms: int
    cap_ms: int
    to: int | None = None
    buzzes: tuple[Buzz, ...] = ()
    order: tuple[Buzz, ...] = ()
    order_at: int | None = None
    is_ordered: bool = False
    called: int = -1  # place in `order`
    answer_until: int = 0
    given: Mapping[int, Given] = field(default_factory=dict)
    results: Mapping[int, Result] = field(default_factory=dict)
    is_closed: bool = False
    void_reason: str = ""
    is_corrected: bool = False

    @property
    def called_side(self) -> int | None:
        return self.order[self.called].side if 0 <= self.called < len(self.order) else None


@dataclass(frozen=True, slots=True)
class Staking:
    """A side chooses what it dares; then it is asked. `points` 0: it has not chosen."""

    number: int
    round: int
    side: int
    until: int
    points: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How things stand after `seq` events."""

    seq: int = 0
    phase: Phase = Phase.DRAFT
    paused_at: int | None = None
    sides: Mapping[int, Side] = field(default_factory=dict)
    players: Mapping[int, Player] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    staking: Staking | None = None
    reason: str = ""

    @property
    def turn(self) -> Turn | None:
        return self.turns[-1] if self.turns else None

    @property
    def open_turn(self) -> Turn | None:
        turn = self.turn
        return None if turn is None or turn.is_closed else turn

    @property
    def is_live(self) -> bool:
        """Something can be answered now."""
        return self.phase is Phase.RUNNING and self.paused_at is None


def fold(events: Iterable[Event], state: State | None = None) -> State:
    """How things stand after `events`, from `state` on."""
    return reduce(after, events, State() if state is None else state)


def after(state: State, event: Event) -> State:
    """How things stand after one event more. A kind from a newer release changes nothing."""
    change = _CHANGES.get(event.kind)
    changed = state if change is None else change(state, event)
    return replace(changed, seq=event.seq)


# --- What each kind of event changes --------------------------------------------------------------


def _opened(state: State, event: Event) -> State:
    sides = {each["id"]: Side(each["id"], each["label"]) for each in event.body["sides"]}
    return replace(state, phase=Phase.LOBBY, sides=sides)


def _joined(state: State, event: Event) -> State:
    body = event.body
    player = Player(body["player"], body["side"], body["label"], body["listed"])
    sides = state.sides
    if body["alone"]:
        sides = {**sides, player.side: Side(player.side, player.label)}
    return replace(state, sides=sides, players={**state.players, player.id: player})


def _left(state: State, event: Event) -> State:
    gone = state.players.get(event.body["player"])
    if gone is None:
        return state
    players = {key: each for key, each in state.players.items() if key != gone.id}
    sides = state.sides
    if event.body["alone"]:
        sides = {key: each for key, each in sides.items() if key != gone.side}
    return replace(state, players=players, sides=sides)


def _begun(state: State, event: Event) -> State:
    return replace(state, phase=Phase.RUNNING)


def _staking(state: State, event: Event) -> State:
    body = event.body
    return replace(state, staking=Staking(body["turn"], body["round"], body["side"], body["until"]))


def _staked(state: State, event: Event) -> State:
    if state.staking is None:
        return state
    return replace(state, staking=replace(state.staking, points=event.body["points"]))


def _asked(state: State, event: Event) -> State:
    body = event.body
    turn = Turn(
        number=body["turn"],
        round=body["round"],
        kind=Kind(body["kind"]),
        item=body["item"],
        points=Decimal(body["points"]),
        costs=Decimal(body["costs"]),
        opens_at=body["opens_at"],
        closes_at=body["closes_at"],
        answer_ms=body["answer_ms"],
        cap_ms=body["cap_ms"],
        to=body["to"],
    )
    return replace(state, turns=(*state.turns, turn), staking=None)


def _in_turn(
    change: Callable[[Turn, Event], Turn],
) -> Callable[[State, Event], State]:
    """A change of the turn the event names."""

    def changed(state: State, event: Event) -> State:
        turns = tuple(
            change(turn, event) if turn.number == event.body["turn"] else turn
            for turn in state.turns
        )
        return replace(state, turns=turns)

    return changed


def _buzzed(turn: Turn, event: Event) -> Turn:
    body = event.body
    buzz = Buzz(body["side"], body["player"], body["arrived"], body["allowance"], event.seq)
    buzzes = (*turn.buzzes, buzz)
    if turn.is_ordered:
        # Too late to come before who has been called; among those who wait the figures count.
        heard, waiting = turn.order[: turn.called + 1], turn.order[turn.called + 1 :]
        behind = in_order((*waiting, buzz), opened=turn.opens_at)
        return replace(turn, buzzes=buzzes, order=(*heard, *behind))
    order_at = body["arrived"] + turn.cap_ms if turn.order_at is None else turn.order_at
    return replace(turn, buzzes=buzzes, order_at=order_at)


def _ordered(turn: Turn, event: Event) -> Turn:
    return replace(turn, is_ordered=True, order=in_order(turn.buzzes, opened=turn.opens_at))


def _called(turn: Turn, event: Event) -> Turn:
    return replace(turn, called=turn.called + 1, answer_until=event.body["until"])


def _answered(turn: Turn, event: Event) -> Turn:
    body = event.body
    given = Given(
        body["player"], body["answer"], Fraction(body["share"]), body["arrived"], body["allowance"]
    )
    return replace(turn, given={**turn.given, body["side"]: given})


def _result(said: Mapping[str, Any]) -> Result:
    return Result(Decimal(said["points"]), said["right"], said["player"], said["spent"])


def _judged(turn: Turn, event: Event) -> Turn:
    body = event.body
    return replace(turn, results={**turn.results, body["side"]: _result(body)})


def _closed(turn: Turn, event: Event) -> Turn:
    results = {each["side"]: _result(each) for each in event.body["results"]}
    return replace(turn, is_closed=True, results={**turn.results, **results})


def _voided(turn: Turn, event: Event) -> Turn:
    return replace(turn, is_closed=True, void_reason=event.body["reason"])


def _corrected(turn: Turn, event: Event) -> Turn:
    body = event.body
    before = turn.results.get(body["side"], Result(Decimal(0), False))
    points = Decimal(body["points"])
    now = replace(before, points=points, is_right=points > 0)
    return replace(turn, results={**turn.results, body["side"]: now}, is_corrected=True)


def _paused(state: State, event: Event) -> State:
    return replace(state, paused_at=event.at)


def _resumed(state: State, event: Event) -> State:
    """Whatever was running goes on with the time it had left."""
    if state.paused_at is None:
        return state
    pause = event.at - state.paused_at
    staking, turns = state.staking, state.turns
    if staking is not None:
        staking = replace(staking, until=staking.until + pause)
    if turns and not turns[-1].is_closed:
        turns = (*turns[:-1], _later(turns[-1], pause))
    return replace(state, paused_at=None, staking=staking, turns=turns)


def _later(turn: Turn, pause: int) -> Turn:
    return replace(
        turn,
        opens_at=turn.opens_at + pause if not turn.buzzes else turn.opens_at,
        closes_at=turn.closes_at + pause,
        order_at=None if turn.order_at is None else turn.order_at + pause,
        answer_until=turn.answer_until + pause,
    )


def _finished(state: State, event: Event) -> State:
    return replace(state, phase=Phase.FINISHED, paused_at=None, staking=None)


def _cancelled(state: State, event: Event) -> State:
    return replace(
        state,
        phase=Phase.CANCELLED,
        paused_at=None,
        staking=None,
        reason=event.body["reason"],
    )


_CHANGES: dict[str, Callable[[State, Event], State]] = {
    "opened": _opened,
    "joined": _joined,
    "left": _left,
    "begun": _begun,
    "staking": _staking,
    "staked": _staked,
    "asked": _asked,
    "buzzed": _in_turn(_buzzed),
    "ordered": _in_turn(_ordered),
    "called": _in_turn(_called),
    "answered": _in_turn(_answered),
    "judged": _in_turn(_judged),
    "closed": _in_turn(_closed),
    "voided": _in_turn(_voided),
    "corrected": _in_turn(_corrected),
    "paused": _paused,
    "resumed": _resumed,
    "finished": _finished,
    "cancelled": _cancelled,
}
