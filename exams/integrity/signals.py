"""What looks like study by somebody else: signals over sittings, added up to suspicions (pure).

A suspicion is a reason for a person to look, and never anything more. Nothing here knows an
address or a place: forty people behind one connection are a classroom. What counts is one browser
passing from account to account faster than people change chairs, accounts that move together to
the second, and pauses that are always the same.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import pstdev

SECOND = 1000
HOUR = 3600 * SECOND
# People need longer than this to get up, sit down and sign in.
QUICK_MS = 60 * SECOND
# A next lesson begun within this long after the last belongs to the same evening.
PAUSE_MS = 10 * 60 * SECOND
# Who presses play by hand is never this regular, over many lessons.
REGULAR_MS = 1500
# Accounts this close together at a start may be moving together…
TOGETHER_MS = 120 * SECOND
# …but more of them than this are people in one room.
MOST_TOGETHER = 8
NIGHT_HOURS = range(5)
ENOUGH = 3  # points


class Kind(StrEnum):
    RING = "ring"  # one browser, several accounts in turn
    MIRROR = "mirror"  # several accounts that move as one
    ROBOT = "robot"  # one account as regular as a machine


class Name(StrEnum):
    SWITCHES = "switches"
    SAME_PATH = "same-path"
    STARTS = "starts"
    ENDS = "ends"
    GAPS = "gaps"
    STEADY = "steady"
    NIGHT = "night"
    LONG_DAY = "long-day"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting: whose, at which lesson, from when to when (milliseconds), by which browser.

    `day` and `hour` are those of the school's own zone. `present_ms` is the time it stood for,
    `shown_ms` the content it brought.
    """

    member: int
    lesson: int
    browser: str
    opened: int
    last: int
    day: int
    hour: int
    present_ms: int
    shown_ms: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that was noticed, what it weighs, and the figures that say it."""

    name: Name
    points: int
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a person is to look at: who it is about, and why."""

    kind: Kind
    members: tuple[int, ...]
    signals: tuple[Signal, ...]
    lessons: tuple[int, ...]
    browser: str = ""

    @property
    def points(self) -> int:
        return sum(signal.points for signal in self.signals)


def suspicions(sittings: Iterable[Sitting]) -> list[Suspicion]:
    """Everything worth a look among the sittings of one month."""
    ordered = sorted(sittings, key=lambda each: (each.opened, each.member))
    found = [*_rings(ordered), *_mirrors(ordered), *_robots(ordered)]
    return [suspicion for suspicion in found if suspicion.points >= ENOUGH]


# --- One browser, several accounts ---------------------------------------------------------


def _rings(ordered: Sequence[Sitting]) -> Iterator[Suspicion]:
    by_browser: dict[str, list[Sitting]] = defaultdict(list)
    for sitting in ordered:
        if sitting.browser:
            by_browser[sitting.browser].append(sitting)
    for browser, sittings in by_browser.items():
        quick = [
            (before, after)
            for before, after in itertools.pairwise(sittings)
            if before.member != after.member and after.opened - before.last <= QUICK_MS
        ]
        members = {each.member for pair in quick for each in pair}
        days = {after.day for _before, after in quick}
        if len(quick) < 6 or len(members) < 3 or len(days) < 2:
            continue
        theirs = [each for each in sittings if each.member in members]
        switches = Signal(
            Name.SWITCHES,
            3 if len(quick) >= 12 else 2,
            {"times": len(quick), "accounts": len(members), "days": len(days)},
        )
        yield Suspicion(
            Kind.RING,
            tuple(sorted(members)),
            (switches, *_same_path(theirs, len(members)), *_night(theirs), *_long_day(theirs, 10)),
            _lessons(theirs),
            browser,
        )


def _same_path(sittings: Sequence[Sitting], accounts: int) -> Iterator[Signal]:
    """Most lessons were taken by most of the accounts."""
    takers: dict[int, set[int]] = defaultdict(set)
    for each in sittings:
        takers[each.lesson].add(each.member)
    shared = sum(2 * len(members) >= accounts for members in takers.values())
    if len(takers) >= 3 and shared >= 0.6 * len(takers):
        yield Signal(Name.SAME_PATH, 1, {"shared": shared, "lessons": len(takers)})


# --- Several accounts that move as one -----------------------------------------------------


