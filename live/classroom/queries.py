"""Which live classes there are for whom, and what is known of one."""

import datetime as dt
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from courses.training.models import ClassState as TrainingState
from courses.training.models import Enrolment, EnrolmentState, TrainingClass
from live.classroom.models import ClassState, LiveClass, LiveEvent, LivePresence, LiveTake
from live.classroom.presence import PRESENT
from lms.core import clock
from lms.members.models import Branch, Member, Membership, RoleAssignment
from lms.members.queries import (
    held_on,
    path_and_above,
    standing_on,
    standing_today,
    visible_branches,
)
from media_pipeline.queries import HANDLING, lecture_branches

COMING = (ClassState.SCHEDULED, ClassState.WAITING, ClassState.ON_AIR, ClassState.PAUSED)
RUNNING = (ClassState.ON_AIR, ClassState.PAUSED)


# --- Which classes --------------------------------------------------------------------------------


def taught_classes(by: Any) -> QuerySet[LiveClass]:
    """Those of the branches `by` teaches in, and those `by` holds or assists, the latest first."""
    if not by.is_authenticated or not by.is_active:
        return LiveClass.objects.none()
    assisted = LiveClass.co_hosts.through.objects.filter(liveclass=OuterRef("pk"), member=by.pk)
    return (
        LiveClass.objects.filter(
            Q(branch__in=lecture_branches(by).order_by()) | Q(teacher=by.pk) | Exists(assisted)
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
    enrolled = Enrolment.objects.filter(
        training_class=OuterRef("training_class"),
        member=by.pk,
        state__in=(EnrolmentState.ENROLLED, EnrolmentState.PASSED),
    )
    assisted = LiveClass.co_hosts.through.objects.filter(liveclass=OuterRef("pk"), member=by.pk)
    leads = Q(branch__in=lecture_branches(by).order_by()) | Q(teacher=by.pk) | Exists(assisted)
    shown: Any = Q(branch__in=visible_branches(by).order_by()) | Exists(enrolled)
    if path is not None:
        shown |= Q(branch__path__in=path_and_above(path), training_class=None)
    return LiveClass.objects.filter(leads | (shown & Q(is_rehearsal=False)))


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
    found = visible_live_classes(by).select_related("branch", "teacher", "training_class")
    return found.filter(pk=live_class_id).first()


def audience_of(live_class: LiveClass) -> QuerySet[Member]:
    """Whom a class is for on the day it begins, and who holds it, by number."""
    day = clock.local_date(live_class.starts_at)
    if live_class.training_class_id is not None:
        enrolled = Enrolment.objects.filter(
            training_class=live_class.training_class_id,
            member=OuterRef("pk"),
            state__in=(EnrolmentState.ENROLLED, EnrolmentState.PASSED),
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


def unrecorded() -> QuerySet[LiveClass]:
    """Closed classes of which something was sent and no lecture has been made yet."""
    sent = LiveTake.objects.filter(live_class=OuterRef("pk"))
    return LiveClass.objects.filter(Exists(sent), state=ClassState.CLOSED, recording=None)
