"""Who was in a live class, as lines and meeting rooms say it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from live.checks.models import Check
from live.checks.services import call_roll
from live.classroom.models import ClassState, LiveClass, LiveEvent, LivePresence
from live.classroom.services import close_class, go_on_air
from live.hours.models import Venue
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.live import make_live_class
from tests.factories.members import make_instructor


def make_held(
    branch: Branch, *, by: Member | None = None, minutes: int = 60, ago: int = 120, **fields: Any
) -> LiveClass:
    """A class of so many minutes that began so many minutes ago and is over."""
    fields.setdefault("planned_minutes", minutes)
    made = make_live_class(branch, by=by or make_instructor(branch), **fields)
    begun = clock.now() - dt.timedelta(minutes=ago)
    ended = begun + dt.timedelta(minutes=minutes)
    LiveClass.objects.filter(pk=made.pk).update(
        state=ClassState.CLOSED, begun_at=begun, ended_at=ended
    )
    made.refresh_from_db()
    return made


def was_there(live_class: LiveClass, member: Member, *spans: tuple[float, float]) -> None:
    """Lines of one member, in minutes from the beginning of the class."""
    begun = live_class.begun_at
    assert begun is not None
    for since, until in spans:
        LivePresence.objects.create(
            live_class=live_class,
            member=member,
            device="d1",
            joined_at=begun + dt.timedelta(minutes=since),
            seen_at=begun + dt.timedelta(minutes=until),
            left_at=begun + dt.timedelta(minutes=until),
        )


def happened(live_class: LiveClass, *events: tuple[str, float]) -> None:
    """Events by their kinds, in minutes from the beginning of the class."""
    assert live_class.begun_at is not None
    for kind, minute in events:
        live_class.last_seq += 1
        LiveEvent.objects.create(
            live_class=live_class,
            seq=live_class.last_seq,
            kind=kind,
            at=live_class.begun_at + dt.timedelta(minutes=minute),
        )


def make_venue(
    live_class: LiveClass,
    branch: Branch,
    *,
    by: Member,
    members: Iterable[Member] = (),
    **fields: Any,
) -> Venue:
    """A meeting room that was open from the beginning, with these ticked since then."""
    opened = live_class.begun_at or clock.now()
    venue = Venue.objects.create(
        live_class=live_class, branch=branch, place="三楼会议室", host=by,
        **{"opened_at": opened, **fields},
    )  # fmt: skip
    for member in members:
        venue.presences.create(
            live_class=live_class, member=member, how="tick", since=opened, at=opened, by=by
        )
    return venue


def make_live_check(branch: Branch) -> Check:
    """A roll call of a class that is over."""
    teacher = make_instructor(branch)
    made = make_live_class(branch, by=teacher)
    go_on_air(by=teacher, live_class=made)
    check = call_roll(by=teacher, live_class=made, seconds=60)
    close_class(by=teacher, live_class=made)
    return check
