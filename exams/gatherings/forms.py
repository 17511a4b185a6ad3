"""What is asked about a gathering."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.credit.models import StudyCategory
from exams.gatherings.lengths import Length
from exams.gatherings.models import Gathering, GatheringKind, LengthKind
from exams.gatherings.queries import lessons_to_show
from exams.gatherings.services import OFFLINE_CATEGORIES
from lms.members.models import Branch, Member
from lms.members.queries import visible_branches

MOST_MINUTES = 24 * 60
BY_THE_MINUTE = "%Y-%m-%dT%H:%M"


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class GatheringForm(forms.Form):
    """What both kinds have; `known` is the one being corrected."""

    branch = _BranchField(Branch.objects.none(), label=gettext_lazy("主办组织"), empty_label=None)
    title = forms.CharField(label=gettext_lazy("主题"), max_length=120)
    place = forms.CharField(label=gettext_lazy("地点"), max_length=80)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("开始时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=BY_THE_MINUTE),
    )

    def __init__(self, *args: Any, by: Member, known: Gathering | None = None, **kwargs: Any):
        if known is not None:
            kwargs["initial"] = {name: getattr(known, name, None) for name in self.base_fields}
            kwargs["initial"]["lesson"] = known.lesson_id or ""
        super().__init__(*args, **kwargs)
        if known is not None:
            del self.fields["branch"]  # the list and the hours hang on it
        else:
            branches = visible_branches(by)
            field: Any = self.fields["branch"]
            field.queryset = branches
            field.initial = branches.first()
        self.begun = known is not None and known.opened_at is not None
        if self.begun:
            del self.fields["starts_at"]

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return dict(self.cleaned_data)


class ScreenForm(GatheringForm):
    """In front of a screen: a lesson is shown, or something else is talked about."""

    lesson = forms.ChoiceField(
        label=gettext_lazy("大屏播放"),
        required=False,
        help_text=gettext_lazy("播放课程时，学时不超过这一讲的长度。"),
    )
    field_order = ("branch", "title", "lesson", "place", "starts_at")

    def __init__(self, *args: Any, by: Member, known: Gathering | None = None, **kwargs: Any):
        super().__init__(*args, by=by, known=known, **kwargs)
        if self.begun:
            del self.fields["lesson"]
            return
        field: Any = self.fields["lesson"]
        field.choices = [("", _("不播放课程，自选主题")), *lessons_to_show(by)]

    def said(self) -> dict[str, Any]:
        said = super().said()
        if not self.begun:
            said["lesson_id"] = int(said.pop("lesson") or 0) or None
        return said


class OfflineForm(GatheringForm):
    """Written down afterwards."""

    category = forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=[(category.value, category.label) for category in OFFLINE_CATEGORIES],
        initial=StudyCategory.GROUP,
    )
    length = forms.ChoiceField(
        label=gettext_lazy("时长"), choices=LengthKind.choices, initial=LengthKind.MINUTES
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("分钟"), required=False, min_value=1, max_value=MOST_MINUTES
    )
    speaker = forms.CharField(label=gettext_lazy("主讲人"), max_length=60, required=False)
    reason = forms.CharField(
        label=gettext_lazy("补登原因"),
        max_length=200,
        required=False,
    )
    field_order = (
        "branch",
        "title",
        "category",
        "starts_at",
        "length",
        "minutes",
        "place",
        "speaker",
        "reason",
    )

    def __init__(self, *args: Any, by: Member, known: Gathering | None = None, **kwargs: Any):
        super().__init__(*args, by=by, known=known, **kwargs)
        self.fields["reason"].help_text = _("过去超过 %(days)s 天的要填写。") % {
            "days": settings.GATHERING_LATE_DAYS
        }

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("length") == Length.MINUTES and not said.get("minutes"):
            self.add_error("minutes", _("请填写多少分钟，或选择半天、一天。"))
        return said

    def said(self) -> dict[str, Any]:
        said = super().said()
        return {**said, "minutes": said["minutes"] or 0}


class RoomForm(forms.Form):
    """Head-counts and the witness."""

    middle_count = forms.IntegerField(
        label=gettext_lazy("中途清点人数"), required=False, min_value=0, max_value=9999
    )
    end_count = forms.IntegerField(
        label=gettext_lazy("结束清点人数"), required=False, min_value=0, max_value=9999
    )
    witness = forms.ChoiceField(
        label=gettext_lazy("见证人"),
        required=False,
        help_text=gettext_lazy("到场的一位同志，可代替另一位书记确认。"),
    )

    def __init__(self, *args: Any, witnesses: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["witness"]
        field.choices = [("", _("不指定")), *witnesses]

    def said(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "middle_count": said["middle_count"],
            "end_count": said["end_count"],
            "witness_id": int(said["witness"] or 0) or None,
        }


class NamedForm(forms.Form):
    """Somebody named by number and name together."""

    number = forms.CharField(label=gettext_lazy("党员编号"), max_length=32)
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    late_reason = forms.CharField(max_length=200, required=False)


class PaperForm(forms.Form):
    """A list on paper, typed or as a file."""

    text = forms.CharField(
        label=gettext_lazy("名单"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("每行一位：编号，或姓名。外支部的同志写“编号 姓名”。"),
    )
    file = forms.FileField(
        label=gettext_lazy("或者上传 Excel"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=gettext_lazy("每行一位，第一列编号，第二列姓名。"),
    )
    late_reason = forms.CharField(label=gettext_lazy("补登原因"), max_length=200, required=False)


KIND_FORMS: dict[str, type[GatheringForm]] = {
    GatheringKind.SCREEN.value: ScreenForm,
    GatheringKind.OFFLINE.value: OfflineForm,
}
