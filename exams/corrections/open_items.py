"""What of corrections and appeals is open when a year is closed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.closing.open_items import OpenItem
from exams.corrections.queries import open_appeals_of_year, open_corrections_of_year
from lms.members.models import Branch


def open_items(branch: Branch, year: int) -> Iterator[OpenItem]:
    for row in open_corrections_of_year(branch, year):
        yield OpenItem(
            _("更正待批准：%(branch)s %(member)s，%(title)s")
            % {"branch": row.branch.name, "member": row.member.name, "title": row.title},
            reverse("correction", args=[row.pk]),
        )
    for appeal in open_appeals_of_year(branch, year):
        yield OpenItem(
            _("申诉未办结：%(branch)s %(member)s，%(title)s")
            % {"branch": appeal.branch.name, "member": appeal.member.name, "title": appeal.title},
            reverse("appeal", args=[appeal.pk]),
        )
