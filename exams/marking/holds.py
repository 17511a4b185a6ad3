"""What a release waits for that marking itself knows nothing of; whoever knows registers here."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Hold:
    """`reason` (of an exam's id) is a sentence while there is something to wait for. Results of
    an exam that `is_by_hand` are never released by the clock: it cannot know that all is there.
    """

    reason: Callable[[int], str]
    is_by_hand: Callable[[int], bool]


_holds: dict[str, Hold] = {}


def register(name: str, hold: Hold) -> None:
    """Add one; the same name replaces the earlier one."""
    _holds[name] = hold


def reason_to_wait(exam_id: int) -> str:
    """The first reason there is; empty if none."""
    reasons = (hold.reason(exam_id) for hold in _holds.values())
    return next((reason for reason in reasons if reason), "")


def is_by_hand(exam_id: int) -> bool:
    return any(hold.is_by_hand(exam_id) for hold in _holds.values())
