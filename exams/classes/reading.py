"""What the pages of training classes show, put together from plan, progress and verdicts."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from courses.progress.queries import progress_of
from courses.training.models import (
    Enrolment,
    EnrolmentState,
    Essay,
    EssayState,
    TrainingClass,
)
from courses.training.queries import (
    PlannedUnit,
    enrolments_of,
    essays_of,
    plan_of,
    seen_counts,
    visible_classes,
    visible_enrolments,
    waiting_essays,
)
from courses.training.rules import can_hand_in, can_judge
from exams.certificates.models import Certificate
from exams.certificates.queries import certificate_of
from exams.passing.pass_rules import Group, Verdict, from_json, leaves
from exams.passing.services import verdicts
from exams.passing.words import missing_line, missing_sentences, rule_heading, rule_sentence
from lms.core import clock
from lms.members.models import Member
from lms.members.queries import with_branch_name

PEOPLE_A_PAGE = 50
CLASSES_A_PAGE = 20
TONES = {
    EnrolmentState.ENROLLED: "info",
    EnrolmentState.PASSED: "ok",
    EnrolmentState.FAILED: "attention",
    EnrolmentState.WITHDRAWN: "",
}


@dataclass(frozen=True)
class PlanLine:
    """One item of the plan for one member."""

    unit: PlannedUnit
    address: str
    done: int

    @property
    def total(self) -> int:
        return len(self.unit.lessons)

    @property
    def is_done(self) -> bool:
        return self.done == self.total


@dataclass(frozen=True)
class Standing:
    """Where one member stands in one class: everything both the member and the overseer see."""

    enrolment: Enrolment
    rule: Group
    heading: str
    asked: list[str]
    missing: list[str]
    required: list[PlanLine]
    electives: list[PlanLine]
    essays: list[Essay]
    asks_essay: bool
    asks_confirmation: bool
    certificate: Certificate | None

    @property
    def tone(self) -> str:
        return tone_of(self.enrolment)

    @property
    def waiting_essay(self) -> Essay | None:
        return next((one for one in self.essays if one.state == EssayState.SUBMITTED), None)

    @property
    def has_essay(self) -> bool:
        """Something is waiting or accepted: there is nothing to hand in."""
        return any(one.state != EssayState.RETURNED for one in self.essays)


def tone_of(enrolment: Enrolment) -> str:
    return TONES[EnrolmentState(enrolment.state)]


def standing_of(enrolment: Enrolment) -> Standing:
    """Everything about one member in one class."""
    training_class = enrolment.training_class
    rule = from_json(training_class.pass_rule)
    plan = [_plan_line(unit, _completed(enrolment, unit)) for unit in _planned(enrolment)]
    asked_kinds = {condition.kind for condition in leaves(rule)}
    verdict = verdicts(training_class, [enrolment])[enrolment.pk]
    return Standing(
        enrolment=enrolment,
        rule=rule,
        heading=rule_heading(rule),
        asked=[rule_sentence(part) for part in rule.parts],
        missing=_missing(enrolment, verdict),
        required=[line for line in plan if line.unit.is_required],
        electives=[line for line in plan if not line.unit.is_required],
        essays=list(essays_of(enrolment)),
        asks_essay="essay" in asked_kinds,
        asks_confirmation="confirmation" in asked_kinds,
        certificate=certificate_of(enrolment),
    )


def _missing(enrolment: Enrolment, verdict: Verdict) -> list[str]:
    """What is still open; nothing once the member has passed, whatever the rule says later."""
    return [] if enrolment.state == EnrolmentState.PASSED else missing_sentences(verdict)


def _planned(enrolment: Enrolment) -> list[PlannedUnit]:
    planned = plan_of(enrolment.training_class)
    lessons = [lesson_id for unit in planned for lesson_id, _title in unit.lessons]
    progress = progress_of(enrolment.member, lessons)
    enrolment.completed_lessons = {  # type: ignore[attr-defined]
        lesson_id
        for lesson_id, row in progress.items()
        if row.completed_at and clock.local_date(row.completed_at) <= enrolment.until
    }
    return planned


def _completed(enrolment: Enrolment, unit: PlannedUnit) -> int:
    done: set[int] = enrolment.completed_lessons  # type: ignore[attr-defined]
    return sum(lesson_id in done for lesson_id, _title in unit.lessons)


def _plan_line(unit: PlannedUnit, done: int) -> PlanLine:
    if unit.lesson_id is not None:
        address = reverse("courses:lesson", args=[unit.lesson_id])
    else:
        address = reverse("courses:course", args=[unit.course_slug])
    return PlanLine(unit, address, done)


# --- The member's own ---------------------------------------------------------------------------


def my_classes(member: Member) -> list[dict[str, Any]]:
    """The member's classes with the state of each."""
    return [
        {"enrolment": enrolment, "class": enrolment.training_class, "tone": tone_of(enrolment)}
        for enrolment in enrolments_of(member)
    ]


