"""What was really watched, from beats a player claims: sets only, so their order cannot matter.

A player says again and again "I have just shown this piece of the lecture" (a beat). The server
knows one thing for sure: when each message arrived. From both follow two sets per watch session:

* `covered`: the union of claimed pieces of content, in milliseconds of the lecture. Content is
  counted once, however often it is shown or sent.
* `present`: the union of the stretches of server time that an arrival stands for, in milliseconds
  since the session was opened. An arrival at `t` stands for the time back to the arrival before
  it, but never for more than the lease. As a union of `[t - lease, t]` this needs no order.

Both only grow; neither can exceed what it measures. Everything earned is computed from them, so
no event lowers it and no order of arrival changes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

# How long a phone may be without a network before its beats arrive and still stand for time.
OFFLINE_LEASE_MS = 30 * 60 * 1000
# A beat is sent every 15 seconds of play; four of them is the most one message may claim.
MAX_BEAT_MS = 60_000
# Players round the end of a lecture up; a claim may pass it by this much.
OVERRUN_MS = 1_000
# A session lasts at most 12 hours: one beat every two seconds. Bounds what one row can hold.
MAX_SEQ = 20_000
# How long a person has to answer "are you there" before what follows is held back.
ANSWER_MS = 3 * 60 * 1000
# 最后10秒免计: closing titles need not be watched. Of a clip under 100 s, its last tenth.
FORGIVEN_MS = 10_000

Span = tuple[int, int]
Spans = tuple[Span, ...]
"""Half-open pieces `(start, end)`, sorted, disjoint and not touching, all in milliseconds."""


def union(*parts: Iterable[Span]) -> Spans:
    """All points of all parts, as few pieces as possible. Pieces without length vanish."""
    merged: list[list[int]] = []
    for start, end in sorted(span for part in parts for span in part if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple((start, end) for start, end in merged)


def measure(spans: Iterable[Span]) -> int:
    """Total length of disjoint pieces."""
    return sum(end - start for start, end in spans)


def within(spans: Iterable[Span], start: int, end: int) -> Spans:
    """The part of `spans` inside `[start, end)`."""
    return union((max(low, start), min(high, end)) for low, high in spans)


def contains(spans: Iterable[Span], point: int) -> bool:
    return any(start <= point < end for start, end in spans)


@dataclass(frozen=True, slots=True)
class Beat:
    """One claim: "since the last one I showed `from_ms` to `to_ms` of the lecture at `rate`"."""

    seq: int
    from_ms: int
    to_ms: int
    rate: float
    visible: bool = True


class Refusal(StrEnum):
    """Why a beat was not counted; sent to the player, which drops the beat."""

    NUMBER = "number"  # a sequence number outside 1…MAX_SEQ
    EMPTY = "empty"  # nothing shown, or backwards
    TOO_LONG = "too-long"  # more content in one beat than the rules allow
    OUTSIDE = "outside"  # before the beginning or beyond the end of the lecture
    TOO_FAST = "too-fast"  # a rate above the course's highest


@dataclass(frozen=True, slots=True)
class Policy:
    """What a session was opened with; never changed afterwards, so a new rule is not retroactive.

    `allowed_percent` is the course's highest speed: 150 is 1.5 times.
    """

    duration_ms: int
    allowed_percent: int = 150
    lease_ms: int = OFFLINE_LEASE_MS


def refusal(beat: Beat, policy: Policy) -> Refusal | None:
    """Why this beat cannot be counted, or None. Depends on the beat and the policy alone."""
    if not 1 <= beat.seq <= MAX_SEQ:
        return Refusal.NUMBER
    if beat.to_ms <= beat.from_ms:
        return Refusal.EMPTY
    if beat.to_ms - beat.from_ms > MAX_BEAT_MS:
        return Refusal.TOO_LONG
    if beat.from_ms < 0 or beat.to_ms > policy.duration_ms + OVERRUN_MS:
        return Refusal.OUTSIDE
    if not 0 < beat.rate * 100 <= policy.allowed_percent:  # also refuses what is not a number
        return Refusal.TOO_FAST
    return None


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch session. Server times are milliseconds since the epoch.

    The places of a presence check (`checks.py`) are milliseconds since the opening.
    """

    opened_ms: int
    policy: Policy
    closed_ms: int | None = None
    counted_from_ms: int = 0  # no arrival stands for time before this
    check_due_ms: int | None = None  # the first arrival from here on is asked; None: no checks
    answer_by_ms: int | None = None  # asked and not answered yet: until when arrivals count
    held_ms: int | None = None  # the last arrival held back since
    checks_asked: int = 0
    covered: Spans = ()
    present: Spans = ()
    seen: Spans = ()
    position_ms: int = 0
    beats: int = 0
    hidden_beats: int = 0
    highest_percent: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one beat. A duplicate is acknowledged and changes nothing at all.

    One that is held back waits for an answer to the presence check: the player keeps it and sends
    it again afterwards.
    """

    seq: int
    refused: Refusal | None = None
    duplicate: bool = False
    held: bool = False


def arrival(watch: Watch, received_ms: int) -> int:
    """Where in the session's time a message arrives.

    Beats of a session that was closed meanwhile arrive late: they stand for time before the
    close only, for the time after it belongs to another session. A server clock that jumped
    back to before the opening gives the opening.
    """
    last = received_ms if watch.closed_ms is None else min(received_ms, watch.closed_ms)
    return max(0, last - watch.opened_ms)


def presence(watch: Watch, at_ms: int) -> Span:
    """The stretch of the session's time that an arrival at `at_ms` of it stands for."""
    return min(at_ms, max(watch.counted_from_ms, at_ms - watch.policy.lease_ms)), at_ms


