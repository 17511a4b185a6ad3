"""Writing beats to the database, durable before they are acknowledged.

The statement does exactly what `intervals.extend` does, row by row, and reads the row it changes
under that row's lock, so any number of web processes may write at once (`lms.core.group_commit`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from courses.progress.intervals import ANSWER_MS, OFFLINE_LEASE_MS, Beat, Policy
from lms.core.group_commit import GroupWriter, column

# One line a message (`said`); its beats stand at first…last of the flat columns $6 to $10. What
# comes after the time to answer a presence check is held back whole.
RECORD = """
UPDATE courses_watchsession AS s
SET (covered, present, seen, position_ms, last_beat_at,
     beats, hidden_beats, highest_percent, refused_beats,
     held_ms, answer_by_ms, checks_asked) = (
    SELECT
        s.covered + coalesce(
            range_agg(int4range(b.from_ms, b.to_ms)) FILTER (WHERE b.seq > 0), '{}'),
        CASE WHEN count(b.seq) = 0 THEN s.present ELSE s.present + int4multirange(
            int4range(least(t.till, greatest(s.counted_from_ms, t.till - %(lease)s)), t.till)
        ) END,
        s.seen + coalesce(range_agg(int4range(b.seq, b.seq + 1)) FILTER (WHERE b.seq > 0), '{}'),
        CASE WHEN max(b.seq) >= coalesce(upper(s.seen), 0)
             THEN (array_agg(b.to_ms ORDER BY b.seq DESC))[1] ELSE s.position_ms END,
        CASE WHEN count(b.seq) = 0 THEN s.last_beat_at
             ELSE greatest(s.last_beat_at, to_timestamp(said.at_ms / 1000.0)) END,
        s.beats + count(b.seq),
        s.hidden_beats + count(*) FILTER (WHERE b.hidden),
        greatest(s.highest_percent, max(b.percent)),
        s.refused_beats + said.refused,
        CASE WHEN t.till > s.answer_by_ms THEN greatest(s.held_ms, t.till) ELSE s.held_ms END,
        CASE WHEN t.asks AND count(b.seq) > 0 THEN t.till + %(answer)s ELSE s.answer_by_ms END,
        s.checks_asked + (t.asks AND count(b.seq) > 0)::int
    FROM (
        SELECT a.till, coalesce(s.answer_by_ms IS NULL AND a.till >= s.check_due_ms, false) AS asks
        FROM (SELECT greatest(0, least(
            said.at_ms,
            round(date_part('epoch', s.closed_at) * 1000)
        ) - round(date_part('epoch', s.opened_at) * 1000))::int AS till) AS a
    ) AS t
    LEFT JOIN unnest(
        (%(seqs)s::int[])[said.first:said.last],
        (%(froms)s::int[])[said.first:said.last],
        (%(tos)s::int[])[said.first:said.last],
        (%(percents)s::int[])[said.first:said.last],
        (%(hidden)s::bool[])[said.first:said.last]
    ) AS b(seq, from_ms, to_ms, percent, hidden)
    ON NOT s.seen @> b.seq AND t.till <= coalesce(s.answer_by_ms, t.till)
    GROUP BY t.till, t.asks
)
FROM unnest(
    %(sessions)s::uuid[], %(ats)s::bigint[], %(firsts)s::int[], %(lasts)s::int[],
    %(refused)s::int[]
) WITH ORDINALITY AS said(session_id, at_ms, first, last, refused, number)
WHERE s.id = said.session_id
RETURNING said.number, s.closed_at IS NULL, least(
    (SELECT coalesce(sum(upper(p) - lower(p)), 0) FROM unnest(s.earlier_covered + s.covered) p),
    s.earlier_budget_ms + s.allowed_percent
        * (SELECT coalesce(sum(upper(p) - lower(p)), 0) FROM unnest(s.present) p) / 100
)::int,
s.answer_by_ms IS NOT NULL, s.held_ms IS NOT NULL
"""


@dataclass(slots=True)
class Message:
    """The countable beats of one message to one session, each sequence number once."""

    session: str
    at_ms: int
    seqs: list[int] = field(default_factory=list)
    froms: list[int] = field(default_factory=list)
    tos: list[int] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    refused: int = 0
    outcome: Any = None

    def add(self, beat: Beat, policy: Policy) -> None:
        """Take a beat that `intervals.refusal` has nothing against."""
        self.seqs.append(beat.seq)
        self.froms.append(min(beat.from_ms, policy.duration_ms))
        self.tos.append(min(beat.to_ms, policy.duration_ms))
        self.percents.append(round(beat.rate * 100))
        self.hidden.append(not beat.visible)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The session after the commit: still the member's open one? how much is verified?

    `is_asked`: a presence check waits for its answer; `is_held`: nothing counts until it has one.
    """

    is_open: bool
    covered_ms: int
    is_asked: bool
    is_held: bool


def parameters(messages: Sequence[Message]) -> dict[str, Any]:
    """The parameters of RECORD for messages of which no two are of one session."""
    seqs: list[int] = []
    froms: list[int] = []
    tos: list[int] = []
    percents: list[int] = []
    hidden: list[bool] = []
    firsts: list[int] = []
    lasts: list[int] = []
    for message in messages:
        firsts.append(len(seqs) + 1)
        seqs += message.seqs
        froms += message.froms
        tos += message.tos
        percents += message.percents
        hidden += message.hidden
        lasts.append(len(seqs))
    return {
        "lease": OFFLINE_LEASE_MS,
        "answer": ANSWER_MS,
        "sessions": column([message.session for message in messages]),
        "ats": column([message.at_ms for message in messages]),
        "firsts": column(firsts),
        "lasts": column(lasts),
        "refused": column([message.refused for message in messages]),
        "seqs": column(seqs),
        "froms": column(froms),
        "tos": column(tos),
        "percents": column(percents),
        "hidden": column(hidden),
    }


class Recorder(GroupWriter[Message]):
    """The writer of beats."""

    statement = RECORD

    def key(self, message: Message) -> str:
        return message.session

    def parameters(self, messages: Sequence[Message]) -> Mapping[str, Any]:
        return parameters(messages)

    def written(self, row: Sequence[Any]) -> Recorded:
        return Recorded(*row)
