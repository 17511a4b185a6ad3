"""Being there as a condition of passing a class: so many times, or so much of what was held."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.training.models import Enrolment, TrainingClass
from exams.gatherings import queries
from exams.gatherings.attendance import Asked, Attendance, attendance
from exams.passing.conditions import ConditionForm, ConditionKind, Settings
from exams.passing.pass_rules import Outcome
from lms.core import clock


class AttendanceForm(ConditionForm):
    times = forms.IntegerField(
        label=gettext_lazy("至少几次"), min_value=1, max_value=200, required=False
    )
    percent = forms.IntegerField(
        label=gettext_lazy("至少占百分之几"), min_value=1, max_value=100, required=False,
        help_text=gettext_lazy("占办班期间已举办次数的百分比，结班后才能算出。至少填一项。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("times") and not said.get("percent"):
            raise forms.ValidationError(_("请填写次数或比例，至少填一项。"))
        return said

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in ("times", "percent") if given[name]}


def asked(settings: Settings) -> Asked:
    return Asked(settings.get("times", 0), settings.get("percent", 0))


def attendance_sentence(settings: Settings) -> str:
    wanted = asked(settings)
    words = {"times": wanted.times, "percent": wanted.percent}
    if wanted.times and wanted.percent:
        told = _("出席办班单位举办的集体学习不少于 %(times)s 次，且不少于 %(percent)s%%")
    elif wanted.percent:
        told = _("出席办班单位举办的集体学习不少于 %(percent)s%%")
    else:
        told = _("出席办班单位举办的集体学习不少于 %(times)s 次")
    return told % words


def measure_attendance(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], settings: Settings
) -> Mapping[int, Outcome]:
    """By the confirmed lists of what the class's own branch has held within each one's dates."""
    wanted, today = asked(settings), clock.today()
    last = max((enrolment.until for enrolment in enrolments), default=training_class.ends_on)
    held = queries.held_by(training_class.branch_id, training_class.starts_on, last)
    attended = queries.attended_by(
        [enrolment.member_id for enrolment in enrolments], [pk for pk, _day in held]
    )
    found = {}
    for enrolment in enrolments:
        stands = attendance(
            held, attended[enrolment.member_id], first=training_class.starts_on,
            last=enrolment.until,
        )  # fmt: skip
        is_met = stands.is_met(wanted, is_over=today > enrolment.until)
        found[enrolment.pk] = Outcome(is_met, "" if is_met else _missing(stands, wanted))
    return found


def _missing(stands: Attendance, wanted: Asked) -> str:
    more = stands.missing(wanted)
    if more:
        told = ngettext(
            "集体学习还差 %(more)d 次（已出席 %(attended)d 次）",
            "集体学习还差 %(more)d 次（已出席 %(attended)d 次）",
            more,
        )
        return told % {"more": more, "attended": stands.attended}
    return _("集体学习已出席 %(attended)s/%(held)s 次，出席比例到结班后核定") % {
        "attended": stands.attended,
        "held": stands.held,
    }


KIND = ConditionKind(
    "attendance",
    gettext_lazy("集体学习出席"),
    gettext_lazy("办班期间由举办单位组织、已经确认的集体学习和线下学习，按到场名单计算。"),
    attendance_sentence,
    measure_attendance,
    AttendanceForm,
)
