"""Which live classes there are for whom, and what is known of one."""

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from courses.training.models import ClassState as TrainingState
from courses.training.models import Enrolment, EnrolmentState, TrainingClass
from live.classroom import folders, shared
from live.classroom.models import (
    ClassState,
    LiveClass,
    LiveEvent,
    LivePresence,
    LiveSegment,
    LiveTake,
)
from live.classroom.presence import PRESENT
from live.classroom.segments import Part, Segment
from lms.core import clock
from lms.core.statements import Loaded, Records, columns
from lms.members.models import Branch, Member, Membership, RoleAssignment
from lms.members.queries import (
    OVERSEEING,
    has_role,
    held_on,
    path_and_above,
    standing_on,
    standing_today,
    visible_branches,
)
from media_pipeline.queries import HANDLING, lecture_branches

COMING = (ClassState.SCHEDULED, ClassState.WAITING, ClassState.ON_AIR, ClassState.PAUSED)
ATTENDING = (EnrolmentState.ENROLLED, EnrolmentState.PASSED)
_MEMBER, _CLASS = -101, -102  # marks: nobody, and no class, has these ids
RUNNING = (ClassState.ON_AIR, ClassState.PAUSED)


# --- Which classes --------------------------------------------------------------------------------


def taught_classes(by: Any) -> QuerySet[LiveClass]:
    """Those of the branches `by` teaches in, and those `by` holds or assists, the latest first."""
    if not by.is_authenticated or not by.is_active:
        return LiveClass.objects.none()
    return (
        LiveClass.objects.filter(
            Q(branch__in=lecture_branches(by).order_by()) | Q(teacher=by.pk) | _assisted(by.pk)
        )
        .select_related("branch", "teacher", "training_class")
        .order_by("-starts_at", "-pk")
    )


def taught_class(by: Any, live_class_id: int) -> LiveClass | None:
    return taught_classes(by).filter(pk=live_class_id).first()


def visible_live_classes(by: Any) -> QuerySet[LiveClass]:
    """Those `by` may attend, looks after, or holds.

    A class for a branch is for all who belong to it or below it; one for a training class is for
    those who are in that; a rehearsal is for who may hold it.
    """
    if not by.is_authenticated or not by.is_active:
        return LiveClass.objects.none()
    path, _roles = standing_today(by)
    leads = Q(branch__in=lecture_branches(by).order_by()) | Q(teacher=by.pk) | _assisted(by.pk)
    shown: Any = Q(branch__in=visible_branches(by).order_by()) | _enrolled(by.pk)
    if path is not None:
        shown |= Q(branch__path__in=path_and_above(path), training_class=None)
    return LiveClass.objects.filter(leads | (shown & Q(is_rehearsal=False)))


def _assisted(member_id: int) -> Exists:
    return Exists(
        LiveClass.co_hosts.through.objects.filter(liveclass=OuterRef("pk"), member=member_id)
    )


def _enrolled(member_id: int) -> Exists:
    return Exists(
        Enrolment.objects.filter(
            training_class=OuterRef("training_class"), member=member_id, state__in=ATTENDING
        )
    )


def leads(by: Any, live_class: LiveClass, *, assists: bool) -> bool:
    """What `rules.can_lead` says, of who is known to be among the co-hosts or not."""
    if not by.is_authenticated or not by.is_active:
        return False
    return by.pk == live_class.teacher_id or assists or has_role(by, HANDLING, live_class.branch)


def sees(by: Any, live_class: LiveClass, *, assists: bool, is_enrolled: bool) -> bool:
    """What `visible_live_classes` says of one class.

    `assists`: is among its co-hosts; `is_enrolled`: in its training class. No statement for one of
    `members_with_roles`.
    """
    if leads(by, live_class, assists=assists):
        return True
    if live_class.is_rehearsal or not by.is_authenticated or not by.is_active:
        return False
    if is_enrolled or has_role(by, OVERSEEING, live_class.branch):
        return True
    path, _roles = standing_today(by)
    is_for_all = live_class.training_class_id is None
    return is_for_all and path is not None and path.startswith(live_class.branch.path)


