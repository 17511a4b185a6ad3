"""A crowd of simulated players, each with a socket, in an event loop beside a browser test."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from tests.support.sockets import LiveClient

Result = TypeVar("Result")


class Crowd:
    """Sockets of many people; every method waits until it is done."""

    def __init__(self, url: str, path: str, cookies: Sequence[str]) -> None:
        self.path = path
        self.cookies = list(cookies)
        self.lines: list[LiveClient] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.connect(url)

    def connect(self, url: str) -> None:
        """All come (again) by this address."""

        async def all_of_them() -> None:
            # A few at a time: a crowd comes through a door.
            self.lines = []
            for start in range(0, len(self.cookies), 10):
                opened = (
                    LiveClient.open(url, self.path, cookie)
                    for cookie in self.cookies[start : start + 10]
                )
                self.lines += await asyncio.gather(*opened)

        self.run(all_of_them())

    def say(
        self, do: str, turn: int, *, who: Sequence[int] | None = None, **more: Any
    ) -> list[dict[str, Any]]:
        """These (all) say the same at once; the replies."""
        chosen = range(len(self.lines)) if who is None else who

        async def at_once() -> list[dict[str, Any]]:
            return await asyncio.gather(
                *(self.lines[each].say(do, turn, **more) for each in chosen)
            )

        return self.run(at_once())

    def until(self, true: Callable[[LiveClient], bool]) -> None:
        """All have been told something after which `true(line)` is."""

        async def all_told() -> None:
            await asyncio.gather(
                *(line.until(lambda line=line: true(line)) for line in self.lines)  # type: ignore[misc]
            )

        self.run(all_told())

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        async def all_gone() -> None:
            await asyncio.gather(*(line.close() for line in self.lines))

        self.run(all_gone())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
