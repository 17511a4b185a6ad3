"""What the printed archive shows of a member's year, read before anything is drawn."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from exams.certificates.models import Certificate
from exams.certificates.queries import certificates_of
from exams.credit.models import HourTotal, LedgerHead, StudyHourEntry
from lms.core import clock
from lms.members.models import Member, Membership
from lms.members.queries import memberships_of
from lms.reports.archive import AskedOfMember, archive_year
from lms.reports.queries import entries_of_year
from lms.reports.years import YearOfStudy


@dataclass(frozen=True, slots=True)
class PrintedYear:
    """One member's year, with all that stands on the paper."""

    member: Member
    year: int
    study: YearOfStudy
    asks: AskedOfMember
    memberships: Sequence[Membership]  # within the year, the first one first
    months: Mapping[str, Sequence[Decimal]]  # by category, twelve each
    entries: Sequence[StudyHourEntry]  # the first one first
    certificates: Sequence[Certificate]  # issued in the year
    head: LedgerHead | None  # where the member's chain ended just before


def printed_year(member: Member, year: int, today: dt.date) -> PrintedYear:
    """The year as the archive shows it; the end of the chain is read first, so it claims less."""
    head = LedgerHead.objects.filter(member=member).first()
    shown = archive_year(member, year, today)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    within = Q(joined_on__lte=last) & (Q(left_on__isnull=True) | Q(left_on__gt=first))
    return PrintedYear(
        member=member,
        year=year,
        study=shown.study,
        asks=shown.asks,
        memberships=list(memberships_of(member).filter(within).order_by("joined_on")),
        months=_months(member, year),
        entries=list(entries_of_year(member, year))[::-1],
        certificates=[
            each
            for each in certificates_of(member)
            if clock.local_date(each.issued_at).year == year
        ],
        head=head,
    )


def _months(member: Member, year: int) -> dict[str, list[Decimal]]:
    months: dict[str, list[Decimal]] = {}
    grouped = (
        HourTotal.objects.filter(member=member, year=year)
        .values_list("category", "month")
        .annotate(total=Sum("hours"))
        .order_by("category", "month")
    )
    for category, month, hours in grouped:
        months.setdefault(category, [Decimal(0)] * 12)[month - 1] = hours
    return months
