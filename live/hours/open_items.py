"""What of meeting rooms is open when a year is closed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.closing.open_items import OpenItem
from live.hours import words
from live.hours.queries import held_on, unconfirmed_of_year
from lms.members.models import Branch


def open_items(branch: Branch, year: int) -> Iterator[OpenItem]:
    for venue in unconfirmed_of_year(branch, year):
        yield OpenItem(
            _("直播课会场未办结（%(state)s）：%(branch)s %(day)s %(title)s")
            % {
                "state": words.state_of(venue)["text"],
                "branch": venue.branch.name,
                "day": held_on(venue.live_class),
                "title": venue.live_class.title,
            },
            reverse("live:venue", args=[venue.pk]),
        )
