"""Who was in a class: lines and meeting rooms together, and which hours are still to be posted."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from exams.credit.models import StudyCategory
from exams.gatherings.models import How
from exams.rules.queries import rules_for
from live.classroom.attendance import BRIDGE, Span
from live.classroom.models import ClassState, LiveClass, LiveEvent, LivePresence
from live.classroom.presence import PRESENT, UNSEEN
from live.classroom.proofs import Proof, proofs_of
from live.classroom.queries import visible_live_classes
from live.hours.counting import Frame, Stay, credited_minutes, frame, in_room, stay
from live.hours.models import Venue, VenuePresence
from lms.core import clock
from lms.members.models import Branch, Member, Membership, RoleAssignment
from lms.members.queries import (
    OVERSEEING,
    members_of,
    path_and_above,
    standing_on,
    visible_branches,
)
from lms.members.queries import held_on as held_roles_on

# After the close every line has either shown a sign of life or is known for dead.
SETTLED = dt.timedelta(seconds=90)
# So long after the close a meeting room's list can still be completed; then it waits as it is.
LISTS_LAST = dt.timedelta(hours=24)


# --- A class as it was held -----------------------------------------------------------------------


def frame_of(live_class: LiveClass) -> Frame | None:
    """When it was held, up to now for one that still goes on; None before it began."""
    if live_class.begun_at is None:
        return None
    ended = live_class.ended_at or clock.now()
    outages, pauses = _gaps(live_class, ended)
    return frame(live_class.begun_at, ended, outages=outages, pauses=pauses)


def _gaps(live_class: LiveClass, ended: dt.datetime) -> tuple[list[Span], list[Span]]:
    """When the teacher's line was gone, and when the teacher had paused."""
    found: tuple[list[Span], list[Span]] = ([], [])
    since: list[dt.datetime | None] = [None, None]
    begins, ends = {"lost": 0, "paused": 1}, {"back": (0,), "resumed": (1,), "on_air": (1,)}
    rows = LiveEvent.objects.filter(live_class=live_class, kind__in=[*begins, *ends, "closed"])
    told = rows.order_by("seq").values_list("kind", "at", "body")
    for kind, at, body in [*told, ("closed", ended, {})]:
        if "since" in body and since[0] is None:
            # Whoever carried the class was gone without a word, and nobody said so before.
            since[0] = min(at, dt.datetime.fromtimestamp(body["since"] / 1000, dt.UTC))
        if kind in begins:
            since[begins[kind]] = since[begins[kind]] or at
            continue
        for place in ends.get(kind, (0, 1)):
            began = since[place]
            if began is not None:
                found[place].append(Span(began, at))
                since[place] = None
    return found


def minutes_of(live_class: LiveClass, held: Frame) -> int:
    return credited_minutes(held, live_class.planned_minutes)


def hours_of(live_class: LiveClass, held: Frame) -> Decimal:
    """What who was there gets, by the conversion rule of the branch that holds the class."""
    rules = rules_for(live_class.branch.path, held_on(live_class).year)
    return rules.hours_for_minutes(minutes_of(live_class, held))


def held_on(live_class: LiveClass) -> dt.date:
    """The school's day it belongs to: whose members are whose that day."""
    return clock.local_date(live_class.begun_at or live_class.starts_at)


# --- Who was there --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attended:
    """One person's part in a class; `seat` is the place in a meeting room, if they had one."""

    member: Member
    branch_name: str
    stay: Stay
    seat: VenuePresence | None
    # What of it was in a meeting room.
    in_venue: Stay | None
    proofs: Mapping[str, Proof]

    def category(self, of_class: str) -> str:
        """Alone before one's own screen it is what the class is; together in a room, 集体学习."""
        if of_class != StudyCategory.ONLINE or self.in_venue is None:
            return of_class
        is_mostly_there = self.in_venue.attendance.present * 2 >= self.stay.attendance.present
        return StudyCategory.GROUP.value if is_mostly_there else of_class


