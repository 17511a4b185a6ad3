"""Saving answers and handing in: one statement for many messages, with every check inside it.

The statement locks the attempt, and decides by what it reads under that lock: whose it is, whether
it is open, whether the time is up, which tab and device write, which question is on the screen,
and whether what is kept is newer than what the writer has seen. Two moments decide nothing else:
when the message arrived here, and the deadline in the row.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from exams.attempts.timing import GRACE
from lms.core.group_commit import GroupWriter

# `said` has one line a message; its answers stand at first…last of the flat columns. A revision
# says one more than the writer has seen. An answer that is kept already changes nothing and is
# acknowledged: an acknowledgement may have been lost on its way. What is refused is not returned.
# A message with a receipt hands in, if all its answers are kept now: open → finished.
SAVE = """
WITH said AS (
    SELECT * FROM unnest(
        %(attempts)s::uuid[], %(members)s::bigint[], %(devices)s::text[], %(tabs)s::uuid[],
        %(ats)s::timestamptz[], %(firsts)s::int[], %(lasts)s::int[], %(first_events)s::int[],
        %(last_events)s::int[], %(receipts)s::text[]
    ) WITH ORDINALITY AS s(attempt_id, member_id, device, tab, at, first, last, first_event,
                           last_event, receipt, number)
), held AS MATERIALIZED (
    SELECT said.*, a.id, a.deadline_at, a.reached, a.tab AS writing,
           e.navigation = 'forward' AS forward_only, e.fairness <> 'none' AS is_watched,
           CASE WHEN a.state <> 'open' OR said.at > a.deadline_at + %(grace)s THEN 'over'
                WHEN a.device <> said.device THEN 'device'
                WHEN said.tab IS NOT NULL AND a.tab <> said.tab THEN 'tab'
                ELSE '' END AS refusal
    FROM said
    JOIN exams_attempt a ON a.id = said.attempt_id AND a.member_id = said.member_id
    JOIN exams_exam e ON e.id = a.exam_id
    FOR NO KEY UPDATE OF a
), noted AS (
    INSERT INTO exams_attemptevent (attempt_id, kind, at, details)
    SELECT held.id, event.kind, held.at - event.ago * interval '1 second', '{}'
    FROM held, LATERAL unnest(
        (%(kinds)s::text[])[held.first_event:held.last_event],
        (%(agos)s::int[])[held.first_event:held.last_event]
    ) AS event(kind, ago)
    WHERE held.refusal = '' AND held.is_watched
), saved AS (
    INSERT INTO exams_answer AS kept (attempt_id, item_id, answer, revision, saved_at, is_flagged)
    SELECT held.id, told.item_id, told.answer, told.revision, held.at, told.is_flagged
    FROM held, LATERAL unnest(
        (%(items)s::bigint[])[held.first:held.last],
        (%(positions)s::int[])[held.first:held.last],
        (%(answers)s::jsonb[])[held.first:held.last],
        (%(revisions)s::int[])[held.first:held.last],
        (%(flags)s::bool[])[held.first:held.last]
    ) AS told(item_id, position, answer, revision, is_flagged)
    WHERE held.refusal = '' AND (NOT held.forward_only OR told.position = held.reached)
    ON CONFLICT (attempt_id, item_id) DO UPDATE SET
        answer = excluded.answer,
        is_flagged = excluded.is_flagged,
        saved_at = excluded.saved_at,
        revision = kept.revision
            + ((kept.answer, kept.is_flagged) <> (excluded.answer, excluded.is_flagged))::int
    WHERE kept.revision = excluded.revision - 1 OR kept.answer = excluded.answer
    RETURNING attempt_id, item_id, revision
), counted AS (
    SELECT attempt_id, count(*) AS count, array_agg(item_id) AS items,
           array_agg(revision) AS revisions
    FROM saved GROUP BY attempt_id
), settled AS MATERIALIZED (
    SELECT held.*, counted.items, counted.revisions,
           held.refusal = '' AND held.receipt <> ''
               AND coalesce(counted.count, 0) = held.last - held.first + 1 AS is_handed_in
    FROM held LEFT JOIN counted ON counted.attempt_id = held.id
), claimed AS (
    UPDATE exams_attempt a SET tab = s.tab FROM settled s
    WHERE a.id = s.id AND s.refusal = '' AND NOT s.is_handed_in
      AND s.tab IS DISTINCT FROM s.writing
), handed_in AS (
    UPDATE exams_attempt a
    SET state = 'finished', finished_at = least(s.at, s.deadline_at), finished_by = 'member',
        receipt = s.receipt, tab = NULL
    FROM settled s WHERE a.id = s.id AND s.is_handed_in
)
SELECT number, refusal, deadline_at, at, items, revisions,
       CASE WHEN is_handed_in THEN receipt ELSE '' END
