"""The database's part of a socket, in a thread beside the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


async def in_thread(work: Callable[..., Result], *about: object) -> Result:
    """What `work(*about)` returns; its connection goes back to the pool."""

    def run() -> Result:
        try:
            return work(*about)
        finally:
            connection.close()  # the thread may never come again

    return await asyncio.to_thread(run)
