"""What everybody sees of a final: the view of a state, and what of it has changed.

Encoded once for all sockets, so nothing in it is for one person. A question is in it from the
moment it is asked, what is right from the moment it is closed; answers of others never are.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from exams.finals import ranking
from exams.finals.course import STAKES, Event, Kind, Phase, State, Turn
from exams.finals.models import Final, FinalRound
from exams.finals.pictures import address_of
from exams.papers.models import PaperItem
from exams.questions.media import with_addresses
from exams.questions.showing import asked as shown_fields
from exams.questions.types import question_type
from lms.core.design.texts import figure
from lms.core.rooms.hub import Batch

MOST_SHOWN = 10


def view(final: Final, state: State) -> dict[str, Any]:
    """All that is public after `state.seq` events."""
    turn = state.turn
    rounds = _rounds(final.room, final.pk) if state.phase is not Phase.DRAFT else {}
    return {
        "phase": str(state.phase),
        "paused": state.paused_at is not None,
        "reason": state.reason,
        "players": len(state.players),
        "playing": len({each.side for each in state.players.values()}),
        "turn": None if turn is None else _turn(turn, state, rounds),
        "question": None if turn is None else _question(final, turn),
        "answered": [] if turn is None else sorted(turn.given),
        "buzzes": 0 if turn is None else len(turn.buzzes),
        "order": None if turn is None or not turn.is_ordered else _order(turn, state),
        "results": [] if turn is None else _results(final, turn, state),
        "tally": None if turn is None or not turn.is_closed else _tally(turn),
        "key": _key(final.room, turn.item) if turn is not None and turn.is_closed else None,
        "staking": _staking(state),
        "board": _board(final, state),
    }


def change(final: Final, before: State, after: State, events: Sequence[Event]) -> Batch:
    """The events and what they changed, for those who saw `before`."""
    old, new = view(final, before), view(final, after)
    changed = {name: value for name, value in new.items() if old[name] != value}
    return _batch(before.seq + 1, after.seq, changed, events)


def whole(final: Final, state: State, events: Sequence[Event]) -> Batch:
    """How things stand, for those who missed `events`."""
    return _batch(events[0].seq if events else state.seq, state.seq, view(final, state), events)


def encoded(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def brief(events: Iterable[Event]) -> list[list[Any]]:
    """The transcript: what happened when, in order, the same for everybody."""
    return [[event.seq, event.kind, event.at] for event in events]


def _batch(first: int, last: int, changed: Mapping[str, Any], events: Iterable[Event]) -> Batch:
    text = encoded({"seq": last, "events": brief(events), "set": changed})
    return Batch(first, last, text)


def _turn(turn: Turn, state: State, rounds: Mapping[int, FinalRound]) -> dict[str, Any]:
    row = rounds.get(turn.round)
    return {
        "number": turn.number,
        "round": "" if row is None else row.section,
        "kind": str(turn.kind),
        "points": figure(turn.points),
        "to": turn.to,
        "toLabel": label_of(state, turn.to),
        "opensAt": turn.opens_at,
        "closesAt": turn.closes_at,
        "called": turn.called_side if not turn.is_closed else None,
        "calledLabel": label_of(state, turn.called_side) if not turn.is_closed else "",
        "answerUntil": turn.answer_until,
        "cap": turn.cap_ms,
        "closed": turn.is_closed,
        "void": turn.void_reason,
        "corrected": turn.is_corrected,
    }


def label_of(state: State, side: int | None) -> str:
    found = None if side is None else state.sides.get(side)
    return "" if found is None else found.label


def _order(turn: Turn, state: State) -> list[dict[str, Any]]:
    """The first presses with the figures that decided, in milliseconds after the opening."""
    return [
        {
            "side": buzz.side,
            "label": label_of(state, buzz.side),
            "arrived": buzz.arrived - turn.opens_at,
            "allowance": buzz.allowance,
            "counts": buzz.counts_at(turn.opens_at) - turn.opens_at,
        }
        for buzz in turn.order[:MOST_SHOWN]
    ]


def _results(final: Final, turn: Turn, state: State) -> list[dict[str, Any]]:
    """What was given for the question: of an open one only what a judgement has said aloud.

    Where many persons answer at once only those are named who chose to be seen.
    """
    if turn.kind is not Kind.BUZZ and not turn.is_closed:
        return []
    rows = sorted(turn.results.items(), key=lambda each: (-each[1].points, each[1].spent))
    if turn.kind is Kind.ALL and not final.by_team:
        listed = _listed(state)
        rows = [row for row in rows if row[0] in listed][:MOST_SHOWN]
    return [
        {
            "side": side,
            "label": label_of(state, side),
            "right": result.is_right,
            "given": side in turn.given,
            "points": signed(result.points),
        }
        for side, result in rows
    ]


def _tally(turn: Turn) -> list[int]:
    """[right, not right] among those who answered."""
    right = sum(result.is_right for result in turn.results.values())
    return [right, len(turn.results) - right]


def _listed(state: State) -> set[int]:
    return {each.side for each in state.players.values() if each.is_listed}


def is_scored(state: State) -> bool:
    """A question has been settled, so that a place says something."""
    return any(turn.results and not turn.void_reason for turn in state.turns)


def signed(points: Decimal) -> str:
    return f"+{figure(points)}" if points > 0 else figure(points)


def _staking(state: State) -> dict[str, Any] | None:
    staking = state.staking
    if staking is None:
        return None
    return {
        "number": staking.number,
        "side": staking.side,
        "label": label_of(state, staking.side),
        "until": staking.until,
        "points": staking.points,
        "stakes": list(STAKES),
    }


def _board(final: Final, state: State) -> list[dict[str, Any]]:
    """Teams all; of persons the first ten among those who chose to be seen."""
    rows = ranking.of_sides(state)
    if not final.by_team:
        listed = _listed(state)
        rows = [row for row in rows if row.id in listed][:MOST_SHOWN]
    scored = is_scored(state)
    return [
        {
            "place": row.place if scored else None,
            "id": row.id,
            "label": row.label,
            "points": figure(row.points),
        }
        for row in rows
    ]


def personal(final: Final, state: State, player_id: int) -> dict[str, Any] | None:
    """What one player sees of themselves, and nobody else; None if they do not play."""
    who = state.players.get(player_id)
    if who is None:
        return None
    side = next(row for row in ranking.of_sides(state) if row.id == who.side)
    person = next(row for row in ranking.of_persons(state) if row.id == player_id)
    turn = state.turn
    given = None if turn is None else turn.given.get(who.side)
    own = given is not None and given.player == player_id
    return {
        "player": player_id,
        "side": who.side,
        "label": who.label,
        "sideLabel": label_of(state, who.side),
        "place": person.place,
        "points": figure(person.points),
        "sidePlace": side.place,
        "sidePoints": figure(side.points),
        "started": is_scored(state),
        "turn": None if turn is None else turn.number,
        "sent": written(final.room, turn.item, given.answer) if own and turn and given else None,
    }


# --- Questions ------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _item(room: UUID, item_id: int) -> tuple[str, str, dict[str, Any]]:
    """(kind, stem, content): items of sealed papers never change."""
    row = PaperItem.objects.values_list("version__kind", "version__stem", "version__content").get(
        pk=item_id
    )
    return row[0], row[1], row[2]


def _question(final: Final, turn: Turn) -> dict[str, Any]:
    """The question as it is put on the screen: in Chinese, as all questions are."""
    return _drawn(final.room, final.pk, turn.number, turn.item)


@lru_cache(maxsize=256)
def _drawn(room: UUID, final_id: int, number: int, item_id: int) -> dict[str, Any]:
    kind, stem, content = _item(room, item_id)
    with translation.override(settings.LANGUAGE_CODE):
        shown = with_addresses(stem, lambda named: address_of(final_id, number, named))
        html = render_to_string(
            "finals/parts/question.html",
            {
                "stem": mark_safe(shown),  # noqa: S308  (sanitised when it was kept)
                "fields": shown_fields(kind, content, {}, "c-"),
                "prefix": "c-",
            },
        )
    return {"item": item_id, "kind": kind, "html": html}


@lru_cache(maxsize=256)
def _key(room: UUID, item_id: int) -> list[str]:
    """What is right, in words; asked for only when a question is closed."""
    item = PaperItem.objects.select_related("version").get(pk=item_id)
    with translation.override(settings.LANGUAGE_CODE):
        type_ = question_type(item.version.kind)
        return type_.key_words(item.version.content, item.version.key)


def written(room: UUID, item_id: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as the form shows it."""
    kind, _stem, content = _item(room, item_id)
    return question_type(kind).written(content, (), answer)


@lru_cache(maxsize=64)
def _rounds(room: UUID, final_id: int) -> dict[int, FinalRound]:
    """The rounds of a final that has been opened, which do not change."""
    return {row.position: row for row in FinalRound.objects.filter(final_id=final_id)}