def attendance_of(
    live_class: LiveClass, *, held: Frame | None = None, members: QuerySet[Member] | None = None
) -> list[Attended]:
    """Who was there and how long, by number; who held it is left out. At most six statements.

    `members` are those who may be shown, where not all are.
    """
    held = held or frame_of(live_class)
    if held is None:
        return []
    lines = _lines_of(live_class)
    seats = {
        seat.member_id: seat
        for seat in VenuePresence.objects.filter(live_class=live_class).select_related(
            "venue__branch", "venue__host", "venue__confirmed_by", "by"
        )
    }
    rooms = {
        member_id: in_room(Span(seat.since, _until(seat, held)), lines.get(seat.venue.host_id, ()))
        for member_id, seat in seats.items()
    }
    ids = [pk for pk in {*lines, *seats} if pk != live_class.teacher_id]
    home = Membership.objects.filter(standing_on(held_on(live_class)), member=OuterRef("pk"))
    people = (members if members is not None else Member.objects.all()).filter(pk__in=ids)
    people = people.annotate(home_name=Subquery(home.values("branch__name")[:1])).order_by("number")
    proofs = proofs_of(live_class)
    return [
        Attended(
            member,
            member.home_name or "",
            stay([*lines.get(member.pk, ()), *rooms.get(member.pk, ())], held),
            seats.get(member.pk),
            stay(rooms[member.pk], held) if member.pk in rooms else None,
            {name: asked.of(member.pk) for name, asked in proofs.items()},
        )
        for member in people
    ]


def _lines_of(live_class: LiveClass) -> dict[int, list[Span]]:
    now = clock.now()
    lines: dict[int, list[Span]] = {}
    rows = LivePresence.objects.filter(live_class=live_class).order_by("-joined_at", "-pk")
    came: dict[tuple[int, str], dt.datetime] = {}
    for member_id, device, joined, seen, left in rows.values_list(
        "member_id", "device", "joined_at", "seen_at", "left_at"
    ):
        # A line that still stands is there now; one whose process died was there when last seen.
        until = now if left is None and now - seen < PRESENT else (left or seen)
        back = came.get((member_id, device))
        if left is None and back is not None and until < back <= until + UNSEEN + BRIDGE:
            # It may have stood for so long after it was last seen: the doubt is the member's.
            until = back
        came[member_id, device] = joined
        lines.setdefault(member_id, []).append(Span(joined, until))
    return lines


def _until(seat: VenuePresence, held: Frame) -> dt.datetime:
    return seat.until or seat.venue.closed_at or held.held.until


def members_overseen(by: Any, live_class: LiveClass) -> QuerySet[Member]:
    """Those of the branches `by` looks after, by the day of the class, and `by`."""
    standing = Membership.objects.filter(
        standing_on(held_on(live_class)),
        member=OuterRef("pk"),
        branch__in=visible_branches(by).order_by(),
    )
    return Member.objects.filter(Q(pk=by.pk) | Exists(standing))


# --- What is to be posted -------------------------------------------------------------------------


def creditable(live_class_id: int) -> LiveClass | None:
    """The class if its hours can be posted: closed, its lines settled, no rehearsal."""
    return (
        LiveClass.objects.filter(
            pk=live_class_id,
            state=ClassState.CLOSED,
            is_rehearsal=False,
            ended_at__lte=clock.now() - SETTLED,
        )
        .select_related("branch", "teacher")
        .first()
    )


def uncredited() -> QuerySet[LiveClass]:
    """Classes of which something is to be posted: all of it, or a list that was confirmed."""
    confirmed = Venue.objects.filter(
        live_class=OuterRef("pk"), confirmed_at__isnull=False, credited_at=None
    )
    return LiveClass.objects.filter(
        Q(credited_at=None) | Exists(confirmed),
        state=ClassState.CLOSED,
        is_rehearsal=False,
        ended_at__lte=clock.now() - SETTLED,
    )


def forgotten_venues() -> QuerySet[Venue]:
    """Lists nobody has handed in within LISTS_LAST of the end of the class."""
    forgotten = Venue.objects.filter(
        closed_at=None, live_class__ended_at__lt=clock.now() - LISTS_LAST
    )
    return forgotten.select_related("branch", "live_class", "host").order_by("pk")


# --- Meeting rooms --------------------------------------------------------------------------------

SHOWABLE = (ClassState.SCHEDULED, ClassState.WAITING, ClassState.ON_AIR, ClassState.PAUSED)


@cache
def token_key() -> bytes:
    """What the codes of meeting rooms are made with; known to this school alone."""
    return hashlib.sha256(b"live.hours.venue" + settings.SECRET_KEY.encode()).digest()


_SHOWN = (
    "live_class__branch", "live_class__teacher", "branch", "host", "witness", "closed_by",
    "refused_by", "confirmed_by",
)  # fmt: skip


