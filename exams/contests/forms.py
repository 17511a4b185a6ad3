"""What the back office asks for when a contest is made and run."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from exams.attempts.models import Exam
from exams.contests.models import Contest
from exams.contests.queries import exams_for_rounds, practice_topics
from exams.contests.services import HEAVIEST
from exams.questions.models import Topic
from lms.members.queries import administered_branches

MOST_DAILY = 20
MOST_COUNTED = 100


class ContestForm(WagtailAdminModelForm):
    """A contest before it is published; its rounds are added on its page."""

    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("练习知识点"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "每日一练从本级和上级题库里开放练习的题中抽，只抽勾选的知识点；一个都不勾，就是全部。"
        ),
    )

    class Meta:
        model = Contest
        fields = (
            "title",
            "branch",
            "opens_on",
            "closes_on",
            "description",
            "daily_questions",
            "daily_draw",
            "topics",
            "team_kind",
            "best_of",
            "participation_percent",
        )
        widgets: ClassVar = {
            "opens_on": AdminDateInput,
            "closes_on": AdminDateInput,
            "description": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        branch.queryset = administered_branches(self.for_user)
        branch.label_from_instance = lambda one: one.indented_name
        branch.help_text = _("举办单位和下级组织的党员都可以参加。")
        topics = self.fields["topics"]
        topics.queryset = practice_topics(self.for_user).select_related("branch")
        topics.label_from_instance = lambda one: f"{one.name}（{one.branch.name}）"
        self.fields["daily_questions"].help_text = _("每天几题；0 是没有每日一练。")
        self.fields["best_of"].help_text = _(
            "组织的成绩分取最好的几个人平均，人多人少都只看这几个人；不足这个人数的按全部人平均。"
        )
        self.fields["participation_percent"].help_text = _(
            "组织得分里参与率占多少，其余是成绩分；0 是不计参与率。"
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        opens, closes = given.get("opens_on"), given.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", _("结束日期不能早于开始日期。"))
        if (given.get("daily_questions") or 0) > MOST_DAILY:
            self.add_error("daily_questions", _("每天最多 20 题。"))
        best_of = given.get("best_of")
        if best_of is not None and not 1 <= best_of <= MOST_COUNTED:
            self.add_error("best_of", _("应是 1 到 100 的整数。"))
        if (given.get("participation_percent") or 0) > 100:
            self.add_error("participation_percent", _("应是 0 到 100 的整数。"))
        return given


class _ExamChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}（{obj.get_state_display()}）"


class RoundForm(forms.Form):
    """An exam as a round."""

    exam = _ExamChoice(label=gettext_lazy("考试"), queryset=Exam.objects.none())
    weight = forms.IntegerField(
        label=gettext_lazy("权重"),
        min_value=1,
        max_value=HEAVIEST,
        initial=1,
        help_text=gettext_lazy("这一轮在总分里占几份；各轮都是 1 就是简单平均。"),
    )

    def __init__(self, *args: Any, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].queryset = exams_for_rounds(contest)  # type: ignore[attr-defined]


class ExtendForm(forms.Form):
    closes_on = forms.DateField(label=gettext_lazy("新的结束日期"), widget=AdminDateInput)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("取消原因"),
        max_length=200,
        help_text=gettext_lazy("参赛人员会看到。取消以后不能恢复，可以复制一场另行安排。"),
    )


class RankingForm(forms.Form):
    """On or off, and why."""

    ground = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("开启写批准文件的名称和文号，关闭写原因。长期留存，不能修改。"),
    )
