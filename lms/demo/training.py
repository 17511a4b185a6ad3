"""The demo school's training class: one that runs, with people who are differently far."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from courses.catalogue.models import CoursePage
from courses.training.essays import accept_essay, hand_in_essay, return_essay
from courses.training.models import Enrolment, Essay, TrainingClass
from courses.training.services import (
    add_to_plan,
    create_class,
    enrol_members,
    open_class,
    set_pass_rule,
    withdraw,
)
from exams.credit.models import StudyCategory
from exams.passing.pass_rules import Condition, Group, as_json
from exams.passing.services import evaluate_class, verdicts
from lms.core import clock
from lms.demo.demo_year import DemoYear, moment
from lms.demo.enrolment import branch_of
from lms.members.models import Member

TITLE = "党务工作基础培训班"
INTRODUCTION = (
    "面向各支部的党务工作者和骨干。先学完必修课程，再从选修里挑一门；"
    "参加支部集体学习，最后结合本支部的工作写一篇学习心得。"
)
NUMBERS = tuple(str(400001 + place) for place in range(12))
LEAVES, WHY = "400012", "工作调动，下期再参加"
RULE = Group(
    (
        Condition("plan"),
        Condition("hours", {"hours": "2", "categories": [StudyCategory.GROUP]}),
        Condition("essay"),
    )
)
ESSAY = (
    "这次培训从台账、文档和会议记录这些每天都做的事讲起，很实用。以前我们支部的名册有三份，"
    "各记各的，学完以后合成了一份，专人维护，每月核对一次。\n\n"
    "集体学习时大家一起对照条例找问题，发现会议记录常常只记结论、不记讨论。现在我们按培训里讲的"
    "格式记：时间、人数、议题、谁提了什么意见、怎样决定的。下一步准备把这些做法教给新来的同志。"
)
SHORT_ESSAY = (
    "通过这次培训，我学到了很多，对党务工作的认识更加深入，今后一定认真学习，努力工作，"
    "把学到的内容用到实际工作中去，不断提高自己的能力，争取更大的进步。感谢组织给我这次学习的机会，"
    "我会珍惜，也会继续努力，做一名合格的党员。"
)


def run_training_class(
    *,
    members: Mapping[str, Member],
    courses: list[CoursePage],
    teacher: Member,
    administrator: Member,
    year: DemoYear,
) -> TrainingClass:
    """The class; made if it is missing, whole or not at all."""
    found = TrainingClass.objects.filter(title=TITLE).first()
    if found is not None:
        return found
    with transaction.atomic():
        with clock.pretended(moment(year.day(0.25), 9)):
            made = _opened(members, courses, teacher, administrator)
        with clock.pretended(moment(year.day(0.99), 15)):
            _essays(made, teacher)
            leaving = made.enrolments.get(member=members[LEAVES])
            withdraw(enrolment=leaving, reason=WHY)
            evaluate_class(class_id=made.pk)
    return made


def _opened(
    members: Mapping[str, Member],
    courses: list[CoursePage],
    teacher: Member,
    administrator: Member,
) -> TrainingClass:
    today = clock.today()
    made = create_class(
        training_class=TrainingClass(
            title=TITLE,
            branch=branch_of("committee"),
            teacher=teacher,
            introduction=INTRODUCTION,
            starts_on=today,
            ends_on=dt.date(today.year, 12, 31) + dt.timedelta(days=60),
            minimum_electives=0,
            credits=Decimal(2),
        ),
        by=administrator,
    )
    for place, course in enumerate(courses):
        add_to_plan(training_class=made, course=course, is_required=place == 0)
    set_pass_rule(training_class=made, rule=as_json(RULE))
    people = [members[number] for number in NUMBERS]
    enrol_members(training_class=made, members=people, by=administrator)
    open_class(training_class=made)
    return made


def _essays(made: TrainingClass, teacher: Member) -> None:
    """Of those who lack the essay alone: one accepted, one waiting, one sent back."""
    people = list(
        Enrolment.objects.filter(training_class=made)
        .exclude(member__number=LEAVES)
        .select_related("member", "training_class__branch")
        .order_by("member__number")
    )
    standing = verdicts(made, people)
    ready = [one for one in people if (found := standing[one.pk].missing) and len(found.parts) == 1]
    handed = [_handed_in(one, place) for place, one in enumerate(ready[:3])]
    for essay, decide in zip(handed, (_accept, None, _send_back), strict=False):
        if decide is not None:
            decide(essay, teacher)


def _handed_in(enrolment: Enrolment, place: int) -> Essay:
    return hand_in_essay(enrolment=enrolment, text=SHORT_ESSAY if place == 2 else ESSAY)


def _accept(essay: Essay, teacher: Member) -> None:
    accept_essay(essay=essay, by=teacher, comment="结合实际，做法具体，可以在班里交流。")


def _send_back(essay: Essay, teacher: Member) -> None:
    return_essay(essay=essay, by=teacher, comment="请写写本支部的一件具体事：原来怎样，现在怎样。")
