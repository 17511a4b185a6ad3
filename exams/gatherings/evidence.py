"""All that explains one member's hours of a gathering, without asking another table."""

import datetime as dt
from typing import Any

from courses.catalogue.queries import LessonTerms
from exams.gatherings.models import Gathering, Presence
from lms.members.models import Member


def evidence_of(
    gathering: Gathering, presence: Presence, *, lesson: LessonTerms | None, listed: int
) -> dict[str, Any]:
    """The ledger's evidence; `listed` is how many are on the confirmed list."""
    return {
        "gathering": {
            "id": gathering.pk,
            "kind": gathering.kind,
            "title": gathering.title,
            "branch": gathering.branch.name,
            "place": gathering.place,
            "speaker": gathering.speaker,
            "starts_at": _instant(gathering.starts_at),
            "opened_at": _instant(gathering.opened_at),
            "closed_at": _instant(gathering.closed_at),
            "length": gathering.length,
            "minutes": gathering.minutes,
            "hours": f"{gathering.hours:.2f}",
            "reason": gathering.reason,
            "host": _person(gathering.host),
            "lesson": (
                {
                    "id": lesson.lesson_id,
                    "title": lesson.title,
                    "course": lesson.course_title,
                    "duration_ms": lesson.duration_ms,
                }
                if lesson
                else None
            ),
            "counts": {
                "listed": listed,
                "middle": gathering.middle_count,
                "middle_at": _instant(gathering.middle_counted_at),
                "end": gathering.end_count,
                "end_at": _instant(gathering.end_counted_at),
            },
        },
        "presence": {
            "id": presence.pk,
            "how": presence.how,
            "at": _instant(presence.at),
            "by": _person(presence.by),
            "helper": _person(presence.helper),
            "home_branch": presence.home_branch.name,
            "is_guest": presence.is_guest,
            "late_reason": presence.late_reason,
        },
        "confirmed": {
            "at": _instant(presence.confirmed_at),
            "by": _person(presence.confirmed_by),
            "as_witness": presence.confirmed_by_id == gathering.witness_id,
        },
    }


def _person(member: Member | None) -> dict[str, str] | None:
    return {"number": member.number, "name": member.name} if member else None


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None
