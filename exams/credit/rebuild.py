"""Working a lesson's hours out again from the evidence of its entry; pure.

The evidence holds every sitting with its two sets. From these follow, by the same functions as
when it was watched, what was verified and whether that completes the lesson; a completed lesson
is worth its published hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from courses.progress.intervals import Completion, Policy, Watch, measure, standing, union


class Doubt(StrEnum):
    """The first thing in an entry that its own evidence does not bear out."""

    REQUIRED = "required"  # how much had to be seen
    COVERED = "covered"  # which parts were seen
    VERIFIED = "verified"  # how much of it counts
    WALL = "wall"  # how much time it took
    INCOMPLETE = "incomplete"  # not enough for the lesson
    HOURS = "hours"  # not what the lesson was worth


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a lesson entry should say, worked out from its sittings."""

    required_ms: int
    covered: tuple[tuple[int, int], ...]
    covered_ms: int
    wall_ms: int
    is_complete: bool


def rebuilt(evidence: Mapping[str, Any]) -> Rebuilt | None:
    """None where the evidence names no recording or no rule to measure it by."""
    share = evidence.get("policy", {}).get("share")
    if not evidence.get("duration_ms") or not share or "sessions" not in evidence:
        return None
    policy = evidence["policy"]
    completion = Completion(
        evidence["duration_ms"], Decimal(share), forgiven_ms=policy["forgiven_ms"]
    )
    watches = [
        Watch(
            opened_ms=0,
            policy=Policy(evidence["duration_ms"], sitting["allowed_percent"], policy["lease_ms"]),
            covered=_spans(sitting["covered"]),
            present=_spans(sitting["present"]),
        )
        for sitting in evidence["sessions"]
    ]
    stands = standing(watches, completion)
    return Rebuilt(
        completion.required_ms, stands.covered, stands.covered_ms, stands.wall_ms,
        stands.is_complete,
    )  # fmt: skip


def doubt(evidence: Mapping[str, Any], hours: Decimal) -> Doubt | None:
    """Where a lesson's entry and its evidence part; None where they agree, or nothing is said.

    A beat may have arrived between the settling and the posting: the sittings may show more than
    the sums beside them, never less.
    """
    found = rebuilt(evidence)
    if found is None:
        return None
    said = _spans(evidence["covered"])
    if evidence["required_ms"] != found.required_ms:
        return Doubt.REQUIRED
    if measure(union(said, found.covered)) != measure(found.covered):
        return Doubt.COVERED
    if evidence["covered_ms"] > found.covered_ms:
        return Doubt.VERIFIED
    if evidence["wall_ms"] > found.wall_ms:
        return Doubt.WALL
    if not found.is_complete:
        return Doubt.INCOMPLETE
    published = evidence.get("published_hours")
    if published is None:
        return None
    worth = Decimal(published)
    limited = bool(evidence.get("limits"))
    return Doubt.HOURS if hours > worth or (hours < worth and not limited) else None


def _spans(pairs: Any) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in pairs)
