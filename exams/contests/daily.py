"""Which questions are asked on one day (pure).

Every question is given a number by the day's seed, and those with the smallest are asked. So the
same day gives everybody the same questions without anything being kept, and a question that is
taken from the bank at noon is replaced by one other, while all the rest stay.
"""

import hashlib
from collections.abc import Iterable


def seed_of(contest: int, day: str, member: int | None = None) -> str:
    """What the day's draw hangs on; `member` only where each has an own one."""
    return f"{contest}/{day}" if member is None else f"{contest}/{day}/{member}"


def drawn(questions: Iterable[int], *, count: int, seed: str) -> list[int]:
    """`count` of the questions (fewer where there are fewer), in the order they are asked."""
    return _in_order(questions, seed)[:count]


def asked_today(
    questions: Iterable[int], *, count: int, seed: str, answered: Iterable[int] = ()
) -> list[int]:
    """The day's draw for somebody who has answered some of it: what was answered stays.

    It counts even if it has left the bank since, so that nobody is asked more than `count` on
    one day.
    """
    kept = set(answered)
    new = drawn(set(questions) - kept, count=max(count - len(kept), 0), seed=seed)
    return _in_order([*kept, *new], seed)


def _in_order(questions: Iterable[int], seed: str) -> list[int]:
    return sorted(set(questions), key=lambda question: (_number(seed, question), question))


def _number(seed: str, question: int) -> bytes:
    return hashlib.blake2b(f"{seed}/{question}".encode(), digest_size=8).digest()
