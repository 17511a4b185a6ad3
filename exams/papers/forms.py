"""What the back office asks for when papers are made and exams are held."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from exams.attempts.models import Exam
from exams.papers.models import Paper
from exams.papers.queries import exam_classes, paper_branches, sealed_papers
from exams.questions.models import QuestionKind
from lms.members.queries import administered_branches

MOST_MINUTES = 24 * 60


class PaperForm(WagtailAdminModelForm):
    """A paper without its questions."""

    class Meta:
        model = Paper
        fields = ("title", "branch", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = paper_branches(self.for_user)
        branch.label_from_instance = lambda one: one.indented_name
        self.fields["kind"].help_text = _(
            "A、B 卷题目相同，顺序不同；随机抽题的每位考生、每次作答都从题池里另抽。"
        )


class ExamForm(WagtailAdminModelForm):
    """An exam before it is published."""

    minutes = forms.IntegerField(
        label=gettext_lazy("答题时长（分钟）"), min_value=1, max_value=MOST_MINUTES, initial=60
    )

    class Meta:
        model = Exam
        fields = (
            "title",
            "branch",
            "training_class",
            "paper",
            "opens_at",
            "closes_at",
            "minutes",
            "instructions",
            "attempts_allowed",
            "pass_percent",
            "study_hours",
            "navigation",
            "shuffles_questions",
            "shuffles_options",
            "fairness",
            "release",
            "markers_per_answer",
            "is_marked_blind",
        )
        widgets: ClassVar = {
            "opens_at": AdminDateTimeInput,
            "closes_at": AdminDateTimeInput,
            "instructions": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = administered_branches(self.for_user)
        branch.label_from_instance = lambda one: one.indented_name
        self.fields["training_class"].queryset = exam_classes(self.for_user)
        self.fields["training_class"].empty_label = _("不限")
        self.fields["training_class"].help_text = _(
            "不限时，举办单位和下级组织的党员都可以参加；选了培训班，只有班里的学员参加。"
        )
        self.fields["paper"].queryset = sealed_papers(self.for_user)
        self.fields["paper"].empty_label = _("请选择已封卷的试卷")
        self.fields["pass_percent"].min_value = 1
        self.fields["markers_per_answer"].max_value = 2
        if self.instance.pk:
            self.fields["minutes"].initial = max(self.instance.allowed_seconds // 60, 1)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("结束时间要晚于开始时间。"))
        percent = given.get("pass_percent")
        if percent is not None and not 0 < percent <= 100:
            self.add_error("pass_percent", _("及格线应在 1% 到 100% 之间。"))
        markers = given.get("markers_per_answer")
        if markers is not None and markers not in (1, 2):
            self.add_error("markers_per_answer", _("每份主观题由 1 人或 2 人评阅。"))
        hours = given["study_hours"] = given.get("study_hours") or Decimal(0)
        if hours < 0:
            self.add_error("study_hours", _("学时不能是负数。"))
        if given.get("attempts_allowed") == 0:
            self.add_error("attempts_allowed", _("至少可以考 1 次。"))
        if given.get("minutes"):
            self.instance.allowed_seconds = given["minutes"] * 60
        return given


class PointsForm(forms.Form):
    points = forms.DecimalField(
        min_value=Decimal("0.01"), max_value=Decimal(100), max_digits=5, decimal_places=2
    )


class FindForm(forms.Form):
    """Which questions to offer for adding."""

    words = forms.CharField(label=gettext_lazy("题干里的词"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("题型"),
        required=False,
        choices=[("", gettext_lazy("全部题型")), *QuestionKind.choices],
    )


class ExtendForm(forms.Form):
    closes_at = forms.DateTimeField(label=gettext_lazy("新的结束时间"), widget=AdminDateTimeInput)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("取消原因"),
        max_length=200,
        help_text=gettext_lazy("考生会看到。取消以后不能恢复，可以复制一场另行安排。"),
    )


class DealForm(forms.Form):
    """Rooms as lines: "第一会议室 30"."""

    rooms = forms.CharField(
        label=gettext_lazy("考场和座位数"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("一行一个考场，先写名称，空格后写座位数，如“第一会议室 30”。"),
    )


class SeatListForm(forms.Form):
    """A list that exists already, pasted or as a workbook."""

    pasted = forms.CharField(
        label=gettext_lazy("粘贴座位表"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("一行一人：党员编号、考场、座位号，从表格里复制过来即可。"),
    )
    file = forms.FileField(label=gettext_lazy("或上传 xlsx、csv 文件"), required=False)
