"""Giving out the address of one's calendar, and taking it back."""

from live.calendar.feeds import digest_of, new_secret
from live.calendar.models import CalendarFeed
from lms.core import clock
from lms.members.models import Member


def give_address(*, member: Member) -> str:
    """A new secret for the member's address, shown once; the one before no longer works."""
    secret = new_secret()
    CalendarFeed.objects.update_or_create(
        member=member, defaults={"digest": digest_of(secret), "made_at": clock.now()}
    )
    return secret


def take_back(*, member: Member) -> None:
    """No address works any more."""
    CalendarFeed.objects.filter(member=member).delete()