def my_class(member: Member, class_id: int) -> Enrolment | None:
    return enrolments_of(member).filter(training_class=class_id).first()


def may_hand_in(member: Member, standing: Standing) -> bool:
    return (
        standing.asks_essay and not standing.has_essay and can_hand_in(member, standing.enrolment)
    )


# --- Those looked after -------------------------------------------------------------------------


def oversees_classes(by: Member) -> bool:
    """There is some class whose people `by` looks after or teaches."""
    return visible_classes(by).exists()


def classes_looked_after(by: Member, number: str) -> tuple[Page[Any], list[dict[str, Any]]]:
    """A page of the classes `by` may see, with how many of the people are how far."""
    page = Paginator(visible_classes(by), CLASSES_A_PAGE).get_page(number)
    counts = seen_counts(by, page.object_list)
    return page, [
        {
            "class": one,
            "people": sum(counts[one.pk].values()),
            "learning": counts[one.pk].get(EnrolmentState.ENROLLED, 0),
            "passed": counts[one.pk].get(EnrolmentState.PASSED, 0),
            "failed": counts[one.pk].get(EnrolmentState.FAILED, 0),
        }
        for one in page.object_list
    ]


def class_looked_after(by: Member, class_id: int) -> TrainingClass | None:
    return visible_classes(by).filter(pk=class_id).first()


def people_of(
    people: Any, training_class: TrainingClass, number: str
) -> tuple[Page[Any], list[dict[str, Any]]]:
    """A page of enrolments with what each one lacks; as many statements for one as for many."""
    page = Paginator(people, PEOPLE_A_PAGE).get_page(number)
    shown = list(page.object_list)
    learning = [one for one in shown if one.state == EnrolmentState.ENROLLED]
    standing = verdicts(training_class, learning)
    members = with_branch_name(Member.objects.filter(pk__in=[one.member_id for one in shown]))
    branches = {member.pk: getattr(member, "branch_name", "") for member in members}
    waiting = waiting_essays(training_class)
    return page, [
        {
            "enrolment": one,
            "branch": branches.get(one.member_id) or "",
            "tone": tone_of(one),
            "missing": missing_line(standing[one.pk]) if one.pk in standing else one.reason,
            "has_essay_waiting": one.pk in waiting,
        }
        for one in shown
    ]


def person_looked_after(by: Member, class_id: int, enrolment_id: int) -> Enrolment | None:
    """One of the people of a class `by` may see."""
    training_class = class_looked_after(by, class_id)
    if training_class is None:
        return None
    return visible_enrolments(by, training_class).filter(pk=enrolment_id).first()


def judged_essay(by: Member, enrolment: Enrolment, essay_id: int) -> Essay | None:
    """An essay of this person that `by` may accept or return."""
    if not can_judge(by, enrolment):
        return None
    return essays_of(enrolment).filter(pk=essay_id).first()