def extend(watch: Watch, beats: Sequence[Beat], received_ms: int) -> tuple[Watch, list[Verdict]]:
    """Take one message's beats, arrived at `received_ms` by the server's clock."""
    at_ms = arrival(watch, received_ms)
    if watch.answer_by_ms is not None and at_ms > watch.answer_by_ms:
        return replace(watch, held_ms=max(watch.held_ms or 0, at_ms)), [
            Verdict(beat.seq, why, held=why is None)
            for beat in beats
            for why in [refusal(beat, watch.policy)]
        ]
    verdicts: list[Verdict] = []
    taken: dict[int, Beat] = {}
    for beat in beats:
        why = refusal(beat, watch.policy)
        duplicate = why is None and (beat.seq in taken or contains(watch.seen, beat.seq))
        verdicts.append(Verdict(beat.seq, why, duplicate))
        if why is None and not duplicate:
            taken[beat.seq] = beat
    if not taken:
        return watch, verdicts
    newest = taken[max(taken)]
    is_furthest = newest.seq >= max((end for _, end in watch.seen), default=0)
    duration = watch.policy.duration_ms
    is_asked = (
        watch.answer_by_ms is None
        and watch.check_due_ms is not None
        and at_ms >= watch.check_due_ms
    )
    return (
        replace(
            watch,
            answer_by_ms=at_ms + ANSWER_MS if is_asked else watch.answer_by_ms,
            checks_asked=watch.checks_asked + is_asked,
            covered=union(
                watch.covered,
                within(((b.from_ms, b.to_ms) for b in taken.values()), 0, duration),
            ),
            present=union(watch.present, [presence(watch, at_ms)]),
            seen=union(watch.seen, ((seq, seq + 1) for seq in taken)),
            position_ms=min(newest.to_ms, duration) if is_furthest else watch.position_ms,
            beats=watch.beats + len(taken),
            hidden_beats=watch.hidden_beats + sum(not b.visible for b in taken.values()),
            highest_percent=max(
                watch.highest_percent, *(round(b.rate * 100) for b in taken.values())
            ),
        ),
        verdicts,
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """When a lesson counts as studied: the published length and the course's share of it."""

    duration_ms: int
    share: Decimal = Decimal("0.95")
    forgiven_ms: int = FORGIVEN_MS

    @property
    def counted_ms(self) -> int:
        """The length without the forgiven end."""
        return self.duration_ms - min(self.forgiven_ms, self.duration_ms // 10)

    @property
    def required_ms(self) -> int:
        exact = self.share * self.counted_ms
        return int(exact.to_integral_value(rounding=ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Standing:
    """What one member has verified of one lesson.

    `covered_ms` never exceeds the content shown, nor the content that fits into the time present
    at the allowed speed. `earned_ms`, shown as time studied, exceeds neither content nor time.
    """

    covered: Spans
    covered_ms: int
    wall_ms: int
    earned_ms: int
    is_complete: bool


def budget_ms(watches: Iterable[Watch]) -> int:
    """The content that fits into the time present, each session at its own allowed speed."""
    return sum(measure(w.present) * w.policy.allowed_percent // 100 for w in watches)


def standing(watches: Sequence[Watch], completion: Completion) -> Standing:
    """Put all sessions of one member on one lesson together."""
    covered = within(union(*(w.covered for w in watches)), 0, completion.duration_ms)
    wall_ms = sum(measure(w.present) for w in watches)
    covered_ms = min(measure(covered), budget_ms(watches))
    required = completion.required_ms
    shown_ms = measure(within(covered, 0, completion.counted_ms))
    return Standing(
        covered=covered,
        covered_ms=covered_ms,
        wall_ms=wall_ms,
        earned_ms=min(covered_ms, wall_ms),
        is_complete=required > 0 and shown_ms >= required and covered_ms >= required,
    )
