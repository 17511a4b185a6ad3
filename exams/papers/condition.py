"""Having passed the exams of the class, as a condition of its pass rule."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.training.models import Enrolment, TrainingClass
from exams.papers.queries import asked_exams, standing_in
from exams.passing.conditions import ConditionKind, Settings
from exams.passing.pass_rules import Outcome

MET = Outcome(True)


def measure_exams(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    """Each exam of the class has to be passed: by the best attempt whose result is released."""
    exams = asked_exams(training_class)
    if not exams:
        none_yet = Outcome(False, _("班里的考试还没有安排"))
        return {enrolment.pk: none_yet for enrolment in enrolments}
    passed, waiting = standing_in(exams, [enrolment.member_id for enrolment in enrolments])
    found = {}
    for enrolment in enrolments:
        left = [exam for exam in exams if (exam.pk, enrolment.member_id) not in passed]
        unknown = [exam.title for exam in left if (exam.pk, enrolment.member_id) in waiting]
        failed = [exam.title for exam in left if (exam.pk, enrolment.member_id) not in waiting]
        told = [_("考试%(exams)s未及格") % {"exams": _titles(failed)}] * bool(failed)
        told += [_("考试%(exams)s等待公布成绩") % {"exams": _titles(unknown)}] * bool(unknown)
        found[enrolment.pk] = Outcome(False, _("，").join(told)) if left else MET
    return found


def _titles(titles: Sequence[str]) -> str:
    return "".join(_("《%(title)s》") % {"title": title} for title in titles)


EXAM = ConditionKind(
    "exam",
    gettext_lazy("考试及格"),
    gettext_lazy("本班安排的每场考试都要及格，考几次的按最好的一次算，取消的不算。"),
    lambda settings: _("本班安排的考试全部及格"),
    measure_exams,
)
