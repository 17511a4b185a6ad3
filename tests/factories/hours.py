"""Study hours for tests, posted by the ledger's own service."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from exams.credit.models import SourceKind, StudyCategory, StudyHourEntry
from exams.credit.services import post_entry
from lms.core import clock
from lms.members.models import Member

_lessons = itertools.count(900_001)


def evidence(**changed: Any) -> dict[str, Any]:
    """What a lecture of 20 minutes, watched in two sittings, is credited with."""
    return {
        "lesson": 1,
        "course": "支部工作中的数字技能",
        "duration_ms": 1_200_000,
        "required_ms": 1_130_500,
        "covered": [[0, 600_000], [630_000, 1_200_000]],
        "covered_ms": 1_170_000,
        "wall_ms": 1_260_000,
        "completed_at": "2026-03-02T12:40:00.000+00:00",
        "policy": {"share": "0.95", "forgiven_ms": 10_000, "lease_ms": 1_800_000},
        "sessions": [
            {
                "id": "8f2b0c9e-0000-4000-8000-000000000001",
                "opened_at": "2026-03-01T12:00:00.000+00:00",
                "closed_at": "2026-03-02T12:25:00.000+00:00",
                "last_beat_at": "2026-03-01T12:11:00.000+00:00",
                "covered": [[0, 600_000]],
                "present": [[0, 660_000]],
                "allowed_percent": 150,
                "highest_percent": 100,
                "beats": 40,
                "hidden_beats": 0,
                "refused_beats": 2,
            },
            {
                "id": "8f2b0c9e-0000-4000-8000-000000000002",
                "opened_at": "2026-03-02T12:25:00.000+00:00",
                "closed_at": None,
                "last_beat_at": "2026-03-02T12:40:00.000+00:00",
                "covered": [[540_000, 600_000], [630_000, 1_200_000]],
                "present": [[0, 600_000]],
                "allowed_percent": 150,
                "highest_percent": 125,
                "beats": 42,
                "hidden_beats": 0,
                "refused_beats": 0,
            },
        ],
        **changed,
    }


def make_entry(
    member: Member,
    hours: str | Decimal = "0.5",
    *,
    earned_on: dt.date | None = None,
    category: str = StudyCategory.GROUP,
    title: str = "第一讲 把台账做成表格",
    source_id: str = "",
    said: dict[str, Any] | None = None,
) -> StudyHourEntry:
    """One entry for a lesson of its own."""
    return post_entry(
        member=member,
        category=category,
        hours=Decimal(hours),
        earned_on=earned_on or clock.today(),
        source_kind=SourceKind.LESSON,
        source_id=source_id or str(next(_lessons)),
        source_title=title,
        evidence=evidence() if said is None else said,
    )


def make_reversal(entry: StudyHourEntry, *, by: Member, reason: str = "登记有误") -> StudyHourEntry:
    """The opposite of `entry`, on the same day."""
    return post_entry(
        member=entry.member,
        category=entry.category,
        hours=-entry.hours,
        earned_on=entry.earned_on,
        source_kind=SourceKind.REVERSAL,
        source_id=str(entry.pk),
        source_title=entry.source_title,
        evidence={"reason": reason},
        by=by,
        reverses=entry,
    )
