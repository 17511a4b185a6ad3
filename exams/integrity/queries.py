"""The cases somebody may look at, and the facts that suspicions are made of."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case as CaseWhen
from django.db.models import QuerySet, When
from django.utils import timezone

from courses.progress.intervals import measure
from courses.progress.queries import sittings_opened
from exams.credit.models import SourceKind, StudyHourEntry
from exams.integrity.models import CaseState, ReviewCase
from exams.integrity.signals import Sitting
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.queries import branch_on, path_and_above, visible_branches

MOST_ENTRIES = 100


def visible_cases(by: Any) -> QuerySet[ReviewCase]:
    """The cases of the branches `by` looks after, open ones first; none about `by` in person."""
    return (
        ReviewCase.objects.filter(branch__in=visible_branches(by).order_by().values("pk"))
        .exclude(pk__in=ReviewCase.objects.filter(members=by).values("pk"))
        .select_related("branch", "decided_by")
        .prefetch_related("members")
        .order_by(CaseWhen(When(state=CaseState.OPEN, then=0), default=1), "-month", "-pk")
    )


def closed_about(member: Any) -> QuerySet[ReviewCase]:
    """The cases about the member that a person has closed."""
    closed = ReviewCase.objects.filter(members=member).exclude(state=CaseState.OPEN)
    return closed.order_by("-decided_at", "-pk")


def entries_behind(case: ReviewCase) -> QuerySet[StudyHourEntry]:
    """The hours that came of the lessons a case is about, and that nobody has taken back."""
    lessons = [str(lesson) for lesson in case.evidence["lessons"]]
    return (
        StudyHourEntry.objects.filter(
            member__in=case.members.all(),
            source_kind=SourceKind.LESSON,
            source_id__in=lessons,
            reversed_by__isnull=True,
        )
        .select_related("member", "branch")
        .order_by("member__number", "-earned_on", "-pk")[:MOST_ENTRIES]
    )


def sittings_of_month(first: dt.date) -> Iterator[Sitting]:
    """All sittings begun in a month of the school's calendar, as the signals take them."""
    zone = timezone.get_current_timezone()
    start = dt.datetime.combine(first, dt.time.min, tzinfo=zone)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    end = dt.datetime.combine(following, dt.time.min, tzinfo=zone)
    for member, lesson, browser, opened, last, present, covered in sittings_opened(start, end):
        local = timezone.localtime(opened, zone)
        yield Sitting(
            member=member,
            lesson=lesson,
            browser=browser,
            opened=round(opened.timestamp() * 1000),
            last=round(last.timestamp() * 1000),
            day=local.toordinal(),
            hour=local.hour,
            present_ms=measure(present),
            shown_ms=measure(covered),
        )


def branch_above(member_ids: Iterable[int]) -> Branch | None:
    """One level above the lowest branch that holds all these members today."""
    today = clock.today()
    branches = [branch_on(member, today) for member in Member.objects.filter(pk__in=member_ids)]
    lines = [path_and_above(branch.path) for branch in branches if branch]
    if not lines:
        return Branch.objects.filter(depth=1).order_by("path").first()
    shared = [path for path in lines[0] if all(path in line for line in lines)]
    if not shared:
        return Branch.objects.filter(depth=1).order_by("path").first()
    return Branch.objects.get(path=shared[-2] if len(shared) > 1 else shared[-1])
