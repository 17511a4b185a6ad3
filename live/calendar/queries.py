"""Whose feed an address is, and which classes stand in it."""

import datetime as dt

from django.db.models import QuerySet

from live.calendar.feeds import digest_of
from live.calendar.models import CalendarFeed
from live.classroom.models import LiveClass
from live.classroom.queries import visible_live_classes
from lms.core import clock
from lms.members.models import Member

BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=365)


def member_of(secret: str) -> Member | None:
    """Whose address this is; None for one that was never given, taken back, or of who has left."""
    found = CalendarFeed.objects.filter(digest=digest_of(secret), member__is_active=True)
    feed = found.select_related("member").first()
    return feed.member if feed is not None else None


def has_feed(member: Member) -> bool:
    return CalendarFeed.objects.filter(member=member).exists()


def classes_in_calendar(member: Member) -> QuerySet[LiveClass]:
    """What the member may attend, from a month ago to a year ahead, in order."""
    now = clock.now()
    return (
        visible_live_classes(member)
        .filter(starts_at__gte=now - BACK, starts_at__lte=now + AHEAD)
        .select_related("teacher", "branch")
        .order_by("starts_at", "pk")
    )
