"""What of study together is open when a year is closed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.closing.open_items import OpenItem
from exams.gatherings.queries import held_on, unsettled_of_year
from lms.members.models import Branch


def open_items(branch: Branch, year: int) -> Iterator[OpenItem]:
    for row in unsettled_of_year(branch, year):
        yield OpenItem(
            _("集体学习未办结（%(state)s）：%(branch)s %(day)s %(title)s")
            % {
                "state": _("补登待确认") if row.confirmed_at else row.get_state_display(),
                "branch": row.branch.name,
                "day": held_on(row),
                "title": row.title,
            },
            reverse("gatherings:gathering", args=[row.pk]),
        )
