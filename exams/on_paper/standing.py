"""Whose a sheet is, and whether it counts by itself or waits for a person; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """Why a sheet that was read waits for a person."""

    NO_NUMBER = "no_number"
    UNKNOWN = "unknown"
    NOT_ELIGIBLE = "not_eligible"
    SAT = "sat"
    TWICE = "twice"
    DIFFERS = "differs"
    REPLACED = "replaced"
    LATE = "late"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a sheet seems to be, and what speaks against it."""

    member: int | None
    problem: Problem | None = None


def owner(*, printed_for: int | None, number: str, called: Collection[int]) -> Owner:
    """By the name printed on it, or else by the number in its boxes; `called` are the members with
    that number.
    """
    if printed_for is not None:
        if number and printed_for not in called:
            return Owner(printed_for, Problem.DIFFERS)
        return Owner(printed_for)
    if not number:
        return Owner(None, Problem.NO_NUMBER)
    if len(called) != 1:
        return Owner(None, Problem.UNKNOWN)
    (only,) = called
    return Owner(only)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a sheet and its owner at the moment it is read to its end."""

    is_eligible: bool
    has_sheet: bool  # another sheet counts for the same member
    has_attempt: bool
    is_replaced: bool
    is_released: bool


def problem_with(facts: Facts) -> Problem | None:
    """Why the owner's sheet does not count by itself; the most telling reason."""
    if facts.is_replaced:
        return Problem.REPLACED
    if not facts.is_eligible:
        return Problem.NOT_ELIGIBLE
    if facts.has_sheet:
        return Problem.TWICE
    if facts.has_attempt:
        return Problem.SAT
    return Problem.LATE if facts.is_released else None


def numbers_meant(number: str) -> list[str]:
    """The numbers that boxes may mean: shorter ones are filled up with noughts from the left."""
    zeros = len(number) - len(number.lstrip("0"))
    return [number[cut:] for cut in range(zeros + 1) if number[cut:]]