FROM settled
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as a writer sends it: `seen` is the revision it was written over, 0 for none.

    An empty answer takes a full one away only if it is said to be cleared.
    """

    position: int
    item_id: int
    answer: Mapping[str, Any]
    seen: int
    is_flagged: bool = False
    is_cleared: bool = False

    @property
    def revision(self) -> int:
        return 1 if not self.answer and not self.is_cleared else self.seen + 1


@dataclass(slots=True)
class Message:
    """The answers of one message to one attempt, each question once.

    `tab` is the writer's; None writes for the person in front of a form, whatever tab is open.
    With a `receipt` it also hands in, unless one of its answers is not kept.
    """

    attempt: UUID
    member_id: int
    device: str
    tab: UUID | None
    at: dt.datetime
    answers: list[Told] = field(default_factory=list)
    # What happened in the window, and how many seconds ago: shown to people, decides nothing.
    events: list[tuple[str, int]] = field(default_factory=list)
    receipt: str = ""
    outcome: Any = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a message: `refusal` is empty, over, device or tab.

    `revisions` holds, by item, what is kept now; an item that is missing was not saved. `receipt`
    is that of the message, if it handed in.
    """

    refusal: str
    deadline_at: dt.datetime
    at: dt.datetime
    revisions: dict[int, int]
    receipt: str = ""

    @property
    def finished_at(self) -> dt.datetime:
        """When an attempt handed in by this message was finished, as the statement wrote it."""
        return min(self.at, self.deadline_at)


def parameters(messages: Sequence[Message]) -> dict[str, Any]:
    """The parameters of SAVE for messages of which no two are to one attempt."""
    firsts: list[int] = []
    lasts: list[int] = []
    first_events: list[int] = []
    last_events: list[int] = []
    told: list[Told] = []
    events: list[tuple[str, int]] = []
    for message in messages:
        firsts.append(len(told) + 1)
        told += message.answers
        lasts.append(len(told))
        first_events.append(len(events) + 1)
        events += message.events
        last_events.append(len(events))
    return {
        "grace": GRACE,
        "attempts": [message.attempt for message in messages],
        "members": [message.member_id for message in messages],
        "devices": [message.device for message in messages],
        "tabs": [message.tab for message in messages],
        "ats": [message.at for message in messages],
        "firsts": firsts,
        "lasts": lasts,
        "first_events": first_events,
        "last_events": last_events,
        "receipts": [message.receipt for message in messages],
        "kinds": [kind for kind, _ago in events],
        "agos": [ago for _kind, ago in events],
        "items": [one.item_id for one in told],
        "positions": [one.position for one in told],
        "answers": [json.dumps(one.answer, ensure_ascii=False) for one in told],
        "revisions": [one.revision for one in told],
        "flags": [one.is_flagged for one in told],
    }


def saved(row: Sequence[Any]) -> Saved:
    """The columns after the number."""
    refusal, deadline_at, at, items, revisions, receipt = row
    kept = dict(zip(items or (), revisions or (), strict=True))
    return Saved(refusal, deadline_at, at, kept, receipt)


class AnswerWriter(GroupWriter[Message]):
    """The writer of answers beside Django."""

    statement = SAVE

    def key(self, message: Message) -> UUID:
        return message.attempt

    def parameters(self, messages: Sequence[Message]) -> Mapping[str, Any]:
        return parameters(messages)

    def written(self, row: Sequence[Any]) -> Saved:
        return saved(row)
