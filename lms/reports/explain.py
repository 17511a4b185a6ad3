"""Why an entry is the number it is: its evidence read back into figures (pure)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ExplainedSitting:
    """One sitting at the lesson: when, and which parts it brought."""

    opened_at: dt.datetime
    last_at: dt.datetime | None
    covered: tuple[Span, ...]
    covered_ms: int
    present_ms: int
    highest_percent: int
    refused_beats: int
    checks_asked: int
    checks_answered: int

    @property
    def highest_rate(self) -> float:
        return self.highest_percent / 100


@dataclass(frozen=True, slots=True)
class ExplainedLesson:
    """What was watched of a lesson when its hours were given. Lengths in milliseconds."""

    course: str
    duration_ms: int
    required_ms: int
    covered: tuple[Span, ...]
    covered_ms: int
    wall_ms: int
    completed_at: dt.datetime | None
    share_percent: int
    forgiven_ms: int
    sittings: tuple[ExplainedSitting, ...]

    @property
    def forgiven_seconds(self) -> int:
        """How much of the end need not be watched: of a short clip its last tenth."""
        return min(self.forgiven_ms, self.duration_ms // 10) // 1000

    @property
    def percent(self) -> int:
        """The verified share of the whole recording, rounded down."""
        return min(100, self.covered_ms * 100 // self.duration_ms) if self.duration_ms else 0

    @property
    def gaps(self) -> tuple[Span, ...]:
        """The parts never shown, of a second or more: less is the rounding of players."""
        gaps: list[Span] = []
        at = 0
        for start, end in self.covered:
            if start > at:
                gaps.append((at, start))
            at = max(at, end)
        if at < self.duration_ms:
            gaps.append((at, self.duration_ms))
        return tuple(gap for gap in gaps if _length([gap]) >= 1000)

    @property
    def unseen_ms(self) -> int:
        return _length(self.gaps)

    @property
    def repeated_ms(self) -> int:
        """Content that more than one sitting showed: counted once."""
        return max(0, sum(each.covered_ms for each in self.sittings) - _length(self.covered))

    @property
    def too_fast_ms(self) -> int:
        """Content claimed that did not fit into the time that passed."""
        return max(0, _length(self.covered) - self.covered_ms)

    @property
    def refused_beats(self) -> int:
        return sum(each.refused_beats for each in self.sittings)

    @property
    def checks_asked(self) -> int:
        """How often it was asked whether somebody is there."""
        return sum(each.checks_asked for each in self.sittings)

    @property
    def checks_answered(self) -> int:
        return sum(each.checks_answered for each in self.sittings)


def explained_lesson(evidence: Mapping[str, Any]) -> ExplainedLesson | None:
    """Read the evidence a lesson's hours were posted with; None where it names no recording."""
    if not evidence.get("duration_ms"):
        return None
    policy = evidence.get("policy", {})
    return ExplainedLesson(
        course=evidence.get("course", ""),
        duration_ms=evidence["duration_ms"],
        required_ms=evidence["required_ms"],
        covered=_spans(evidence["covered"]),
        covered_ms=evidence["covered_ms"],
        wall_ms=evidence.get("wall_ms", 0),
        completed_at=_moment(evidence.get("completed_at")),
        share_percent=round(float(policy.get("share") or 0) * 100),
        forgiven_ms=policy.get("forgiven_ms", 0),
        sittings=tuple(_sitting(sitting) for sitting in evidence.get("sessions", ())),
    )


def _sitting(said: Mapping[str, Any]) -> ExplainedSitting:
    covered = _spans(said["covered"])
    return ExplainedSitting(
        opened_at=dt.datetime.fromisoformat(said["opened_at"]),
        last_at=_moment(said.get("last_beat_at")),
        covered=covered,
        covered_ms=_length(covered),
        present_ms=_length(_spans(said.get("present", ()))),
        highest_percent=said.get("highest_percent", 0),
        refused_beats=said.get("refused_beats", 0),
        checks_asked=said.get("checks_asked", 0),
        checks_answered=said.get("checks_answered", 0),
    )


def _spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)


def _length(spans: Sequence[Span]) -> int:
    return sum(end - start for start, end in spans)


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
