"""The hash that ties an answer in an appeal to what was said before it; pure.

As in the ledger: SHA-256 over the hash before, a line feed, and the facts as JSON with sorted
keys and no spaces; the moment in UTC with microseconds.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

FACTS = ("appeal_id", "by_id", "kind", "said_at", "seq", "stands", "text")


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    raise TypeError(f"no place for {type(value).__name__} in an answer")


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
).encode


def answer_hash(previous_hash: str, facts: Mapping[str, Any]) -> str:
    """The hash of an answer with these facts (a key for each of FACTS) after `previous_hash`."""
    said = _encode({name: facts[name] for name in FACTS})
    return hashlib.sha256(f"{previous_hash}\n{said}".encode()).hexdigest()


def first_altered(answers: Iterable[Mapping[str, Any]]) -> int | None:
    """The place of the first answer of one appeal that is not as it was said; None if all are."""
    last = ""
    for seq, answer in enumerate(answers, start=1):
        if (
            answer["seq"] != seq
            or answer["previous_hash"] != last
            or answer_hash(last, answer) != answer["hash"]
        ):
            return seq
        last = answer["hash"]
    return None
