"""What the back office asks for when a class is made, planned and filled with people."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.models import CoursePage, LessonPage
from courses.catalogue.queries import outlines, visible_courses, visible_lessons
from courses.training.models import TrainingClass
from courses.training.queries import numbers_in, people_named
from exams.passing.pass_rules import Group
from exams.passing.words import rule_sentence
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.queries import administered_branches, administered_members, members_of

MOST_LISTED = 500


class ClassForm(WagtailAdminModelForm):
    """A class without its plan, rule and people, which have pages of their own."""

    teacher_number = forms.CharField(
        label=gettext_lazy("班主任的党员编号"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("班主任审阅学习心得、确认学员。留空则由管理员办理。"),
    )

    class Meta:
        model = TrainingClass
        fields = (
            "title",
            "branch",
            "starts_on",
            "ends_on",
            "introduction",
            "minimum_electives",
            "credits",
            "gives_certificate",
            "certificate_words",
        )
        widgets: ClassVar = {
            "starts_on": AdminDateInput,
            "ends_on": AdminDateInput,
            "introduction": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = administered_branches(self.for_user)
        branch.label_from_instance = lambda one: one.indented_name
        if self.instance.teacher is not None:
            self.fields["teacher_number"].initial = self.instance.teacher.number
            self.fields["teacher_number"].help_text = _("现在是%(name)s。") % {
                "name": self.instance.teacher.name
            }
        if not self.instance.pk:
            self.fields["starts_on"].initial = clock.today()

    def clean_teacher_number(self) -> str:
        number = self.cleaned_data["teacher_number"].strip()
        present = self.instance.teacher
        if not number:
            self.instance.teacher = None
        elif present is None or present.number != number:
            found = people_named([number], administered_members(self.for_user)).get(number)
            if found is None:
                raise forms.ValidationError(_("您管理的党员里没有这个编号，请核对后再填。"))
            self.instance.teacher = found
        return number


class PlanForm(forms.Form):
    """A course or one of its lessons, and whether it is required."""

    page = forms.ChoiceField(label=gettext_lazy("课程或其中一讲"))
    is_required = forms.TypedChoiceField(
        label=gettext_lazy("要求"),
        choices=[("yes", gettext_lazy("必修")), ("no", gettext_lazy("选修"))],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        courses = list(visible_courses(by))
        contents = outlines(courses)
        choices: list[tuple[str, Any]] = [("", _("请选择"))]
        for course in courses:
            lessons = [
                (f"lesson:{lesson.id}", lesson.title)
                for lesson in contents[course.pk].lessons
                if lesson.has_video
            ]
            whole = (f"course:{course.pk}", _("整门课程：%(title)s") % {"title": course.title})
            choices.append((course.title, [whole, *lessons]))
        self.fields["page"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, CoursePage | LessonPage | None]:
        """`course` or `lesson`, for the service."""
        kind, _colon, pk = self.cleaned_data["page"].partition(":")
        pages: Any = visible_courses(self.by) if kind == "course" else visible_lessons(self.by)
        return {kind: pages.filter(pk=pk).first()}


class BesideForm(forms.Form):
    """Whether a new condition is asked besides the others or instead of one of them."""

    beside = forms.TypedChoiceField(
        label=gettext_lazy("与其他条件的关系"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, rule: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["beside"].choices = [  # type: ignore[attr-defined]
            ("", _("单独一项")),
            *(
                (place, _("与“%(part)s”二者有一即可") % {"part": rule_sentence(part)})
                for place, part in enumerate(rule.parts)
            ),
        ]


class EnrolForm(forms.Form):
    """Who is taken in: all of a branch, those ticked, or those whose numbers are pasted."""

    how = forms.ChoiceField(choices=[(name, name) for name in ("all", "ticked", "pasted")])
    enrolled_on = forms.DateField(label=gettext_lazy("入班日期"), widget=AdminDateInput)
    members = forms.MultipleChoiceField(required=False)
    numbers = forms.CharField(
        label=gettext_lazy("党员编号"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("从表格里复制一列粘贴过来即可，用换行、空格或逗号隔开。"),
    )

    def __init__(self, *args: Any, by: Member, branch: Branch | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.branch = branch
        self.fields["enrolled_on"].initial = clock.today()
        self.listed = list(self.of_branch()[:MOST_LISTED])
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            (str(member.pk), member.name) for member in self.listed
        ]
        self.unknown: list[str] = []

    def of_branch(self) -> Any:
        if self.branch is None:
            return Member.objects.none()
        return members_of(self.branch, clock.today()).filter(is_active=True)

    def chosen(self) -> list[Member]:
        """The people meant; numbers of nobody here are left in `unknown`."""
        how = self.cleaned_data["how"]
        if how == "all":
            return list(self.of_branch())
        if how == "ticked":
            ticked = {int(pk) for pk in self.cleaned_data["members"]}
            return [member for member in self.listed if member.pk in ticked]
        numbers = numbers_in(self.cleaned_data["numbers"])
        found = people_named(numbers, administered_members(self.by))
        self.unknown = [number for number in numbers if number not in found]
        return [found[number] for number in numbers if number in found]


class AgainForm(forms.Form):
    """Until when somebody may go on."""

    until = forms.DateField(
        label=gettext_lazy("延期至"),
        required=False,
        widget=AdminDateInput,
        help_text=gettext_lazy("留空则到结班日期为止。"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=300)
