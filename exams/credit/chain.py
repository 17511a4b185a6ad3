"""The hash that ties an entry to its facts and to the entry before it; pure.

Anybody who holds the rows can compute it again: SHA-256 over the hash before, a line feed, and
the facts as JSON with sorted keys, no spaces, and numbers with a point as text.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

# What the hash covers, by the entry's format: all that an entry says, in the order of the alphabet.
_FIRST = (
    "branch_id",
    "by_id",
    "category",
    "created_at",
    "earned_on",
    "evidence",
    "hours",
    "member_id",
    "member_seq",
    "reverses_id",
    "rule_version",
    "source_id",
    "source_kind",
    "source_title",
)
FACTS: dict[int, tuple[str, ...]] = {
    1: _FIRST,
    2: tuple(sorted((*_FIRST, "content_id", "counted_hours", "format", "programme_id"))),
}
FORMAT = max(FACTS)
ALL_FACTS = tuple(sorted(set().union(*FACTS.values())))


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    raise TypeError(f"no place for {type(value).__name__} in the ledger")


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
).encode


def entry_hash(previous_hash: str, facts: Mapping[str, Any]) -> str:
    """The hash of an entry with these facts (a key for each of its format's) after another."""
    said = _encode({name: facts[name] for name in FACTS.get(facts["format"], ALL_FACTS)})
    return hashlib.sha256(f"{previous_hash}\n{said}".encode()).hexdigest()
