"""All that explains one member's hours of a live class, without asking another table; pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from live.classroom.attendance import Span
from live.hours.counting import Frame, Stay


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a meeting room: where, how it came on the list, by whom, and who confirmed it."""

    place: str
    branch: str
    how: str
    by: str
    since: dt.datetime
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What is the same for everybody who was there."""

    id: int
    title: str
    branch: str
    teacher: str
    held: Frame
    planned_minutes: int
    minutes: int
    hours: Decimal
    percent: int


def evidence_of(
    facts: ClassFacts,
    stay: Stay,
    *,
    seat: Seat | None,
    proofs: Mapping[str, tuple[int, int]],
) -> dict[str, Any]:
    """JSON without numbers that have a point; times inside the class in seconds from its start."""
    held = facts.held.held
    return {
        "live": {
            "id": facts.id,
            "title": facts.title,
            "branch": facts.branch,
            "teacher": facts.teacher,
            "began_at": _instant(held.since),
            "ended_at": _instant(held.until),
            "planned_minutes": facts.planned_minutes,
            "minutes": facts.minutes,
            "hours": f"{facts.hours:.2f}",
            "percent": facts.percent,
            "outages": _offsets(facts.held.outages, held.since),
            "pauses": _offsets(facts.held.pauses, held.since),
        },
        "stay": {
            "percent": stay.attendance.percent,
            "seconds": int(stay.attendance.present.total_seconds()),
            "held_seconds": int(held.length.total_seconds()),
            "spans": _offsets(stay.attendance.spans, held.since),
            "bridged": [
                [*_offset(piece.span, held.since), piece.why.value] for piece in stay.bridged
            ],
        },
        "seat": (
            {
                "place": seat.place,
                "branch": seat.branch,
                "how": seat.how,
                "by": seat.by,
                "since": _instant(seat.since),
                "confirmed_by": seat.confirmed_by,
            }
            if seat
            else None
        ),
        "proofs": {name: list(counts) for name, counts in sorted(proofs.items())},
    }


def _offsets(spans: Iterable[Span], zero: dt.datetime) -> list[list[int]]:
    return [_offset(span, zero) for span in spans]


def _offset(span: Span, zero: dt.datetime) -> list[int]:
    return [int((each - zero).total_seconds()) for each in (span.since, span.until)]


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")


# --- Read back ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExplainedStretch:
    """A time of day within the class, and why it counts where there was no line."""

    since: dt.datetime
    until: dt.datetime
    why: str = ""

    @property
    def seconds(self) -> int:
        return int((self.until - self.since).total_seconds())


@dataclass(frozen=True, slots=True)
class ExplainedClass:
    """One member's part in a live class, as it was credited."""

    title: str
    branch: str
    teacher: str
    began_at: dt.datetime
    ended_at: dt.datetime
    planned_minutes: int
    minutes: int
    hours: Decimal
    asked_percent: int
    percent: int
    seconds: int
    held_seconds: int
    covered: list[list[int]]
    spans: list[ExplainedStretch]
    bridged: list[ExplainedStretch]
    seat: Mapping[str, str] | None
    proofs: Mapping[str, list[int]]


def explained_class(evidence: Mapping[str, Any]) -> ExplainedClass | None:
    """Read the evidence of a live class; None where it names none."""
    said = evidence.get("live")
    if not isinstance(said, Mapping):
        return None
    stay, began = evidence["stay"], dt.datetime.fromisoformat(said["began_at"])

    def stretch(since: int, until: int, why: str = "") -> ExplainedStretch:
        return ExplainedStretch(
            began + dt.timedelta(seconds=since), began + dt.timedelta(seconds=until), why
        )

    return ExplainedClass(
        title=said["title"],
        branch=said["branch"],
        teacher=said["teacher"],
        began_at=began,
        ended_at=dt.datetime.fromisoformat(said["ended_at"]),
        planned_minutes=said["planned_minutes"],
        minutes=said["minutes"],
        hours=Decimal(said["hours"]),
        asked_percent=said["percent"],
        percent=stay["percent"],
        seconds=stay["seconds"],
        held_seconds=stay["held_seconds"],
        covered=stay["spans"],
        spans=[stretch(*span) for span in stay["spans"]],
        bridged=[stretch(*piece) for piece in stay["bridged"]],
        seat=evidence["seat"],
        proofs=evidence["proofs"],
    )
