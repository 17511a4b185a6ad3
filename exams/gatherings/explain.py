"""Why an entry for study together is the number it is: its evidence read back (pure)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ExplainedGathering:
    """One member's part in a gathering, as it was credited."""

    kind: str
    title: str
    branch: str
    place: str
    speaker: str
    host: str
    began_at: dt.datetime | None
    closed_at: dt.datetime | None
    length: str
    minutes: int
    hours: Decimal
    reason: str
    lesson: str
    course: str
    lesson_ms: int
    listed: int
    middle_count: int | None
    end_count: int | None
    how: str
    at: dt.datetime | None
    by: str
    by_self: bool
    helper: str
    home_branch: str
    is_guest: bool
    late_reason: str
    confirmed_at: dt.datetime | None
    confirmed_by: str
    as_witness: bool

    @property
    def differences(self) -> tuple[int, ...]:
        """The head-counts that are not the number of names."""
        counts = (self.middle_count, self.end_count)
        return tuple(count for count in counts if count is not None and count != self.listed)


def explained_gathering(evidence: Mapping[str, Any]) -> ExplainedGathering | None:
    """Read the evidence of study together; None where it names no gathering."""
    said = evidence.get("gathering")
    if not isinstance(said, Mapping):
        return None
    presence, confirmed, counts = evidence["presence"], evidence["confirmed"], said["counts"]
    lesson = said["lesson"] or {}
    return ExplainedGathering(
        kind=said["kind"],
        title=said["title"],
        branch=said["branch"],
        place=said["place"],
        speaker=said["speaker"],
        host=_name(said["host"]),
        began_at=_moment(said["opened_at"] or said["starts_at"]),
        closed_at=_moment(said["closed_at"]) if said["opened_at"] else None,
        length=said["length"],
        minutes=said["minutes"],
        hours=Decimal(said["hours"]),
        reason=said["reason"],
        lesson=lesson.get("title", ""),
        course=lesson.get("course", ""),
        lesson_ms=lesson.get("duration_ms", 0),
        listed=counts["listed"],
        middle_count=counts["middle"],
        end_count=counts["end"],
        how=presence["how"],
        at=_moment(presence["at"]),
        by=_name(presence["by"]),
        by_self=presence["helper"] is None and presence["how"] in ("qr", "code"),
        helper=_name(presence["helper"]),
        home_branch=presence["home_branch"],
        is_guest=presence["is_guest"],
        late_reason=presence["late_reason"],
        confirmed_at=_moment(confirmed["at"]),
        confirmed_by=_name(confirmed["by"]),
        as_witness=confirmed["as_witness"],
    )


def _name(person: Mapping[str, str] | None) -> str:
    return person["name"] if person else ""


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
