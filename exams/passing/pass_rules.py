"""What it takes to pass a class: conditions composed by all, any, or at least n of them; pure.

A rule is a tree. Its leaves name a kind of condition and its settings; what a leaf means is said by
whoever registered the kind (`conditions.py`), as one `Outcome` a leaf in the order of `leaves`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

DEEPEST = 3


@dataclass(frozen=True)
class Condition:
    """One leaf: a kind of condition and what was set for it (JSON values)."""

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """At least `needed` of the parts; all of them where it is None. Without parts never met."""

    parts: "tuple[Condition | Group, ...]" = ()
    needed: int | None = None

    @property
    def threshold(self) -> int:
        wanted = len(self.parts) if self.needed is None else self.needed
        return max(1, min(wanted, len(self.parts)))


Rule = Condition | Group


@dataclass(frozen=True)
class Outcome:
    """Whether a condition is met, and if not, what is missing in words."""

    is_met: bool
    missing: str = ""


@dataclass(frozen=True)
class Open:
    """What is missing: all of `parts` if `more` is as many as there are, else so many of them."""

    more: int
    parts: "tuple[str | Open, ...]"

    @property
    def is_choice(self) -> bool:
        return self.more < len(self.parts)


@dataclass(frozen=True)
class Verdict:
    """Passed or not; `missing` is None exactly when passed."""

    is_met: bool
    missing: Open | None = None


def leaves(rule: Rule) -> Iterator[Condition]:
    """The conditions of a rule, in order."""
    if isinstance(rule, Condition):
        yield rule
        return
    for part in rule.parts:
        yield from leaves(part)


def evaluate(rule: Rule, outcomes: Sequence[Outcome]) -> Verdict:
    """The verdict on one member: `outcomes` has one for each of `leaves(rule)`, in order."""
    found = _judge(rule, iter(outcomes))
    if found is None:
        return Verdict(True)
    return Verdict(False, found if isinstance(found, Open) else Open(1, (found,)))


def _judge(rule: Rule, outcomes: Iterator[Outcome]) -> "str | Open | None":
    """None if met, else what is missing."""
    if isinstance(rule, Condition):
        outcome = next(outcomes)
        return None if outcome.is_met else outcome.missing
    results = [_judge(part, outcomes) for part in rule.parts]
    open_parts = tuple(result for result in results if result is not None)
    more = rule.threshold - (len(results) - len(open_parts))
    if more <= 0:
        return None
    if more == len(open_parts):  # every one of them: those inside that are needed anyway join in
        flat: list[str | Open] = []
        for part in open_parts:
            flat += part.parts if isinstance(part, Open) and not part.is_choice else (part,)
        return Open(len(flat), tuple(flat))
    return Open(more, open_parts)


# --- As JSON ------------------------------------------------------------------------------------


def as_json(rule: Rule) -> dict[str, Any]:
    """How a rule is kept."""
    if isinstance(rule, Condition):
        return {"kind": rule.kind, **rule.settings}
    return {"needed": rule.needed, "parts": [as_json(part) for part in rule.parts]}


def from_json(kept: Mapping[str, Any]) -> Group:
    """The rule that was kept; nothing kept is a rule without parts."""
    return Group(tuple(_part(part) for part in kept.get("parts", ())), needed=kept.get("needed"))


def _part(kept: Mapping[str, Any]) -> Rule:
    if "kind" in kept:
        return Condition(kept["kind"], {key: kept[key] for key in kept if key != "kind"})
    return from_json(kept)


# --- Changing a rule ----------------------------------------------------------------------------


def with_condition(rule: Group, new: Condition, *, beside: int | None = None) -> Group:
    """`new` as a further part, or as an alternative to part number `beside`."""
    if beside is None or not 0 <= beside < len(rule.parts):
        return Group((*rule.parts, new), rule.needed)
    there = rule.parts[beside]
    parts = there.parts if isinstance(there, Group) else (there,)
    either = Group((*parts, new), needed=1)
    return Group((*rule.parts[:beside], either, *rule.parts[beside + 1 :]), rule.needed)


def without_condition(rule: Group, place: int, inner: int | None = None) -> Group:
    """Without part number `place`, or without one alternative inside it."""
    if not 0 <= place < len(rule.parts):
        return rule
    there = rule.parts[place]
    kept: tuple[Rule, ...] = ()
    if inner is not None and isinstance(there, Group):
        left = there.parts[:inner] + there.parts[inner + 1 :]
        kept = left if len(left) < 2 else (Group(left, there.needed),)
    parts = (*rule.parts[:place], *kept, *rule.parts[place + 1 :])
    needed = rule.needed if rule.needed is None else max(1, min(rule.needed, len(parts)))
    return Group(parts, needed)


# --- What single conditions come to -------------------------------------------------------------


def hours_missing(
    earned: Mapping[str, Decimal], categories: Sequence[str], hours: Decimal
) -> Decimal:
    """How many hours in these categories (in all, if none is named) are missing; never negative."""
    counted = categories or list(earned)
    have = sum((earned.get(category, Decimal(0)) for category in counted), Decimal(0))
    return max(Decimal(0), hours - have)


@dataclass(frozen=True)
class Unit:
    """One item of a plan: its lessons by id, and whether it is required."""

    lessons: tuple[int, ...]
    is_required: bool


@dataclass(frozen=True)
class PlanGap:
    """What of a plan is missing: required lessons by id, and how many electives."""

    lessons: tuple[int, ...] = ()
    electives: int = 0

    @property
    def is_closed(self) -> bool:
        return not self.lessons and not self.electives


def plan_gap(
    units: Sequence[Unit], completed: frozenset[int] | set[int], minimum_electives: int
) -> PlanGap:
    """What is missing of the plan; never more electives than the plan offers."""
    missing = tuple(
        dict.fromkeys(
            lesson
            for unit in units
            if unit.is_required
            for lesson in unit.lessons
            if lesson not in completed
        )
    )
    electives = [unit for unit in units if not unit.is_required and unit.lessons]
    done = sum(all(lesson in completed for lesson in unit.lessons) for unit in electives)
    wanted = min(minimum_electives, len(electives))
    return PlanGap(missing, max(0, wanted - done))
