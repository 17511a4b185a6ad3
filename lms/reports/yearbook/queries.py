"""The study book of a branch (电子台账): what happened there in a year, read and not written."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from courses.training.models import ClassState, EnrolmentState, TrainingClass
from exams.corrections.models import Appeal, Correction
from exams.gatherings.models import Gathering, GatheringState
from lms.members.models import Branch, Membership


@dataclass(frozen=True, slots=True)
class Held:
    """One gathering that took place: who was expected, and who was there."""

    on: dt.date
    title: str
    kind: str
    category: str
    branch: str
    place: str
    expected: int  # belonged to the branch that day
    present: int  # of those
    guests: int
    host: str
    hours: Decimal | None  # None: the second person has not confirmed it
    state: str

    @property
    def absent(self) -> int:
        return max(0, self.expected - self.present)


@dataclass(frozen=True, slots=True)
class Book:
    """A branch with all below it in one year."""

    branch: Branch
    year: int
    gatherings: Sequence[Held]
    classes: Sequence[TrainingClass]  # each with `people` and `passed`
    corrections: Sequence[Correction]
    appeals: Sequence[Appeal]

    @property
    def hours(self) -> Decimal:
        """Of the gatherings that were confirmed, each once."""
        return sum((each.hours for each in self.gatherings if each.hours), Decimal(0))

    @property
    def unconfirmed(self) -> int:
        return sum(each.hours is None for each in self.gatherings)


def book_of(branch: Branch, year: int) -> Book:
    """Four statements, whatever happened."""
    below = {"branch__path__startswith": branch.path}
    return Book(
        branch=branch,
        year=year,
        gatherings=gatherings_of(branch, year),
        classes=list(
            TrainingClass.objects.filter(
                **below, starts_on__lte=dt.date(year, 12, 31), ends_on__gte=dt.date(year, 1, 1)
            )
            .exclude(state=ClassState.DRAFT)
            .select_related("branch", "teacher")
            .annotate(
                people=Count("enrolments", filter=~Q(enrolments__state=EnrolmentState.WITHDRAWN)),
                passed=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.PASSED)),
            )
            .order_by("starts_on", "pk")
        ),
        corrections=list(
            Correction.objects.filter(**below, earned_on__year=year)
            .select_related("member", "by", "decided_by")
            .order_by("proposed_at", "pk")
        ),
        appeals=list(
            Appeal.objects.filter(**below)
            .filter(Q(day__year=year) | Q(day__isnull=True, filed_at__year=year))
            .select_related("member")
            .order_by("filed_at", "pk")
        ),
    )


def gatherings_of(branch: Branch, year: int) -> list[Held]:
    """Those that took place, the first one first; planned and cancelled ones did not."""
    own = Q(presences__home_branch__path__startswith=F("branch__path"))
    found = (
        Gathering.objects.filter(
            branch__path__startswith=branch.path,
            state__in=[GatheringState.CLOSED, GatheringState.CONFIRMED],
        )
        .annotate(day=TruncDate(Coalesce("opened_at", "starts_at")))
        .filter(day__gte=dt.date(year, 1, 1), day__lte=dt.date(year, 12, 31))
        .annotate(
            expected=Coalesce(Subquery(_expected(), output_field=IntegerField()), 0),
            own_present=Count("presences", filter=own),
            all_present=Count("presences"),
        )
        .select_related("branch", "host")
        .order_by("day", "starts_at", "pk")
    )
    return [
        Held(
            on=each.day,
            title=each.title,
            kind=str(each.get_kind_display()),
            category=str(each.get_category_display()),
            branch=each.branch.name,
            place=each.place,
            expected=each.expected,
            present=each.own_present,
            guests=each.all_present - each.own_present,
            host=each.host.name,
            hours=each.hours,
            state=str(each.get_state_display()),
        )
        for each in found
    ]


def _expected() -> QuerySet[Any, Any]:
    """As `exams.gatherings.queries.expected_count`, for many in one statement."""
    return (
        Membership.objects.filter(
            Q(left_on__isnull=True) | Q(left_on__gt=OuterRef("day")),
            branch__path__startswith=OuterRef("branch__path"),
            joined_on__lte=OuterRef("day"),
        )
        .order_by()
        .annotate(one=Value(1))
        .values("one")
        .annotate(count=Count("pk"))
        .values("count")
    )
