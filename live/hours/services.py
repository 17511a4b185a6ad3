"""Posting the hours of a class to the ledger, once, when it is over."""

from django.db import transaction

from exams.credit.models import SourceKind, StudyHourEntry
from exams.credit.services import post_entry
from live.classroom.folders import recording_id
from live.classroom.models import LiveClass
from live.hours import queries, told
from live.hours.counting import Frame
from live.hours.evidence import ClassFacts, Seat, evidence_of
from live.hours.models import Venue, VenuePresence
from live.hours.queries import Attended
from lms.core import clock
from lms.core.tasks import enqueue


def credit_class(*, live_class_id: int) -> int:
    """Post the hours of everybody who was there long enough; how many are in the ledger.

    Any number of times: the ledger holds one entry of a class for each member. Who is on a meeting
    room's list waits until a second person has confirmed it. Nothing is done before the lines of a
    closed class have settled.
    """
    live_class = queries.creditable(live_class_id)
    held = queries.frame_of(live_class) if live_class is not None else None
    if live_class is None or held is None:
        return 0
    facts = facts_of(live_class, held)
    ready = [venue.pk for venue in queries.venues_of(live_class) if venue.is_settled]
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
            seat=_seat(seat) if seat else None,
            proofs={name: (proof.asked, proof.answered) for name, proof in each.proofs.items()},
        ),
        by=seat.venue.confirmed_by if seat else None,
        # Whoever sees the recording later as a lesson has had it already.
        content_id=f"asset:{recording_id(live_class.room).hex}",
    )


def _seat(seat: VenuePresence) -> Seat:
    venue = seat.venue
    second = venue.confirmed_by.name if venue.confirmed_by else ""
    return Seat(venue.place, venue.branch.name, seat.how, seat.by.name, seat.since, second)


def send_uncredited(*, limit: int = 1000) -> int:
    """Hand in forgotten lists and queue what is to be posted, one task a class; how many."""
    hand_in_forgotten()
    ids = list(queries.uncredited().order_by("ended_at").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        for live_class_id in ids:
            enqueue("live.credit_class", live_class_id=live_class_id)
    return len(ids)


def hand_in_forgotten() -> int:
    """Lists nobody has handed in wait for the second person as they are; how many."""
    count = 0
    for venue in queries.forgotten_venues():
        with transaction.atomic():
            moved = Venue.objects.filter(pk=venue.pk, closed_at=None).update(
                closed_at=clock.now(), times_handed_in=1
            )
            if moved:
                venue.refresh_from_db()
                told.handed_in(venue)
                count += 1
    return count