def seen_by(pairs: Collection[tuple[Member, int]]) -> set[tuple[int, int]]:
    """Of these pairs of a person and the id of a class, as ids, those where the one sees the other.

    The answer of `visible_live_classes` for rooms full of people, in three statements; the people
    are of `members_with_roles`.
    """
    classes = LiveClass.objects.select_related("branch").in_bulk({pk for _member, pk in pairs})
    people = {member.pk for member, _pk in pairs}
    assist = set(
        LiveClass.co_hosts.through.objects.filter(
            liveclass__in=classes, member__in=people
        ).values_list("member_id", "liveclass_id")
    )
    enrolled = set(
        Enrolment.objects.filter(
            training_class__in={each.training_class_id for each in classes.values()},
            member__in=people,
            state__in=ATTENDING,
        ).values_list("member_id", "training_class_id")
    )
    return {
        (member.pk, pk)
        for member, pk in pairs
        if (found := classes.get(pk)) is not None
        and sees(
            member,
            found,
            assists=(member.pk, pk) in assist,
            is_enrolled=(member.pk, found.training_class_id) in enrolled,
        )
    }


def coming_classes(by: Any) -> QuerySet[LiveClass]:
    """For a member's list: what is on the air first, then what comes next."""
    return (
        visible_live_classes(by)
        .filter(state__in=COMING)
        .select_related("branch", "teacher", "training_class")
        .order_by(Case(When(state__in=RUNNING, then=0), default=1), "starts_at", "pk")
    )


def past_classes(by: Any) -> QuerySet[LiveClass]:
    """What can be watched again, and what was cancelled, the latest first."""
    return (
        visible_live_classes(by)
        .exclude(state__in=COMING)
        .select_related("branch", "teacher", "training_class")
        .order_by("-starts_at", "-pk")
    )


def class_for(by: Any, live_class_id: int) -> LiveClass | None:
    found = class_and_lead(by, live_class_id)
    return None if found is None else found[0]


def class_and_lead(by: Any, live_class_id: int) -> tuple[LiveClass, bool] | None:
    """A class `by` sees, and whether `by` leads it; one statement."""
    if not by.is_authenticated or not by.is_active:
        return None
    for found, assists, is_enrolled in _one_class(by.pk, live_class_id):
        if sees(by, found, assists=assists, is_enrolled=is_enrolled):
            return found, leads(by, found, assists=assists)
    return None


def _one_class(member_id: int, live_class_id: int) -> Iterator[tuple[LiveClass, bool, bool]]:
    for row in _class_records().rows(member_id, live_class_id):
        found, found.branch, found.teacher, found.training_class, assists, is_enrolled = row
        yield found, assists, is_enrolled


@functools.cache
def _class_records() -> Records:
    """Everything that is said in a room begins with it."""
    parts: list[Loaded] = [
        (LiveClass, "", columns(LiveClass)),
        (Branch, "branch__", columns(Branch)),
        (Member, "teacher__", columns(Member)),
        (TrainingClass, "training_class__", columns(TrainingClass)),
    ]
    found = LiveClass.objects.annotate(assists=_assisted(_MEMBER), is_enrolled=_enrolled(_MEMBER))
    more = ("assists", "is_enrolled")
    return Records(found.filter(pk=_CLASS), parts, _MEMBER, _CLASS, more=more)


def audience_of(live_class: LiveClass) -> QuerySet[Member]:
    """Whom a class is for on the day it begins, and who holds it, by number."""
    day = clock.local_date(live_class.starts_at)
    if live_class.training_class_id is not None:
        enrolled = Enrolment.objects.filter(
            training_class=live_class.training_class_id,
            member=OuterRef("pk"),
            state__in=ATTENDING,
        )
        is_meant = Q(Exists(enrolled))
    else:
        standing = Membership.objects.filter(
            standing_on(day), member=OuterRef("pk"), branch__path__startswith=live_class.branch.path
        )
        is_meant = Q(Exists(standing))
    found = Member.objects.filter(is_meant | Q(pk=live_class.teacher_id), is_active=True)
    return found.order_by("number")


def planned_end(live_class: LiveClass) -> dt.datetime:
    return live_class.starts_at + dt.timedelta(minutes=live_class.planned_minutes)


# --- What a class can be made of ------------------------------------------------------------------


def branches_for(by: Any) -> QuerySet[Branch]:
    return lecture_branches(by)


def training_classes_for(by: Any) -> QuerySet[TrainingClass]:
    """The open training classes of the branches `by` teaches in."""
    return TrainingClass.objects.filter(
        branch__in=lecture_branches(by).order_by(), state=TrainingState.OPEN
    ).order_by("-starts_on", "-pk")


def teachers_for(by: Any) -> QuerySet[Member]:
    """Who may hold a class: the teachers of the branches `by` teaches in, and `by`."""
    roles = RoleAssignment.objects.filter(
        held_on(clock.today()),
        member=OuterRef("pk"),
        role__in=HANDLING,
        branch__in=lecture_branches(by).order_by(),
    )
    return Member.objects.filter(Exists(roles) | Q(pk=by.pk), is_active=True).order_by("number")


