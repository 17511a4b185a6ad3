"""A final as a fold of its events: played at random, it keeps what it promises."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.finals import deciding, ranking
from exams.finals.course import Draft, Event, Kind, Phase, State, after, fold
from exams.finals.deciding import Question, RefusedError, Round
from exams.finals.settling import GRACE_MS, due, due_at

CAP = 250
ROUNDS = [
    Round(1, Kind.TURN, 20, costs=False),
    Round(2, Kind.ALL, 15, costs=False),
    Round(3, Kind.BUZZ, 10, costs=True),
    Round(4, Kind.RISK, 30, costs=True),
]


class Play:
    """A final written down as the services do it, with a clock of its own."""

    def __init__(self, sides: int = 3) -> None:
        self.now = 1_000_000
        self.events: list[Event] = []
        self.state = State()
        self.keys: list[str] = []
        teams = [{"id": number, "label": f"{number}队"} for number in range(1, sides + 1)]
        self.write([Draft("opened", {"sides": teams})])
        for number in range(1, 2 * sides + 1):
            side = (number - 1) % sides + 1
            said = {"player": number, "side": side, "label": f"{number}号", "listed": True}
            self.write([Draft("joined", {**said, "alone": False})])
        self.write(deciding.begin(self.state))

    def write(self, drafts: list[Draft]) -> None:
        for draft in drafts:
            event = Event(draft.kind, self.now, draft.body, seq=self.state.seq + 1)
            self.events.append(event)
            self.state = after(self.state, event)
            if draft.once is not None:
                self.keys.append(draft.once)

    def settle(self) -> None:
        for _each in range(50):
            drafts = due(self.state, self.now)
            if not drafts:
                return
            self.write(drafts)
        raise AssertionError("it never comes to rest")

    def wait(self, ms: int) -> None:
        self.now += ms
        self.settle()

    def ask(self, round_: Round, *, side: int | None = None, points: int = 10) -> int:
        number = len(self.state.turns) + 1
        self.write(
            deciding.ask(
                self.state,
                turn=number,
                round_=round_,
                question=Question(number, Decimal(points)),
                now=self.now,
                cap_ms=CAP,
                side=side,
            )
        )
        return number

    def answer(self, player: int, share: Any = 1, *, allowance: int = 0) -> None:
        self.write(
            deciding.answer(
                self.state,
                player=player,
                turn=self.state.turn.number if self.state.turn else 0,
                said={"chosen": int(share == 1)},
                share=Fraction(share),
                arrived=self.now,
                allowance=allowance,
            )
        )
        self.settle()

    def buzz(self, player: int, *, allowance: int = 0) -> None:
        self.write(
            deciding.buzz(
                self.state,
                player=player,
                turn=self.state.turn.number if self.state.turn else 0,
                arrived=self.now,
                allowance=allowance,
            )
        )
        self.settle()

    def points(self) -> dict[int, Decimal]:
        return {each.id: each.points for each in ranking.of_sides(self.state)}


def refused(play: Play, act: Any, *args: Any, **kwargs: Any) -> str:
    before = play.state
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    assert play.state == before
    return caught.value.why


# --- Played at random -----------------------------------------------------------------------------


def step(play: Play, chance: random.Random) -> None:
    """Something anybody might try, sensible or not."""
    turn = play.state.turn
    number = turn.number if turn else 0
    player = chance.randint(1, 7)
    tries: list[Any] = [
        lambda: play.ask(chance.choice(ROUNDS)),
        lambda: play.answer(player, chance.choice([0, 1, Fraction(1, 2)])),
        lambda: play.buzz(player, allowance=chance.randint(0, CAP)),
        lambda: play.write(
            deciding.stake(
                play.state, player=player, turn=number + 1, points=chance.choice([10, 20, 30])
            )
        ),
        lambda: play.write(deciding.pause(play.state)),
        lambda: play.write(deciding.resume(play.state)),
        lambda: play.write(deciding.void(play.state, turn=chance.randint(1, 5), reason="题目有误")),
        lambda: play.write(
            deciding.correct(
                play.state,
                turn=chance.randint(1, 5),
                side=chance.randint(1, 3),
                points=Decimal(chance.randint(-20, 20)),
                reason="改判",
            )
        ),
        lambda: play.write(deciding.end_answering(play.state, turn=number)),
        lambda: play.wait(chance.choice([10, 300, 3_000, 12_000, 40_000])),
    ]
    weights = [5, 6, 6, 3, 1, 3, 1, 1, 1, 8]
    try:
        chance.choices(tries, weights)[0]()
    except RefusedError:
        return


@given(st.integers(0, 2**32), st.integers(1, 120))
def test_whatever_is_tried_it_stays_whole(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    play = Play()
    for _each in range(steps):
        step(play, chance)
    state = play.state
    # The state is the fold of the ledger, wherever one begins.
    assert fold(play.events) == state
    cut = chance.randint(0, len(play.events))
    assert fold(play.events[cut:], fold(play.events[:cut])) == state
    assert [event.seq for event in play.events] == list(range(1, len(play.events) + 1))
    # What may happen once has happened once.
    assert len(play.keys) == len(set(play.keys))
    # Points are the sum of what was given and not voided, nothing else.
    for side, points in play.points().items():
        given = (
            turn.results[side].points
            for turn in state.turns
            if side in turn.results and not turn.void_reason
        )
        assert points == sum(given, Decimal(0))
    # At most the last question is open, and places follow the points.
    assert all(turn.is_closed for turn in state.turns[:-1])
    board = ranking.of_sides(state)
    assert [row.points for row in board] == sorted((row.points for row in board), reverse=True)
    assert board[0].place == 1
    for turn in state.turns:
        if turn.kind in (Kind.TURN, Kind.RISK) and not turn.is_corrected:
            assert set(turn.results) <= {turn.to}
        if turn.is_ordered:
            assert len({buzz.side for buzz in turn.order}) == len(turn.order)
            waiting = [buzz.counts_at(turn.opens_at) for buzz in turn.order[turn.called + 1 :]]
            assert waiting == sorted(waiting)


@given(st.integers(0, 2**32), st.integers(1, 80))
def test_nothing_is_stuck(seed: int, steps: int) -> None:
    """From wherever one is, time alone closes the open question, or a button goes on."""
    chance = random.Random(seed)
    play = Play()
    for _each in range(steps):
        step(play, chance)
    if play.state.paused_at is not None:
        play.write(deciding.resume(play.state))
    for _each in range(30):
        moment = due_at(play.state)
        if moment is None:
            break
        play.now = max(play.now, moment)
        play.settle()
    assert play.state.open_turn is None
    if play.state.staking is not None and play.state.staking.points:
        play.ask(ROUNDS[3])
        play.wait(60_000)
    play.write(deciding.finish(play.state))
    assert play.state.phase is Phase.FINISHED


# --- Each way of asking ---------------------------------------------------------------------------


def test_all_at_once_closes_when_everybody_has_answered() -> None:
    play = Play()
    play.ask(ROUNDS[1])
    play.wait(2_000)
    play.answer(1)
    play.answer(2, 0)
    assert play.state.open_turn is not None
    assert refused(play, play.answer, 4) == "given"  # another of the same team
    play.answer(3, Fraction(1, 2))
    assert play.state.open_turn is None
    assert play.points() == {1: Decimal("10.00"), 2: Decimal("0.00"), 3: Decimal("5.00")}


def test_the_time_is_over_by_the_servers_clock_less_the_line() -> None:
    play = Play()
    play.ask(ROUNDS[1])
    play.wait(15_000)
    play.now += 200
    assert refused(play, play.answer, 2) == "too_late"
    play.answer(1, allowance=200)
    play.wait(CAP + GRACE_MS)
    assert play.state.open_turn is None
    assert play.points()[1] == 10


def test_an_answer_said_again_is_no_error() -> None:
    play = Play()
    play.ask(ROUNDS[1])
    play.answer(1)
    seq = play.state.seq
    play.answer(1)
    assert play.state.seq == seq


def test_in_turn_each_side_is_asked_as_often() -> None:
    play = Play()
    asked = []
    for _each in range(4):
        play.ask(ROUNDS[0])
        assert play.state.turn is not None
        asked.append(play.state.turn.to)
        assert refused(play, play.answer, 1 + asked[-1] % 3) == "not_yours"  # type: ignore[operator]
        play.answer(asked[-1])  # type: ignore[arg-type]
    assert asked == [1, 2, 3, 1]


def test_nobody_buzzes_while_it_is_read() -> None:
    play = Play()
    play.ask(ROUNDS[2])
    assert refused(play, play.buzz, 1) == "too_early"
    play.wait(deciding.READING_MS)
    play.buzz(1)


def test_the_first_by_the_allowance_is_called_and_then_the_next() -> None:
    play = Play()
    play.ask(ROUNDS[2])
    play.wait(deciding.READING_MS + 400)
    play.buzz(1, allowance=10)
    play.wait(60)
    play.buzz(2, allowance=100)
    assert refused(play, play.answer, 1) == "not_yours"  # nobody has been called
    play.wait(CAP + GRACE_MS)
    turn = play.state.turn
    assert turn is not None
    assert [buzz.side for buzz in turn.order] == [2, 1]
    assert turn.called_side == 2
    assert refused(play, play.answer, 1) == "not_yours"
    play.buzz(3)  # too late to be before anybody
    play.answer(2, 0)
    assert play.state.turn is not None
    assert play.state.turn.called_side == 1
    play.wait(10_000 + CAP + GRACE_MS)  # says nothing in its time
    assert play.state.turn.called_side == 3
    play.answer(3)
    assert play.state.open_turn is None
    assert play.points() == {1: -10, 2: -10, 3: 10}


def test_a_second_press_of_a_side_changes_nothing() -> None:
    play = Play()
    play.ask(ROUNDS[2])
    play.wait(deciding.READING_MS)
    play.buzz(1)
    seq = play.state.seq
    play.buzz(4)
    assert play.state.seq == seq


def test_nobody_buzzes_at_all() -> None:
    play = Play()
    play.ask(ROUNDS[2])
    play.wait(deciding.READING_MS + 10_000 + CAP + GRACE_MS)
    assert play.state.open_turn is None
    assert set(play.points().values()) == {Decimal(0)}


@pytest.mark.parametrize(("share", "points"), [(1, 30), (0, -30), (Fraction(1, 2), -30)])
def test_who_risks_wins_or_loses_the_stake(share: Any, points: int) -> None:
    play = Play()
    play.ask(ROUNDS[3], side=2)
    assert refused(play, play.ask, ROUNDS[3]) == "no_stake"
    stake = {"turn": 1, "points": 30}
    assert refused(play, deciding.stake, play.state, player=1, **stake) == "not_yours"
    play.write(deciding.stake(play.state, player=2, **stake))
    play.ask(ROUNDS[3])
    play.answer(2, share)
    assert play.points()[2] == points


def test_who_does_not_choose_risks_the_least() -> None:
    play = Play()
    play.ask(ROUNDS[3])
    play.wait(deciding.STAKING_MS)
    assert play.state.staking is not None
    assert play.state.staking.points == 10


def test_a_pause_gives_the_time_back() -> None:
    play = Play()
    play.ask(ROUNDS[1])
    play.wait(5_000)
    play.write(deciding.pause(play.state))
    assert refused(play, play.answer, 1) == "paused"
    play.wait(600_000)
    play.write(deciding.resume(play.state))
    play.wait(9_900)
    play.answer(1)
    assert play.state.open_turn is not None
    play.wait(1_000)
    assert play.state.open_turn is None


def test_void_and_correction() -> None:
    play = Play()
    for _each in range(2):
        play.ask(ROUNDS[1])
        for player in (1, 2, 3):
            play.answer(player)
    play.write(deciding.void(play.state, turn=1, reason="题目有误"))
    assert set(play.points().values()) == {10}
    play.write(deciding.correct(play.state, turn=2, side=3, points=Decimal(0), reason="答案有误"))
    assert play.points()[3] == 0
    assert (
        refused(play, deciding.correct, play.state, turn=1, side=3, points=Decimal(5), reason="x")
        == "moved"
    )
    assert play.state.turns[1].is_corrected


def test_equal_points_go_by_time_and_equal_times_share_the_place() -> None:
    play = Play()
    play.ask(ROUNDS[1])
    play.wait(1_000)
    play.answer(1)
    play.answer(2)
    play.wait(1_000)
    play.answer(3)
    assert [(row.place, row.id) for row in ranking.of_sides(play.state)] == [(1, 1), (1, 2), (3, 3)]
    persons = ranking.of_persons(play.state)
    assert [(row.place, row.id) for row in persons[:3]] == [(1, 1), (1, 2), (3, 3)]


def test_the_last_number_is_pressed_once() -> None:
    """Two hosts press at once: the second finds the question asked."""
    play = Play()
    play.ask(ROUNDS[1])
    question = Question(9, Decimal(1))
    why = refused(
        play, deciding.ask, play.state,
        turn=1, round_=ROUNDS[1], question=question, now=play.now, cap_ms=CAP,
    )  # fmt: skip
    assert why == "moved"
