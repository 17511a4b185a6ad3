"""Training classes for tests, made by the services that the screens call."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from courses.catalogue.models import CoursePage, LessonPage
from courses.training import services
from courses.training.models import ClassState, Enrolment, TrainingClass
from exams.passing.pass_rules import Condition, Group, as_json
from lms.core import clock
from lms.members.models import Branch, Member
from tests.factories.courses import editor

_numbers = itertools.count(1)

CONFIRMED = Group((Condition("confirmation"),))
ESSAY = Group((Condition("essay"),))
PLAN = Group((Condition("plan"),))


def make_class(
    branch: Branch,
    *,
    rule: Group = CONFIRMED,
    opened: bool = True,
    required: tuple[CoursePage | LessonPage, ...] = (),
    electives: tuple[CoursePage | LessonPage, ...] = (),
    by: Member | None = None,
    **fields: Any,
) -> TrainingClass:
    """A class from thirty days ago until thirty days from now; opened unless said otherwise."""
    today = clock.today()
    values: dict[str, Any] = {
        "title": f"支部书记培训班第{next(_numbers)}期",
        "starts_on": today - dt.timedelta(days=30),
        "ends_on": today + dt.timedelta(days=30),
        "credits": Decimal(2),
        **fields,
    }
    made = services.create_class(
        training_class=TrainingClass(branch=branch, **values), by=by or editor()
    )
    services.set_pass_rule(training_class=made, rule=as_json(rule))
    for pages, is_required in ((required, True), (electives, False)):
        for page in pages:
            kind = "course" if isinstance(page, CoursePage) else "lesson"
            services.add_to_plan(training_class=made, is_required=is_required, **{kind: page})
    if opened:
        TrainingClass.objects.filter(pk=made.pk).update(state=ClassState.OPEN)
        made.state = ClassState.OPEN
    return made


def enrol(training_class: TrainingClass, *members: Member) -> Enrolment:
    """These members in the class; the enrolment of the first."""
    services.enrol_members(
        training_class=training_class, members=members, by=training_class.created_by
    )
    return Enrolment.objects.select_related("training_class__branch", "member").get(
        training_class=training_class, member=members[0]
    )


def passed(training_class: TrainingClass, member: Member) -> Enrolment:
    """The member has passed; nothing that follows from it has happened yet."""
    enrolment = enrol(training_class, member)
    services.pass_enrolment(enrolment=enrolment)
    return enrolment