# --- One class ------------------------------------------------------------------------------------


def class_of_room(live_class_id: int) -> LiveClass:
    """Whatever may be seen of it has been asked before."""
    return LiveClass.objects.select_related("branch", "teacher").get(pk=live_class_id)


def state_now(live_class_id: int) -> str:
    return LiveClass.objects.values_list("state", flat=True).get(pk=live_class_id)


def events_after(live_class_id: int, seq: int) -> list[LiveEvent]:
    return list(
        LiveEvent.objects.filter(live_class_id=live_class_id, seq__gt=seq)
        .select_related("by")
        .order_by("seq")
    )


def takes_of(live_class: LiveClass) -> list[LiveTake]:
    return list(LiveTake.objects.filter(live_class=live_class).order_by("number"))


def last_take(live_class: LiveClass) -> LiveTake | None:
    return LiveTake.objects.filter(live_class=live_class).order_by("-number").first()


def take_named(live_class_id: int, key: str) -> LiveTake | None:
    return LiveTake.objects.filter(live_class_id=live_class_id, key=key).first()


def segments_after(room: UUID, pk: int) -> list[LiveSegment]:
    """Those of a class that were added after the row `pk`, in that order, with their takes."""
    found = LiveSegment.objects.filter(take__live_class__room=room, pk__gt=pk)
    return list(found.select_related("take").order_by("pk"))


def parts_of(room: UUID, takes: Iterable[int]) -> list[Part]:
    """What was served of these takes: as the database says, or as the folder of this machine."""
    numbers = list(takes)
    known: dict[int, list[Segment]] = {}
    if shared.is_shared():
        for row in segments_after(room, 0):
            known.setdefault(row.take.number, []).append(Segment(row.number, row.seconds, row.at))
    # A class from before the school had several machines has left its parts where it was held.
    return [
        Part(number, tuple(known[number])) if number in known else _part_left(room, number)
        for number in numbers
    ]


def _part_left(room: UUID, take: int) -> Part:
    found = folders.parts_of(room, [take])[0]
    return found if found.segments or not shared.is_shared() else shared.part_left(room, take)


def is_all_served(room: UUID) -> bool:
    """Whether a class is over and nobody adds a segment to it any more."""
    going_on = LiveTake.objects.filter(live_class=OuterRef("pk"), ended_at=None)
    return LiveClass.objects.filter(~Exists(going_on), room=room, state=ClassState.CLOSED).exists()


def is_replay_there(room: UUID) -> bool:
    """Whether what was served can be watched as a whole."""
    if folders.is_replay_there(room):
        return True
    if not shared.is_shared() or not is_all_served(room):
        return False
    served = LiveSegment.objects.filter(take__live_class__room=room)
    return served.exists() or shared.is_replay_left(room)


def open_takes(live_class_id: int) -> QuerySet[LiveTake]:
    return LiveTake.objects.filter(live_class=live_class_id, ended_at=None).select_related("by")


def people_in(live_class_id: int) -> int:
    """How many persons have a line in the room now."""
    since = clock.now() - PRESENT
    return (
        LivePresence.objects.filter(live_class=live_class_id, left_at=None, seen_at__gte=since)
        .values("member")
        .distinct()
        .count()
    )


def presences_of(live_class: LiveClass) -> QuerySet[LivePresence]:
    return LivePresence.objects.filter(live_class=live_class).order_by("joined_at", "pk")


def abandoned(since: Any) -> QuerySet[LiveClass]:
    """Classes on the air whose teacher has been gone since before `since`."""
    return LiveClass.objects.filter(state__in=RUNNING, lost_at__lt=since)


def silent(since: Any) -> QuerySet[LiveClass]:
    """Classes on the air whose carrier has not been heard of since: its machine is gone."""
    carried = LiveTake.objects.filter(live_class=OuterRef("pk"), ended_at=None, seen_at__lt=since)
    return LiveClass.objects.filter(Exists(carried), state__in=RUNNING, lost_at=None)


def classes_with_files() -> QuerySet[LiveClass]:
    """Classes that have slides or of which something was sent."""
    sent = LiveTake.objects.filter(live_class=OuterRef("pk"))
    return LiveClass.objects.filter(Exists(sent) | Q(decks__isnull=False)).distinct().order_by("pk")


def unrecorded() -> QuerySet[LiveClass]:
    """Closed classes of which something was sent and no lecture has been made yet."""
    sent = LiveTake.objects.filter(live_class=OuterRef("pk"))
    return LiveClass.objects.filter(Exists(sent), state=ClassState.CLOSED, recording=None)
