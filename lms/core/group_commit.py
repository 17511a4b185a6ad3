"""Writing many small messages with one statement, durable before they are acknowledged.

Group commit without a timer: whatever arrives while one statement commits is written by the next
one, together. The statement must read what it decides by under the lock of the row it changes, so
that any number of web processes may write at once, and must do no harm when it runs twice.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import psycopg
from django.db import connections

logger = logging.getLogger(__name__)

# More waiting than this means the database does not keep up: better told than kept waiting.
MOST_WAITING = 5_000
MOST_PER_STATEMENT = 500
# A row that somebody else holds must not keep everybody's messages waiting.
LOCK_TIMEOUT_MS = 300
CONNECT_SECONDS = 3
# Planning for each array anew costs more than running: one plan serves all.
CONNECTION_SETTINGS = f"""
SET lock_timeout = {LOCK_TIMEOUT_MS};
SET plan_cache_mode = force_generic_plan
"""


class NotWrittenError(Exception):
    """The message is not in the database; the sender keeps it and sends it again."""


class NobodysError(Exception):
    """The statement found no row that the message is for."""


class Waiting(Protocol):
    """A message: `outcome` is the future its sender waits for."""

    outcome: Any


Message = TypeVar("Message", bound=Waiting)


def connection_settings() -> dict[str, Any]:
    """How Django would connect, without its pool and its cursors."""
    given = connections["default"].get_connection_params()
    kept = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    return {name: given[name] for name in kept if given.get(name)}


def column(values: Sequence[Any]) -> str:
    """A column of plain values as an array of PostgreSQL."""
    return "{" + ",".join(map(str, values)) + "}"


class GroupWriter(ABC, Generic[Message]):
    """One writer of one event loop, with one connection of its own, opened when needed."""

    # Returns a row for each message it was for, its number (from 1) first.
    statement: ClassVar[str]

    def __init__(self, connection_settings: dict[str, Any]) -> None:
        self._settings = connection_settings
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: deque[Message] = deque()
        self._writing: asyncio.Task[None] | None = None

    @abstractmethod
    def key(self, message: Message) -> Any:
        """Whose row it is for: no two messages of one key are in one statement."""

    @abstractmethod
    def parameters(self, messages: Sequence[Message]) -> Mapping[str, Any]:
        """What the statement is given for these messages."""

    @abstractmethod
    def written(self, row: Sequence[Any]) -> Any:
        """What the sender is told, from the columns after the number."""

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def write(self, message: Message) -> asyncio.Future[Any]:
        """Have `message` written; the result is there once it is committed.

        Raises NotWrittenError or NobodysError through the future.
        """
        loop = asyncio.get_running_loop()
        message.outcome = loop.create_future()
        self._waiting.append(message)
        if self._writing is None:
            self._writing = loop.create_task(self._write_waiting())
        outcome: asyncio.Future[Any] = message.outcome
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
        """The messages for one statement: of each key the first that waits.

        In the order of their keys, so that two processes do not wait for each other's rows.
        """
        chosen: dict[Any, Message] = {}
        later: list[Message] = []
        waiting = self._waiting
        while waiting and len(chosen) < MOST_PER_STATEMENT:
            message = waiting.popleft()
            if self.key(message) in chosen:
                later.append(message)
            else:
                chosen[self.key(message)] = message
        waiting.extendleft(reversed(later))
        return sorted(chosen.values(), key=self.key)

    async def _write(self, messages: list[Message]) -> None:
        try:
            rows = await self._execute(messages)
        except psycopg.Error as error:
            if len(messages) == 1 or (
                isinstance(error, psycopg.OperationalError) and self._is_lost
            ):
                logger.warning("%s: not written: %s", type(self).__name__, error)
                _settle(messages, NotWrittenError())
                return
            # One message must not take the others with it.
            for message in messages:
                await self._write([message])
            return
        except BaseException:
            _settle(messages, NotWrittenError())
            raise
        for number, *rest in rows:
            outcome = messages[number - 1].outcome
            if not outcome.done():
                outcome.set_result(self.written(rest))
        if len(rows) < len(messages):
            _settle(messages, NobodysError())

    async def _execute(self, messages: list[Message]) -> list[tuple[Any, ...]]:
        """Run the statement; once more on a new connection if the old one turns out dead."""
        values = self.parameters(messages)
        was_connected = self._connection is not None
        try:
            return await self._execute_once(values)
        except psycopg.OperationalError:
            if not (was_connected and self._is_lost):
                raise
        return await self._execute_once(values)

    async def _execute_once(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                **self._settings, autocommit=True, connect_timeout=CONNECT_SECONDS
            )
            await self._connection.execute(CONNECTION_SETTINGS)
        cursor = await self._connection.execute(
            self.statement,  # type: ignore[arg-type]  # psycopg asks for a literal
            values,
            prepare=True,
        )
        return await cursor.fetchall()

    @property
    def _is_lost(self) -> bool:
        return self._connection is None or self._connection.closed


def _settle(messages: Sequence[Waiting], error: Exception) -> None:
    for message in messages:
        if not message.outcome.done():
            message.outcome.set_exception(error)
