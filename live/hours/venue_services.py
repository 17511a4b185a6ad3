"""A meeting room of a class: opened by a secretary, people signed in, counted, handed in."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.gatherings.models import How
from live.classroom.models import LiveClass
from live.classroom.queries import audience_of
from live.hours import queries, rules, told
from live.hours.counting import AT_THE_DOOR
from live.hours.errors import (
    NotInVenueError,
    NotTheHostError,
    NotTheSecondPersonError,
    VenueClosedError,
)
from live.hours.models import Venue, VenuePresence
from lms.core import clock
from lms.members.models import Branch, Member

# Scanning and then signing in to one's account takes a while.
SCAN_LASTS = dt.timedelta(minutes=10)


def open_venue(*, by: Member, live_class: LiveClass, branch: Branch, place: str) -> Venue:
    """Show the class in a meeting room of `branch`; the room there is already, if there is one."""
    if not rules.can_host(by, branch):
        raise NotTheHostError(_("您只能为自己负责的党组织开设会场。"))
    known = queries.venues_of(live_class, [branch]).first()
    if known is not None:
        return known
    if live_class.state not in queries.SHOWABLE or live_class.is_rehearsal:
        raise VenueClosedError(_("这节课已经结束或取消，不能再开设会场。"))
    try:
        with transaction.atomic():
            return Venue.objects.create(
                live_class=live_class, branch=branch, place=place, host=by, opened_at=clock.now()
            )
    except IntegrityError:  # somebody else of the branch was faster
        return queries.venues_of(live_class, [branch]).get()


def take_over(*, by: Member, venue: Venue) -> None:
    """The screen is shown by another secretary of the branch from now on."""
    with transaction.atomic():
        held = _hold(by, venue)
        Venue.objects.filter(pk=held.pk).update(host=by)
    venue.refresh_from_db()


def sign_in(*, member: Member, venue_id: int, scanned_at: dt.datetime) -> VenuePresence:
    """The member has scanned the code on the screen at `scanned_at`, and says: I am here."""
    venue = queries.open_venue(venue_id)
    if venue is None or clock.now() > scanned_at + SCAN_LASTS:
        raise VenueClosedError(_("扫码已过期或课已结束。请重新扫描屏幕上的二维码。"))
    if not queries.may_attend(member, venue.live_class_id):
        raise NotInVenueError(_("这节课不面向您所在的党组织。请向会场主持人说明。"))
    known = queries.seat_of(member, venue.live_class_id)
    if known is not None:
        raise NotInVenueError(
            _("您已在%(branch)s会场签到，不用重复。") % {"branch": known.venue.branch.name}
        )
    since = max(venue.opened_at, scanned_at - AT_THE_DOOR)
    _enter(venue, [member], how=How.QR, by=member, since=since)
    found = queries.seat_of(member, venue.live_class_id)
    if found is None:
        raise VenueClosedError(_("会场名单刚刚交了，不能再签到。请联系会场主持人。"))
    return found


def tick(*, by: Member, venue: Venue, member_ids: Sequence[int], is_late: bool = False) -> int:
    """The host sees these of the branch in the room: since it was opened, or only just now.

    Returns how many were new on the list.
    """
    held = _held(by, venue)
    wanted = list(queries.absent_from(held).filter(pk__in=list(member_ids)))
    meant = audience_of(held.live_class).filter(pk__in=[member.pk for member in wanted])
    members = list(meant)
    since = clock.now() if is_late else held.opened_at
    return _enter(held, members, how=How.TICK, by=by, since=since)


def has_left(*, by: Member, venue: Venue, presence_id: int) -> None:
    """Somebody has gone before the end."""
    with transaction.atomic():
        held = _hold(by, venue)
        queries.list_of(held).filter(pk=presence_id, until=None).update(until=clock.now())


def take_off(*, by: Member, venue: Venue, presence_id: int) -> None:
    """Somebody is on the list by mistake."""
    with transaction.atomic():
        held = _hold(by, venue)
        queries.list_of(held).filter(pk=presence_id).delete()


def count_heads(*, by: Member, venue: Venue, heads: int, witness_id: int | None = None) -> None:
    """How many the host sees in the room, and who of those present witnesses."""
    with transaction.atomic():
        held = _hold(by, venue)
        if witness_id is not None:
            possible = queries.possible_witnesses(held).filter(member=witness_id)
            if not possible.exists():
                raise NotTheSecondPersonError(_("见证人要从本组织到场的人中选，不能是主持人。"))
        Venue.objects.filter(pk=held.pk).update(
            heads=heads, heads_at=clock.now(), witness=witness_id
        )
    venue.refresh_from_db()


def hand_in(*, by: Member, venue: Venue) -> None:
    """The list is complete: a second person is waited for, then its hours are posted.

    The second time, after it was sent back, the room's time stays as it was.
    """
    with transaction.atomic():
        held = _hold(by, venue)
        held.closed_at = held.closed_at or clock.now()
        held.closed_by = by
        held.times_handed_in += 1
        held.refused_at = held.refused_by = None
        held.refusal = ""
        held.save()
        told.handed_in(held)
    venue.refresh_from_db()


def _held(by: Member, venue: Venue) -> Venue:
    """The room as it is now, if `by` keeps its list and it has not been handed in."""
    found = queries.venue_for(by, venue.pk)
    if found is None or not rules.can_host(by, found.branch):
        raise NotTheHostError(_("这个会场由其他党组织开设，您不能修改。"))
    if not rules.takes_names(found):
        raise VenueClosedError(
            _("会场名单已经交了，不能再修改。有差错请确认人退回，或通过学时更正办理。")
        )
    return found


def _hold(by: Member, venue: Venue) -> Venue:
    """As `_held`, and nobody else changes it meanwhile."""
    Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
    return _held(by, venue)


def _enter(
    venue: Venue, members: Sequence[Member], *, how: str, by: Member, since: dt.datetime
) -> int:
    """These on the list, each once in all the rooms of the class."""
    with transaction.atomic():
        held = Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
        if not rules.takes_names(held):
            return 0
        before = queries.list_of(held).count()
        now = clock.now()
        VenuePresence.objects.bulk_create(
            [
                VenuePresence(
                    venue=held,
                    live_class_id=held.live_class_id,
                    member=member,
                    how=how,
                    since=since,
                    at=now,
                    by=by,
                )
                for member in members
            ],
            ignore_conflicts=True,
        )
        return queries.list_of(held).count() - before
