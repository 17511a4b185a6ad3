"""The kinds of condition this package measures itself: hours, plan, essay, confirmation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.training.models import Enrolment, EssayState, TrainingClass
from courses.training.queries import plan_of
from exams.credit.models import StudyCategory
from exams.passing import queries
from exams.passing.conditions import ConditionForm, ConditionKind, Settings
from exams.passing.pass_rules import Outcome, Unit, hours_missing, plan_gap
from exams.passing.words import electives_missing, essay_missing, unfinished_lessons
from lms.core.design.texts import figure

MET = Outcome(True)


# --- Hours --------------------------------------------------------------------------------------


class HoursForm(ConditionForm):
    hours = forms.DecimalField(
        label=gettext_lazy("学时数"),
        min_value=Decimal("0.25"),
        max_value=Decimal(500),
        max_digits=5,
        decimal_places=2,
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("学时类别"),
        choices=StudyCategory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("可选几类，合并计算；都不选表示各类学时都算。"),
    )

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"hours": str(given["hours"].normalize()), "categories": given["categories"]}


def _category_names(settings: Settings) -> str:
    names = dict(StudyCategory.choices)
    return _("、").join(
        str(names[category]) for category in settings.get("categories", ()) if category in names
    )


def hours_sentence(settings: Settings) -> str:
    words = {"hours": figure(settings["hours"]), "categories": _category_names(settings)}
    if not words["categories"]:
        return _("培训期间修满 %(hours)s 学时") % words
    return _("培训期间修满 %(hours)s 学时%(categories)s") % words


def measure_hours(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    earned = queries.hours_of_people(enrolments)
    categories = list(settings.get("categories", ()))
    found = {}
    for enrolment in enrolments:
        missing = hours_missing(earned[enrolment.pk], categories, Decimal(settings["hours"]))
        words = {"hours": figure(missing), "categories": _category_names(settings)}
        found[enrolment.pk] = (
            Outcome(False, _("还差 %(hours)s 学时%(categories)s") % words) if missing else MET
        )
    return found


# --- The plan -----------------------------------------------------------------------------------


def measure_plan(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    planned = plan_of(training_class)
    titles = {lesson_id: title for unit in planned for lesson_id, title in unit.lessons}
    units = [Unit(tuple(id for id, _title in unit.lessons), unit.is_required) for unit in planned]
    completed = queries.completed_by_people(enrolments, titles)
    found = {}
    for enrolment in enrolments:
        gap = plan_gap(units, completed[enrolment.pk], training_class.minimum_electives)
        told = [unfinished_lessons([titles[lesson] for lesson in gap.lessons])] * bool(gap.lessons)
        told += [electives_missing(gap.electives)] * bool(gap.electives)
        found[enrolment.pk] = MET if gap.is_closed else Outcome(False, _("，").join(told))
    return found


# --- Essay and confirmation ---------------------------------------------------------------------


def measure_essay(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    states = queries.latest_essays(enrolments)
    return {
        enrolment.pk: MET
        if states.get(enrolment.pk) == EssayState.ACCEPTED
        else Outcome(False, essay_missing(states.get(enrolment.pk)))
        for enrolment in enrolments
    }


def measure_confirmation(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    waiting = Outcome(False, _("等班主任确认"))
    return {
        enrolment.pk: MET if enrolment.confirmed_at is not None else waiting
        for enrolment in enrolments
    }


KINDS = (
    ConditionKind(
        "plan",
        gettext_lazy("学完学习安排"),
        gettext_lazy("学完“学习安排”里的全部必修内容和规定门数的选修内容。"),
        lambda settings: _("学完全部必修内容和规定的选修"),
        measure_plan,
    ),
    ConditionKind(
        "hours",
        gettext_lazy("学时要求"),
        gettext_lazy("开班到结班期间取得的学时，按学时账计算。"),
        hours_sentence,
        measure_hours,
        HoursForm,
    ),
    ConditionKind(
        "essay",
        gettext_lazy("学习心得"),
        gettext_lazy("学员在网上提交，班主任或管理员审阅通过。"),
        lambda settings: _("提交学习心得并经审阅通过"),
        measure_essay,
    ),
    ConditionKind(
        "confirmation",
        gettext_lazy("班主任确认"),
        gettext_lazy("由班主任逐人确认，例如到课、纪律、实践环节。"),
        lambda settings: _("班主任确认合格"),
        measure_confirmation,
    ),
)
