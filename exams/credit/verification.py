"""Checking every chain of the ledger against itself and against its head; pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exams.credit.chain import entry_hash


class Fault(StrEnum):
    """What can be wrong with a row of the ledger."""

    ALTERED = "altered"  # its facts are not those its hash was made of
    MISSING = "missing"  # a position of the chain is not there
    REORDERED = "reordered"  # it does not follow the row before it
    TRUNCATED = "truncated"  # the chain ends before or after its head says


@dataclass(frozen=True, slots=True)
class Finding:
    """The first wrong row of one member: position in the chain and, if there is one, its id."""

    member_id: int
    member_seq: int
    entry_id: int | None
    fault: Fault


@dataclass(slots=True)
class Tally:
    """What was gone through; `digest` sums up all heads, to be kept somewhere else."""

    entries: int = 0
    members: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return str(self._digest.hexdigest())

    def close(self, member_id: int, seq: int, head_hash: str) -> None:
        self.members += 1
        self._digest.update(f"{member_id} {seq} {head_hash}\n".encode())


def findings(
    links: Iterable[tuple[dict[str, Any], int | None, str | None]], tally: Tally
) -> Iterator[Finding]:
    """The first fault of each member. `links` come by member and position, each entry with its
    facts, `id`, `hash`, `previous_hash`, and with the position and hash of the member's head.
    """
    member: int | None = None
    seq, last_hash, is_sound = 0, "", True
    head: tuple[int | None, str | None] = (None, None)

    def end() -> Iterator[Finding]:
        if member is None:
            return
        tally.close(member, seq, last_hash)
        if is_sound and head != (seq, last_hash):
            yield Finding(member, seq + 1, None, Fault.TRUNCATED)

    for entry, head_seq, head_hash in links:
        tally.entries += 1
        if entry["member_id"] != member:
            yield from end()
            member, seq, last_hash, is_sound = entry["member_id"], 0, "", True
            head = (head_seq, head_hash)
        if is_sound:
            fault = _fault(entry, seq, last_hash)
            if fault is not None:
                is_sound = False
                at = seq + 1 if fault is Fault.MISSING else entry["member_seq"]
                known = None if fault is Fault.MISSING else entry["id"]
                yield Finding(entry["member_id"], at, known, fault)
        seq, last_hash = entry["member_seq"], entry["hash"]
    yield from end()


def _fault(entry: dict[str, Any], seq: int, last_hash: str) -> Fault | None:
    if entry["member_seq"] != seq + 1:
        return Fault.MISSING
    if entry_hash(entry["previous_hash"], entry) != entry["hash"]:
        return Fault.ALTERED
    if entry["previous_hash"] != last_hash:
        return Fault.REORDERED
    return None
