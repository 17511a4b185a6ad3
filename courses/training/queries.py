"""Which training classes there are for whom, who is in them, and what they are to study."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.catalogue.models import COURSE_PATH, CoursePage, LessonPage
from courses.catalogue.queries import outlines
from courses.training.models import (
    ClassState,
    Enrolment,
    EnrolmentState,
    Essay,
    EssayState,
    PlanItem,
    TrainingClass,
)
from lms.members.models import Member
from lms.members.queries import administered_branches, visible_branches, visible_members

MOST_NUMBERS = 2000


def managed_classes(by: Any) -> QuerySet[TrainingClass]:
    """Classes of the branches `by` administers, drafts included, the latest first."""
    return (
        TrainingClass.objects.filter(branch__in=administered_branches(by).order_by())
        .select_related("branch", "teacher")
        .order_by("-starts_on", "-pk")
    )


def led_classes(by: Any) -> QuerySet[TrainingClass]:
    """Classes `by` administers or teaches: where `by` judges essays and confirms."""
    if not by.is_authenticated or not by.is_active:
        return TrainingClass.objects.none()
    return TrainingClass.objects.filter(
        Q(branch__in=administered_branches(by).order_by()) | Q(teacher_id=by.pk)
    ).select_related("branch", "teacher")


def visible_classes(by: Any) -> QuerySet[TrainingClass]:
    """Open classes `by` leads or that have to do with the subtree `by` looks after.

    The classes of the subtree, and those elsewhere that members of the subtree are in.
    """
    if not by.is_authenticated or not by.is_active:
        return TrainingClass.objects.none()
    branches = visible_branches(by).order_by()
    own_people = Enrolment.objects.filter(
        training_class=OuterRef("pk"),
        member__in=visible_members(by).exclude(pk=by.pk).order_by().values("pk"),
    )
    return (
        TrainingClass.objects.filter(state=ClassState.OPEN)
        .filter(Q(branch__in=branches) | Q(teacher_id=by.pk) | Exists(own_people))
        .select_related("branch", "teacher")
        .order_by("-starts_on", "-pk")
    )


def visible_enrolments(by: Any, training_class: TrainingClass) -> QuerySet[Enrolment]:
    """The people of a class whom `by` may see: all in one's own class, else one's own members."""
    people = training_class.enrolments.select_related("member", "training_class__branch")
    is_own = training_class.teacher_id == by.pk or (
        visible_branches(by).filter(pk=training_class.branch_id).exists()
    )
    if not is_own:
        people = people.filter(
            member__in=visible_members(by).exclude(pk=by.pk).order_by().values("pk")
        )
    return people.order_by("member__number")


def enrolments_of(member: Any) -> QuerySet[Enrolment]:
    """The member's own classes, opened ones alone, the latest first."""
    return (
        Enrolment.objects.filter(member_id=member.pk, training_class__state=ClassState.OPEN)
        .select_related("member", "training_class__branch", "training_class__teacher")
        .order_by("-training_class__starts_on", "-pk")
    )


def open_enrolments() -> QuerySet[Enrolment]:
    """Who is learning in a class that has opened."""
    return Enrolment.objects.filter(
        state=EnrolmentState.ENROLLED, training_class__state=ClassState.OPEN
    ).select_related("member", "training_class__branch")


@dataclass(frozen=True)
class PlannedUnit:
    """One item of a plan as it stands published: its lessons are what there is to complete."""

    item_id: int
    title: str
    course_slug: str
    lesson_id: int | None
    is_required: bool
    lessons: tuple[tuple[int, str], ...]


def plan_of(training_class: TrainingClass) -> list[PlannedUnit]:
    """The plan, required items first, with the watchable published lessons of each; 3 statements.

    A course counts as completed with all of its lessons that have a video; an item that has none
    (any more) asks for nothing.
    """
    items = list(
        PlanItem.objects.filter(training_class=training_class)
        .select_related("course", "lesson")
        .order_by("-is_required", "pk")
    )
    courses = [item.course for item in items if item.course is not None]
    lessons = [item.lesson for item in items if item.lesson is not None]
    above = CoursePage.objects.filter(path__in={lesson.path[:COURSE_PATH] for lesson in lessons})
    slugs = {course.path: course.slug for course in above} if lessons else {}
    contents = outlines(courses)
    return [
        PlannedUnit(
            item.pk,
            item.course.title,
            item.course.slug,
            None,
            item.is_required,
            tuple(
                (lesson.id, lesson.title)
                for lesson in contents[item.course.pk].lessons
                if lesson.has_video and item.course.live
            ),
        )
        if item.course is not None
        else _single(item, slugs)
        for item in items
    ]


def _single(item: PlanItem, slugs: dict[str, str]) -> PlannedUnit:
    lesson = item.lesson
    assert lesson is not None
    is_there = lesson.live and lesson.asset_id is not None
    return PlannedUnit(
        item.pk,
        lesson.title,
        slugs.get(lesson.path[:COURSE_PATH], ""),
        lesson.pk,
        item.is_required,
        ((lesson.pk, lesson.title),) if is_there else (),
    )


def essays_of(enrolment: Enrolment) -> QuerySet[Essay]:
    """What the member handed in, the latest first."""
    return enrolment.essays.select_related("reviewed_by").order_by("-pk")


def waiting_essays(training_class: TrainingClass) -> set[int]:
    """The enrolments with an essay nobody has reviewed yet."""
    return set(
        Essay.objects.filter(
            enrolment__training_class=training_class, state=EssayState.SUBMITTED
        ).values_list("enrolment_id", flat=True)
    )


def numbers_in(text: str) -> list[str]:
    """The member numbers in pasted text, each once: by lines, spaces, commas of either width."""
    return list(dict.fromkeys(re.findall(r"[^\s,，、;；]+", text)))[:MOST_NUMBERS]


def lessons_titled(course: CoursePage) -> QuerySet[LessonPage]:
    """The published lessons of a course, in order."""
    return LessonPage.objects.live().descendant_of(course).order_by("path")


def people_named(numbers: Iterable[str], among: QuerySet[Member]) -> dict[str, Member]:
    """Those of `among` who have one of these numbers, by number."""
    return {member.number: member for member in among.filter(number__in=list(numbers))}


def seen_counts(by: Any, classes: Iterable[TrainingClass]) -> dict[int, dict[str, int]]:
    """How many of the people `by` may see are in each class, by state; one statement."""
    shown = list(classes)
    own = Q(training_class__branch__in=visible_branches(by).order_by()) | Q(
        training_class__teacher_id=by.pk
    )
    members = visible_members(by).exclude(pk=by.pk).order_by().values("pk")
    rows = (
        Enrolment.objects.filter(own | Q(member__in=members), training_class__in=shown)
        .values("training_class_id", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {one.pk: {} for one in shown}
    for row in rows:
        found[row["training_class_id"]][row["state"]] = row["count"]
    return found
