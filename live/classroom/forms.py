"""What is asked about a live class."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.training.models import TrainingClass
from live.classroom import queries
from live.classroom.models import LiveClass
from lms.members.models import Branch, Member


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class ClassForm(forms.Form):
    """A class that is planned; `known` is the one being corrected."""

    branch = _BranchField(
        Branch.objects.none(),
        label=gettext_lazy("面向"),
        empty_label=None,
        help_text=gettext_lazy("这个党组织和下级的同志都能看到、都能听课。"),
    )
    training_class = forms.ModelChoiceField(
        TrainingClass.objects.none(),
        label=gettext_lazy("培训班"),
        required=False,
        empty_label=gettext_lazy("不限，面向整个党组织"),
        help_text=gettext_lazy("选了培训班，就只有这个班的学员能听课。"),
    )
    title = forms.CharField(label=gettext_lazy("课题"), max_length=80)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("开始时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    planned_minutes = forms.IntegerField(
        label=gettext_lazy("计划时长（分钟）"), min_value=5, max_value=480, initial=60
    )
    teacher = forms.ModelChoiceField(
        Member.objects.none(), label=gettext_lazy("主讲"), empty_label=None
    )
    co_hosts = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=gettext_lazy("协助人"),
        required=False,
        help_text=gettext_lazy(
            "主讲断线时可以接手直播。这个党组织的教师都可以接手，不必在这里选。"
        ),
    )
    introduction = forms.CharField(
        label=gettext_lazy("内容介绍"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, *args: Any, by: Member, known: LiveClass | None = None, **kwargs: Any
    ) -> None:
        if known is not None:
            named = ("training_class", "title", "starts_at", "planned_minutes", "teacher")
            kwargs["initial"] = {
                **{name: getattr(known, name) for name in named},
                "introduction": known.introduction,
                "co_hosts": list(known.co_hosts.all()),
            }
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        people = queries.teachers_for(by)
        fields["training_class"].queryset = queries.training_classes_for(by)
        fields["teacher"].queryset = people
        fields["co_hosts"].queryset = people.exclude(pk=by.pk)
        if not fields["co_hosts"].queryset.exists():
            del fields["co_hosts"]
        if known is not None:
            del fields["branch"]
            fields["teacher"].queryset = people | Member.objects.filter(pk=known.teacher_id)
        else:
            fields["branch"].queryset = queries.branches_for(by)
            fields["branch"].initial = fields["branch"].queryset.first()
            fields["teacher"].initial = by.pk

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return dict(self.cleaned_data)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=100)
