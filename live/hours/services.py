"""Posting the hours of a class to the ledger, once, when it is over."""

import datetime as dt

from django.db import transaction

from exams.credit.models import SourceKind, StudyHourEntry
from exams.credit.services import post_entry
from live.classroom.folders import recording_id
from live.classroom.models import LiveClass
from live.hours import queries
from live.hours.counting import Frame
from live.hours.evidence import ClassFacts, Seat, evidence_of
from live.hours.models import Venue
from live.hours.queries import Attended
from lms.core import clock
from lms.core.tasks import enqueue


def credit_class(*, live_class_id: int) -> int:
    """Post the hours of everybody who was there long enough; how many are in the ledger.

    Any number of times: the ledger holds one entry of a class for each member. Who is on a meeting
    room's list waits until that is handed in, so that the list is complete when it counts. Nothing
    is done before the lines of a closed class have settled.
    """
    live_class = queries.creditable(live_class_id)
    held = queries.frame_of(live_class) if live_class is not None else None
    if live_class is None or held is None:
        return 0
    facts = facts_of(live_class, held)
    ready = [venue.pk for venue in queries.venues_of(live_class) if not venue.is_open]
    posted = 0
    for each in queries.attendance_of(live_class, held=held) if facts.hours else ():
        waits = each.seat is not None and each.seat.venue_id not in ready
        if not waits and each.stay.reaches(live_class.counts_percent):
            _post(live_class, facts, each)
            posted += 1
    now = clock.now()
    with transaction.atomic():
        LiveClass.objects.filter(pk=live_class.pk, credited_at=None).update(credited_at=now)
        Venue.objects.filter(pk__in=ready, credited_at=None).update(credited_at=now)
    return posted


def facts_of(live_class: LiveClass, held: Frame) -> ClassFacts:
    return ClassFacts(
        id=live_class.pk,
        title=live_class.title,
        branch=live_class.branch.name,
        teacher=live_class.teacher.name,
        held=held,
        planned_minutes=live_class.planned_minutes,
        minutes=queries.minutes_of(live_class, held),
        hours=queries.hours_of(live_class, held),
        percent=live_class.counts_percent,
    )


def _post(live_class: LiveClass, facts: ClassFacts, each: Attended) -> StudyHourEntry:
    seat = each.seat
    return post_entry(
        member=each.member,
        category=each.category(live_class.category),
        hours=facts.hours,
        earned_on=queries.held_on(live_class),
        source_kind=SourceKind.LIVE,
        source_id=str(live_class.pk),
        source_title=live_class.title,
        evidence=evidence_of(
            facts,
            each.stay,
            seat=Seat(seat.venue.place, seat.venue.branch.name, seat.how, seat.by.name, seat.since)
            if seat
            else None,
            proofs={name: (proof.asked, proof.answered) for name, proof in each.proofs.items()},
        ),
        by=seat.by if seat and seat.how not in queries.HOW_BY_SELF else None,
        # Whoever sees the recording later as a lesson has had it already.
        content_id=f"asset:{recording_id(live_class.room).hex}",
    )


def send_uncredited(*, limit: int = 1000) -> int:
    """Close forgotten lists and queue what is to be posted, one task a class; how many."""
    hand_in_forgotten()
    ids = list(queries.uncredited().order_by("ended_at").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        for live_class_id in ids:
            enqueue("live.credit_class", live_class_id=live_class_id)
    return len(ids)


def hand_in_forgotten() -> int:
    """Lists nobody has handed in count as they are."""
    now: dt.datetime = clock.now()
    return queries.forgotten_venues().update(closed_at=now)