def visible_venues(by: Any) -> QuerySet[Venue]:
    """Those of the branches `by` looks after."""
    return Venue.objects.filter(branch__in=visible_branches(by).order_by()).select_related(*_SHOWN)


def venue_for(by: Any, venue_id: int) -> Venue | None:
    return visible_venues(by).filter(pk=venue_id).first()


def venue_to_confirm(by: Any, venue_id: int) -> Venue | None:
    """For who looks after its branch, and for its witness."""
    own = Q(branch__in=visible_branches(by).order_by()) | Q(witness=by.pk)
    return Venue.objects.filter(own, pk=venue_id).select_related(*_SHOWN).first()


def digest_of(venue: Venue) -> str:
    """What the second person has read, in short; any change of the list changes it."""
    rows = [
        [row.pk, row.member_id, row.how, str(row.since), str(row.until)] for row in list_of(venue)
    ]
    said = [venue.place, venue.heads, venue.witness_id, venue.host_id, str(venue.closed_at), rows]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def possible_witnesses(venue: Venue) -> QuerySet[VenuePresence]:
    """Those present, of the branch itself, but the host."""
    day = held_on(venue.live_class)
    own = members_of(venue.branch, day).order_by()
    return list_of(venue).filter(member__in=own.values("pk")).exclude(member=venue.host_id)


def second_people(venue: Venue) -> set[int]:
    """Whom a list that was handed in waits for: the witness, and of those who look after the
    branch and have not kept it, the nearest.
    """
    kept = {venue.host_id, venue.closed_by_id}
    kept |= {row.by_id for row in list_of(venue) if row.by_id != row.member_id}
    held = RoleAssignment.objects.filter(
        held_roles_on(clock.today()),
        role__in=OVERSEEING,
        branch__path__in=path_and_above(venue.branch.path),
        member__is_active=True,
    ).exclude(member__in=[pk for pk in kept if pk])
    found = list(held.values_list("branch__path", "member"))
    nearest = max((path for path, _member in found), key=len, default="")
    people = {member_id for path, member_id in found if path == nearest}
    if venue.witness_id is not None and venue.witness_id not in kept:
        people.add(venue.witness_id)
    return people


def unconfirmed_of_year(branch: Branch, year: int) -> list[Venue]:
    """Lists of the subtree that somebody is on and that nobody has confirmed."""
    rows = Venue.objects.filter(
        Exists(VenuePresence.objects.filter(venue=OuterRef("pk"))),
        branch__path__startswith=branch.path,
        confirmed_at=None,
        credited_at=None,
        live_class__is_rehearsal=False,
    ).exclude(live_class__state=ClassState.CANCELLED)
    shown = rows.select_related("branch", "live_class").order_by("opened_at", "pk")
    return [venue for venue in shown if held_on(venue.live_class).year == year]


def venues_of(live_class: LiveClass, branches: Iterable[Branch] | None = None) -> QuerySet[Venue]:
    found = Venue.objects.filter(live_class=live_class).select_related("branch", "host")
    if branches is not None:
        found = found.filter(branch__in=branches)
    return found.order_by("branch__path", "pk")


def open_venue(venue_id: int) -> Venue | None:
    """The room if people can still sign in there by its code; for whoever scans it."""
    found = Venue.objects.filter(pk=venue_id, closed_at=None, live_class__ended_at=None)
    return found.select_related("live_class", "branch", "host").first()


def may_attend(member: Member, live_class_id: int) -> bool:
    return visible_live_classes(member).filter(pk=live_class_id).exists()


def list_of(venue: Venue) -> QuerySet[VenuePresence]:
    return VenuePresence.objects.filter(venue=venue).select_related("member", "by").order_by("at")


def absent_from(venue: Venue) -> QuerySet[Member]:
    """Those of the room's branch who are in no room of this class."""
    present = VenuePresence.objects.filter(live_class=venue.live_class_id, member=OuterRef("pk"))
    day = held_on(venue.live_class)
    return members_of(venue.branch, day).filter(~Exists(present)).order_by("number")


def seat_of(member: Member, live_class_id: int) -> VenuePresence | None:
    found = VenuePresence.objects.filter(live_class=live_class_id, member=member)
    return found.select_related("venue__branch", "venue__live_class").first()


HOW_BY_SELF = (How.QR, How.CODE)
