"""Gatherings for tests, held by the services that a school uses."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from exams.gatherings import presence_services, queries, services
from exams.gatherings.models import Gathering, GatheringKind, How, Presence
from lms.core import clock
from lms.members.models import Branch, Member


def make_gathering(
    branch: Branch, *, by: Member, kind: str = GatheringKind.SCREEN, **fields: Any
) -> Gathering:
    """A planned one that starts now; an offline one of two hours that started four hours ago."""
    offline = kind == GatheringKind.OFFLINE
    values: dict[str, Any] = {
        "title": "支部集体学习：怎样写好会议记录",
        "place": "三楼会议室",
        "starts_at": clock.now() - dt.timedelta(hours=4) if offline else clock.now(),
    }
    if offline:
        values |= {"minutes": 120, "speaker": "周老师"}
    return services.create_gathering(by=by, branch=branch, kind=kind, **{**values, **fields})


def make_open(branch: Branch, *, by: Member, **fields: Any) -> Gathering:
    gathering = make_gathering(branch, by=by, **fields)
    services.open_gathering(gathering=gathering, by=by)
    return gathering


def join(gathering: Gathering, member: Member) -> Presence:
    """The member scans what the screen shows and says so at once."""
    return presence_services.join_by_scan(
        member=member, gathering_id=gathering.pk, scanned_at=clock.now()
    )


def make_closed(
    branch: Branch, *, by: Member, present: Sequence[Member], minutes: int = 90, **fields: Any
) -> Gathering:
    """One that has run so long and waits for the second person."""
    gathering = make_open(branch, by=by, **fields)
    for member in present:
        join(gathering, member)
    began = clock.now() - dt.timedelta(minutes=minutes)
    Gathering.objects.filter(pk=gathering.pk).update(opened_at=began, starts_at=began)
    services.close_gathering(gathering=gathering, by=by)
    return gathering


def digest(gathering: Gathering) -> str:
    """What the page of confirmation hands back."""
    now = Gathering.objects.get(pk=gathering.pk)
    return queries.digest_of(now, list(queries.presences_of(now)), list(queries.scans_of(now)))


def confirm(gathering: Gathering, *, by: Member) -> int:
    return services.confirm_gathering(gathering=gathering, by=by, digest=digest(gathering))


def tick(gathering: Gathering, members: Sequence[Member], *, by: Member, **late: str) -> int:
    return presence_services.tick_members(
        by=by, gathering=gathering, member_ids=[member.pk for member in members], **late
    )


def hows(gathering: Gathering) -> list[tuple[str, How]]:
    """(name, how) of everybody on the list, in its order."""
    return [(row.member.name, How(row.how)) for row in queries.presences_of(gathering)]