def _mirrors(ordered: Sequence[Sitting]) -> Iterator[Suspicion]:
    pairs = _pairs_together(ordered)
    groups: dict[int, set[int]] = {}
    told: dict[int, list[Signal]] = defaultdict(list)
    for (one, other), both in pairs.items():
        days = {mine.day for mine, _theirs in both}
        if len(both) < 10 or len(days) < 2:
            continue
        apart = pstdev(theirs.opened - mine.opened for mine, theirs in both)
        if apart > REGULAR_MS:
            continue
        at_end = pstdev(theirs.last - mine.last for mine, theirs in both)
        group = groups.setdefault(one, {one}) | groups.setdefault(other, {other})
        for member in group:
            groups[member] = group
        told[one] += [
            Signal(Name.STARTS, 2, {"lessons": len(both), "days": len(days), "ms": round(apart)}),
            *(
                [Signal(Name.ENDS, 1, {"lessons": len(both), "ms": round(at_end)})]
                if at_end <= REGULAR_MS
                else []
            ),
        ]
    for together in sorted({tuple(sorted(group)) for group in groups.values()}):
        theirs = [each for each in ordered if each.member in together]
        signals = {
            signal.name: signal
            for member in together
            for signal in sorted(told[member], key=lambda each: each.figures["lessons"])
        }
        if signals:
            yield Suspicion(
                Kind.MIRROR, together, (*signals.values(), *_night(theirs)), _lessons(theirs)
            )


def _pairs_together(
    ordered: Sequence[Sitting],
) -> dict[tuple[int, int], list[tuple[Sitting, Sitting]]]:
    """Two accounts that began the same lesson together, by the two; crowds left out."""
    by_lesson: dict[int, list[Sitting]] = defaultdict(list)
    for sitting in ordered:
        by_lesson[sitting.lesson].append(sitting)
    pairs: dict[tuple[int, int], list[tuple[Sitting, Sitting]]] = defaultdict(list)
    for sittings in by_lesson.values():
        for crowd in _crowds(sittings):
            if len({each.member for each in crowd}) > MOST_TOGETHER:
                continue
            for one, other in itertools.combinations(crowd, 2):
                if one.member != other.member:
                    first, second = sorted((one, other), key=lambda each: each.member)
                    pairs[first.member, second.member].append((first, second))
    return pairs


def _crowds(sittings: Sequence[Sitting]) -> Iterator[list[Sitting]]:
    """Sittings at one lesson, each begun soon after the one before it."""
    crowd: list[Sitting] = []
    for sitting in sittings:
        if crowd and sitting.opened - crowd[-1].opened > TOGETHER_MS:
            yield crowd
            crowd = []
        crowd.append(sitting)
    if crowd:
        yield crowd


# --- One account as regular as a machine ---------------------------------------------------


def _robots(ordered: Sequence[Sitting]) -> Iterator[Suspicion]:
    by_member: dict[int, list[Sitting]] = defaultdict(list)
    for sitting in ordered:
        by_member[sitting.member].append(sitting)
    for member, sittings in by_member.items():
        gaps = [
            after.opened - before.last
            for before, after in itertools.pairwise(sittings)
            if after.lesson != before.lesson and 0 <= after.opened - before.last <= PAUSE_MS
        ]
        if len(gaps) < 12 or pstdev(gaps) > REGULAR_MS:
            continue
        signal = Signal(
            Name.GAPS,
            2,
            {"times": len(gaps), "seconds": round(sum(gaps) / len(gaps) / SECOND)},
        )
        yield Suspicion(
            Kind.ROBOT,
            (member,),
            (signal, *_steady(sittings), *_night(sittings), *_long_day(sittings, 14)),
            _lessons(sittings),
        )


def _steady(sittings: Sequence[Sitting]) -> Iterator[Signal]:
    """Not one pause in any of them."""
    steady = sum(each.present_ms <= each.shown_ms * 1.01 for each in sittings if each.shown_ms)
    if steady == len(sittings):
        yield Signal(Name.STEADY, 1, {"sittings": steady})


# --- Signals that never stand alone ---------------------------------------------------------


def _night(sittings: Sequence[Sitting]) -> Iterator[Signal]:
    at_night = sum(each.hour in NIGHT_HOURS for each in sittings)
    if at_night >= 6 and at_night >= 0.4 * len(sittings):
        yield Signal(Name.NIGHT, 1, {"sittings": at_night, "of": len(sittings)})


def _long_day(sittings: Sequence[Sitting], hours: int) -> Iterator[Signal]:
    by_day: dict[int, int] = defaultdict(int)
    for each in sittings:
        by_day[each.day] += each.present_ms
    longest = max(by_day.values(), default=0)
    if longest > hours * HOUR:
        yield Signal(Name.LONG_DAY, 1, {"hours": longest // HOUR})


def _lessons(sittings: Iterable[Sitting]) -> tuple[int, ...]:
    return tuple(sorted({each.lesson for each in sittings}))
