"""What is asked about a live class."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.training.models import TrainingClass
from live.classroom import queries
from live.classroom.models import LIVE_CATEGORIES, USUAL_PERCENT, LiveClass
from live.classroom.services import usual_category
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
    category = forms.ChoiceField(
        label=gettext_lazy("学时类别"),
        choices=[("", gettext_lazy("按对象：培训班算集中培训，其余算网络自学")), *LIVE_CATEGORIES],
        required=False,
        help_text=gettext_lazy("在会场一起听的同志，网络自学改算集体学习。"),
    )
    counts_percent = forms.IntegerField(
        label=gettext_lazy("在课达到多少计学时（%）"),
        min_value=50,
        max_value=100,
        initial=USUAL_PERCENT,
        required=False,
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
    is_rehearsal = forms.BooleanField(
        label=gettext_lazy("这是试讲"),
        required=False,
        help_text=gettext_lazy("只有能主讲的同志看得到，不计学时，讲完一按就删。"),
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
            named = (
                "training_class", "title", "starts_at", "planned_minutes", "teacher", "category",
                "counts_percent",
            )  # fmt: skip
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
            del fields["branch"], fields["is_rehearsal"]
            fields["teacher"].queryset = people | Member.objects.filter(pk=known.teacher_id)
        else:
            fields["branch"].queryset = queries.branches_for(by)
            fields["branch"].initial = fields["branch"].queryset.first()
            fields["teacher"].initial = by.pk

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        said = dict(self.cleaned_data)
        said["counts_percent"] = said["counts_percent"] or USUAL_PERCENT
        said["category"] = said["category"] or usual_category(said["training_class"])
        return said


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=100)
