"""Writing beats to the database, durable before they are acknowledged.

Group commit without a timer: whatever arrives while one statement commits is written by the next
one, together. The statement does exactly what `intervals.extend` does, row by row, and reads the
row it changes under that row's lock, so any number of web processes may write at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from courses.progress.intervals import ANSWER_MS, OFFLINE_LEASE_MS, Beat, Policy

logger = logging.getLogger(__name__)

# More waiting than this means the database does not keep up: better told than kept waiting.
MOST_WAITING = 5_000
MOST_PER_STATEMENT = 500
# A row that somebody else holds must not keep everybody's beats waiting.
LOCK_TIMEOUT_MS = 300
CONNECT_SECONDS = 3
# Planning for each array anew costs more than running: one plan serves all.
CONNECTION_SETTINGS = f"""
SET lock_timeout = {LOCK_TIMEOUT_MS};
SET plan_cache_mode = force_generic_plan
"""

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


class NotRecordedError(Exception):
    """The beats are not in the database; the player keeps them and sends them again."""


class UnknownSessionError(Exception):
    """No such session (any more): the player opens a new one."""


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


def _column(values: Sequence[Any]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


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
        "sessions": _column([message.session for message in messages]),
        "ats": _column([message.at_ms for message in messages]),
        "firsts": _column(firsts),
        "lasts": _column(lasts),
        "refused": _column([message.refused for message in messages]),
        "seqs": _column(seqs),
        "froms": _column(froms),
        "tos": _column(tos),
        "percents": _column(percents),
        "hidden": _column(hidden),
    }


class Recorder:
    """One writer of one event loop, with one connection of its own, opened when needed."""

    def __init__(self, connection_settings: dict[str, Any]) -> None:
        self._settings = connection_settings
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: deque[Message] = deque()
        self._writing: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def record(self, message: Message) -> asyncio.Future[Recorded]:
        """Have `message` written; the result is there once it is committed.

        Raises NotRecordedError or UnknownSessionError through the future.
        """
        loop = asyncio.get_running_loop()
        message.outcome = loop.create_future()
        self._waiting.append(message)
        if self._writing is None:
            self._writing = loop.create_task(self._write_waiting())
        outcome: asyncio.Future[Recorded] = message.outcome
        return outcome

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        if self._connection is not None:
            await self._connection.close()

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next())
        finally:
            self._writing = None

    def _next(self) -> list[Message]:
        """The messages for one statement: of each session the first that waits."""
        chosen: dict[str, Message] = {}
        later: list[Message] = []
        waiting = self._waiting
        while waiting and len(chosen) < MOST_PER_STATEMENT:
            message = waiting.popleft()
            if message.session in chosen:
                later.append(message)
            else:
                chosen[message.session] = message
        waiting.extendleft(reversed(later))
        return list(chosen.values())

    async def _write(self, messages: list[Message]) -> None:
        try:
            rows = await self._execute(messages)
        except psycopg.Error as error:
            if len(messages) == 1 or (
                isinstance(error, psycopg.OperationalError) and self._is_lost
            ):
                logger.warning("beats not recorded: %s", error)
                _settle(messages, NotRecordedError())
                return
            # One message must not take the others with it.
            for message in messages:
                await self._write([message])
            return
        except BaseException:
            _settle(messages, NotRecordedError())
            raise
        for number, is_open, covered_ms, is_asked, is_held in rows:
            outcome = messages[number - 1].outcome
            if not outcome.done():
                outcome.set_result(Recorded(is_open, covered_ms, is_asked, is_held))
        if len(rows) < len(messages):
            _settle(messages, UnknownSessionError())

    async def _execute(self, messages: list[Message]) -> list[tuple[int, bool, int, bool, bool]]:
        """Run the statement; once more on a new connection if the old one turns out dead.

        Running it twice does no harm: what was written the first time is known by its number.
        """
        values = parameters(messages)
        was_connected = self._connection is not None
        try:
            return await self._execute_once(values)
        except psycopg.OperationalError:
            if not (was_connected and self._is_lost):
                raise
        return await self._execute_once(values)

    async def _execute_once(
        self, values: dict[str, Any]
    ) -> list[tuple[int, bool, int, bool, bool]]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                **self._settings, autocommit=True, connect_timeout=CONNECT_SECONDS
            )
            await self._connection.execute(CONNECTION_SETTINGS)
        cursor = await self._connection.execute(RECORD, values, prepare=True)
        return await cursor.fetchall()

    @property
    def _is_lost(self) -> bool:
        return self._connection is None or self._connection.closed


def _settle(messages: Sequence[Message], error: Exception) -> None:
    for message in messages:
        if not message.outcome.done():
            message.outcome.set_exception(error)
