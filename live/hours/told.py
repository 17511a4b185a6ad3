"""Whom a meeting room's list waits for, and who gets it back; told in the same transaction."""

from django.urls import reverse
from django.utils.translation import gettext as _

from live.hours import queries
from live.hours.models import Venue
from live.notices.models import NoticeKind
from live.notices.services import notify


def handed_in(venue: Venue) -> None:
    """The witness, and the nearest who look after the branch and have not kept the list."""
    notify(
        member_ids=queries.second_people(venue),
        kind=NoticeKind.CONFIRM,
        title=_("会场名单等您确认：%(title)s") % {"title": venue.live_class.title},
        url=reverse("live:venue_confirm", args=[venue.pk]),
        once=f"venue:{venue.pk}:{venue.times_handed_in}",
    )


def refused(venue: Venue) -> None:
    notify(
        member_ids=[venue.host_id],
        kind=NoticeKind.CONFIRM,
        title=_("会场名单被退回：%s") % venue.refusal,
        url=reverse("live:venue", args=[venue.pk]),
        once=f"venue:{venue.pk}:{venue.times_handed_in}:back",
    )
