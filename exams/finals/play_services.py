"""Playing: whatever is said is decided under the lock of the final's row, then written down.

Many messages are decided in one transaction and announced after it: an acknowledgement, a frame and
a page all speak of what is committed. Decisions are pure (`deciding`); here they get the ledger.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db import transaction

from exams.finals import deciding, frames, queries, ranking, rules, settling, words
from exams.finals.course import Draft, Event, Phase, State, after
from exams.finals.deciding import RefusedError
from exams.finals.errors import NotInPlayError, NotTheHostError
from exams.finals.models import Final, FinalEvent, FinalState
from exams.questions.models import QuestionVersion
from exams.questions.types import AnswerError, question_type
from lms.core import clock, jobs
from lms.core.rooms.hub import announce
from lms.core.states import advance
from lms.members.models import Member

RECORD_JOB = "exams.print_final_record"
# So many things in a row may become due at one moment; more would be a circle.
MOST_DUE = 200

Decide = Callable[[State], list[Draft]]


@dataclass(frozen=True, slots=True)
class Said:
    """Something somebody wants: what follows from it, and who it was."""

    decide: Decide
    by_id: int | None = None


def take(*, final_id: int, said: Sequence[Said]) -> tuple[State, list[RefusedError | None]]:
    """Decide and write down all of it in its order; how things stand, and each one's refusal.

    When this returns everything that was not refused is committed.
    """
    refusals: list[RefusedError | None] = []
    with transaction.atomic():
        final = lock(final_id)
        before = queries.state_of(final, is_writing=True)
        now = clock.now()
        writing = _Writing(final, before, now)
        for each in said:
            try:
                drafts = each.decide(writing.state)
            except RefusedError as refused:
                refusals.append(refused)
                continue
            writing.add(drafts, by_id=each.by_id)
            refusals.append(None)
        writing.settle()
        writing.write()
    return writing.state, refusals


def settle(*, final_id: int) -> State:
    """Write down what has become due; any process may, at any time."""
    return take(final_id=final_id, said=[])[0]


def settled(final: Final) -> queries.Known:
    """How things stand, after whatever has become due; who only looks holds nobody up."""
    known = queries.known_of(final)
    if settling.due(known.state, int(clock.now().timestamp() * 1000)):
        settle(final_id=final.pk)
        known = queries.known_of(final)
    return known


def lock(final_id: int) -> Final:
    """The final as it is now; what is written about it is written one after the other."""
    return (
        Final.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch", "paper")
        .get(pk=final_id)
    )


class _Writing:
    """The events of one transaction."""

    def __init__(self, final: Final, before: State, now: dt.datetime) -> None:
        self.final = final
        self.before = self.state = before
        self.now = now
        self.events: list[Event] = []
        self._rows: list[FinalEvent] = []

    @property
    def now_ms(self) -> int:
        return int(self.now.timestamp() * 1000)

    def add(self, drafts: Sequence[Draft], *, by_id: int | None = None) -> None:
        for draft in drafts:
            event = Event(draft.kind, self.now_ms, draft.body, seq=self.state.seq + 1)
            self.state = after(self.state, event)
            self.events.append(event)
            self._rows.append(
                FinalEvent(
                    final=self.final,
                    seq=event.seq,
                    kind=event.kind,
                    at=dt.datetime.fromtimestamp(event.at / 1000, dt.UTC),
                    body=event.body,
                    once=draft.once,
                    by_id=by_id,
                )
            )

    def settle(self) -> None:
        for _each in range(MOST_DUE):
            drafts = settling.due(self.state, self.now_ms)
            if not drafts:
                return
            self.add(drafts)
        raise RuntimeError(f"final {self.final.pk} never comes to rest")

    def write(self) -> None:
        if not self.events:
            return
        FinalEvent.objects.bulk_create(self._rows)
        Final.objects.filter(pk=self.final.pk).update(last_seq=self.state.seq)
        if self.state.phase is not self.before.phase:
            self._move()
        batch = frames.change(self.final, self.before, self.state, self.events)
        room, events = self.final.room, self.events

        def committed() -> None:
            queries.keep_events(room, events)
            announce(str(room), batch)

        transaction.on_commit(committed)

    def _move(self) -> None:
        """The row's own state follows the ledger's."""
        phase = self.state.phase
        changes: dict[str, Any] = {}
        if phase is Phase.RUNNING:
            changes["begun_at"] = self.now
        elif phase in (Phase.FINISHED, Phase.CANCELLED):
            changes |= {"ended_at": self.now, "ended_by_id": self._rows[-1].by_id}
        if phase is Phase.FINISHED:
            changes["result"] = result_of(self.state)
            jobs.open_job(kind=RECORD_JOB, subject_id=str(self.final.pk))
        before = FinalState(self.before.phase.value)
        if not advance(self.final, to=FinalState(phase.value), from_=[before], **changes):
            raise NotInPlayError(words.refusal("moved"))


def result_of(state: State) -> dict[str, Any]:
    """The ranking, frozen: every side; every person, of whom others see who chose to be seen."""
    return {
        "sides": [_line(row) for row in ranking.of_sides(state)],
        "persons": [
            {**_line(row), "listed": state.players[row.id].is_listed}
            for row in ranking.of_persons(state)
        ],
        "questions": len([turn for turn in state.turns if not turn.void_reason]),
    }


def _line(row: ranking.Standing) -> dict[str, Any]:
    return {
        "place": row.place,
        "id": row.id,
        "label": row.label,
        "points": str(row.points),
        "spent": row.spent,
    }


# --- What players say -----------------------------------------------------------------------------


def answered(
    *, player_id: int, turn: int, sent: dict[str, Any], arrived: int, allowance: int
) -> Decide:
    """An answer as the form sends it, judged at once; the judgement stays here until the close."""

    def decide(state: State) -> list[Draft]:
        asked = state.turn
        if asked is None or asked.number != turn:
            raise RefusedError("too_late")
        said, share = _judged(asked.item, asked.opens_at, sent)
        return deciding.answer(
            state,
            player=player_id,
            turn=turn,
            said=said,
            share=share,
            arrived=arrived,
            allowance=allowance,
        )

    return decide


@lru_cache(maxsize=4)
def _asked_version(item_id: int, opens_at: int) -> QuestionVersion:
    """What is being asked now: read once for all who answer it. `opens_at` tells finals apart."""
    return queries.item_with_key(item_id).version


def _judged(item_id: int, opens_at: int, sent: dict[str, Any]) -> tuple[dict[str, Any], Fraction]:
    version = _asked_version(item_id, opens_at)
    type_ = question_type(version.kind)
    try:
        said = type_.read(version.content, (), sent)
    except AnswerError as error:
        raise RefusedError("not_understood") from error
    if not said:
        raise RefusedError("not_understood")
    return said, type_.share(version.content, version.key, said) or Fraction(0)


def buzzed(*, player_id: int, turn: int, arrived: int, allowance: int) -> Decide:
    return lambda state: deciding.buzz(
        state, player=player_id, turn=turn, arrived=arrived, allowance=allowance
    )


def staked(*, player_id: int | None, turn: int, points: int) -> Decide:
    return lambda state: deciding.stake(state, player=player_id, turn=turn, points=points)


# --- What the host presses ------------------------------------------------------------------------


def begin(*, final: Final, by: Member) -> None:
    """The lobby is closed, the first question can be asked."""
    _press(final, by, deciding.begin)


def ask(*, final: Final, by: Member, turn: int, position: int, side: int | None = None) -> None:
    """The next question of the round at `position`, as question `turn`."""
    found = queries.round_at(final, position)
    if found is None:
        raise NotInPlayError(words.refusal("no_question"))
    row, round_ = found

    def decide(state: State) -> list[Draft]:
        left = queries.left_in(final, row.section, state)
        return deciding.ask(
            state,
            turn=turn,
            round_=round_,
            question=left[0] if left else None,
            now=int(clock.now().timestamp() * 1000),
            cap_ms=final.cap_ms,
            side=side,
        )

    _press(final, by, decide)


def choose_stake(*, final: Final, by: Member, turn: int, points: int) -> None:
    """What a side has called out in the hall."""
    _press(final, by, staked(player_id=None, turn=turn, points=points))


def end_answering(*, final: Final, by: Member, turn: int) -> None:
    _press(final, by, lambda state: deciding.end_answering(state, turn=turn))


def pause(*, final: Final, by: Member) -> None:
    _press(final, by, deciding.pause)


def resume(*, final: Final, by: Member) -> None:
    _press(final, by, deciding.resume)


def void(*, final: Final, by: Member, turn: int, reason: str) -> None:
    _press(final, by, lambda state: deciding.void(state, turn=turn, reason=reason))


def correct(
    *, final: Final, by: Member, turn: int, side: int, points: Decimal, reason: str
) -> None:
    """Other points for a side than it was given for a question."""
    _press(
        final,
        by,
        lambda state: deciding.correct(state, turn=turn, side=side, points=points, reason=reason),
    )


def finish(*, final: Final, by: Member) -> None:
    """Freeze the ranking and print the record."""
    _press(final, by, deciding.finish)


def cancel(*, final: Final, by: Member, reason: str) -> None:
    _press(final, by, lambda state: deciding.cancel(state, reason=reason))


def _press(final: Final, by: Member, decide: Decide) -> None:
    if not rules.can_host(by, final.branch):
        raise NotTheHostError(words.not_the_host())
    _state, [refused] = take(final_id=final.pk, said=[Said(decide, by.pk)])
    if refused is not None:
        raise NotInPlayError(words.refusal(refused.why))
    final.refresh_from_db()
