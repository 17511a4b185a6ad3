"""Reading what decides over passing: ledger, progress, essays; and who has which credits."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from courses.progress.models import LessonProgress
from courses.training.models import Enrolment, EnrolmentState, Essay, EssayState
from courses.training.queries import open_enrolments, plan_of
from exams.credit.models import SourceKind, StudyHourEntry
from exams.passing.models import CreditAward
from exams.passing.pass_rules import from_json, leaves
from lms.core import clock


def hours_of_people(enrolments: Sequence[Enrolment]) -> dict[int, dict[str, Decimal]]:
    """Hours by enrolment and category, earned within the dates of each; one statement."""
    hours = "member__study_hours"
    until = Coalesce("extended_until", "training_class__ends_on", output_field=DateField())
    within = Q(**{f"{hours}__earned_on__gte": F("training_class__starts_on")}) & Q(
        **{f"{hours}__earned_on__lte": until}
    )
    rows = (
        Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in enrolments])
        .filter(within)
        .values("pk", f"{hours}__category")
        .annotate(total=Sum(f"{hours}__hours"))
        .order_by()
    )
    found: dict[int, dict[str, Decimal]] = {enrolment.pk: {} for enrolment in enrolments}
    for row in rows:
        found[row["pk"]][row[f"{hours}__category"]] = row["total"]
    return found


def completed_by_people(
    enrolments: Sequence[Enrolment], lesson_ids: Iterable[int]
) -> dict[int, set[int]]:
    """The lessons completed by enrolment, on its last day at the latest; one statement."""
    of_member = {enrolment.member_id: enrolment for enrolment in enrolments}
    found: dict[int, set[int]] = {enrolment.pk: set() for enrolment in enrolments}
    rows = LessonProgress.objects.filter(
        member__in=list(of_member),
        lesson__in=set(lesson_ids),
        completed_at__isnull=False,
    ).values_list("member_id", "lesson_id", "completed_at")
    for member_id, lesson_id, completed_at in rows:
        enrolment = of_member[member_id]
        if completed_at is not None and clock.local_date(completed_at) <= enrolment.until:
            found[enrolment.pk].add(lesson_id)
    return found


def latest_essays(enrolments: Sequence[Enrolment]) -> dict[int, str]:
    """The state of the last essay by enrolment; absent where none was handed in."""
    rows = (
        Essay.objects.filter(enrolment__in=[enrolment.pk for enrolment in enrolments])
        .order_by("enrolment_id", "-pk")
        .distinct("enrolment_id")
        .values_list("enrolment_id", "state")
    )
    return dict(rows)


def accepted_essay(enrolment: Enrolment) -> Essay | None:
    return enrolment.essays.filter(state=EssayState.ACCEPTED).first()


def class_hours(enrolment: Enrolment) -> Decimal:
    """The hours a certificate names: within the member's dates, of the plan's lessons and of the
    categories the class asks hours in."""
    training_class = enrolment.training_class
    lessons = [
        str(lesson_id) for unit in plan_of(training_class) for lesson_id, _title in unit.lessons
    ]
    counted = Q(source_kind=SourceKind.LESSON, source_id__in=lessons)
    for condition in leaves(from_json(training_class.pass_rule)):
        if condition.kind == "hours":
            categories = condition.settings.get("categories") or []
            counted |= Q(category__in=categories) if categories else Q(pk__gt=0)
    total = StudyHourEntry.objects.filter(
        counted,
        member_id=enrolment.member_id,
        earned_on__gte=training_class.starts_on,
        earned_on__lte=enrolment.until,
    ).aggregate(total=Sum("hours"))["total"]
    return total or Decimal(0)


def undecided(class_id: int, member_id: int | None = None) -> QuerySet[Enrolment]:
    """Who of an open class is still learning, or the one member."""
    people = open_enrolments().filter(training_class=class_id).order_by("pk")
    return people if member_id is None else people.filter(member=member_id)


def classes_to_evaluate() -> list[int]:
    """Open classes with somebody still learning."""
    rows = open_enrolments().values_list("training_class_id", flat=True).order_by()
    return sorted(set(rows.distinct()))


def classes_touched_by(progress_id: int) -> list[tuple[int, int]]:
    """(class, member) for each class in which the member of this completion is still learning."""
    return list(
        Enrolment.objects.filter(
            member__lesson_progress=progress_id,
            state=EnrolmentState.ENROLLED,
            training_class__state="open",
        ).values_list("training_class_id", "member_id")
    )


def credits_of(member: Any) -> QuerySet[CreditAward]:
    """The member's 学分, the latest first."""
    return CreditAward.objects.filter(member_id=member.pk).order_by("-awarded_on", "-pk")
