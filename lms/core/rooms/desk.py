"""What many say at once is written down together, without a timer.

Whatever is said while a group is being written makes up the next one; each is answered when its
group has been committed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

MOST_PER_GROUP = 200

Said = TypeVar("Said")
Reply = TypeVar("Reply")


class Desk(Generic[Said, Reply]):
    """One desk of one event loop.

    `write` writes a group down and answers each of it in its place, by a reply or by the exception
    its sayer is to meet; what it raises is met by all of the group.
    """

    def __init__(
        self, write: Callable[[Sequence[Said]], Awaitable[Sequence[Reply | Exception]]]
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._write = write
        self._waiting: deque[tuple[Said, asyncio.Future[Reply]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def say(self, said: Said) -> "asyncio.Future[Reply]":
        """The reply, once it is committed."""
        reply: asyncio.Future[Reply] = self.loop.create_future()
        self._waiting.append((said, reply))
        if self._writing is None:
            self._writing = self.loop.create_task(self._write_all())
        return reply

    async def rest(self) -> None:
        """What has been said until now is written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), MOST_PER_GROUP)
                group = [self._waiting.popleft() for _each in range(count)]
                answers: Sequence[Reply | Exception]
                try:
                    answers = await self._write([said for said, _reply in group])
                except Exception as error:  # noqa: BLE001  (met by each of them)
                    answers = [error] * count
                for (_said, reply), answer in zip(group, answers, strict=True):
                    if reply.done():
                        continue  # whoever said it is gone
                    if isinstance(answer, Exception):
                        reply.set_exception(answer)
                    else:
                        reply.set_result(answer)
        finally:
            self._writing = None
