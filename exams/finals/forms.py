"""What is asked about a final."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from exams.contests.models import Contest
from exams.finals import queries
from exams.finals.models import Final, FinalRound, FinalTeam, RoundKind
from exams.papers.models import Paper
from lms.members.models import Branch, Member
from lms.members.queries import visible_branches

CAPS = (
    ("250", gettext_lazy("各自上网：按测得的线路折算，最多 250 毫秒")),
    ("0", gettext_lazy("同一会场、同一网络：不折算，以服务器收到为准")),
)
# Called in the form what the services call them.
NAMED_ALIKE = ("branch", "contest", "title", "paper")
WAYS = (("team", gettext_lazy("分队")), ("alone", gettext_lazy("个人")))


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class FinalForm(forms.Form):
    """A final in preparation; `known` is the one being corrected."""

    branch = _BranchField(Branch.objects.none(), label=gettext_lazy("举办组织"), empty_label=None)
    title = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    contest = forms.ModelChoiceField(
        Contest.objects.none(),
        label=gettext_lazy("所属竞赛"),
        required=False,
        empty_label=gettext_lazy("不属于某场竞赛"),
    )
    paper = forms.ModelChoiceField(
        Paper.objects.none(),
        label=gettext_lazy("试卷"),
        empty_label=None,
        help_text=gettext_lazy("已封卷的固定卷，只能有客观题。每个大题是一个环节。"),
    )
    way = forms.ChoiceField(label=gettext_lazy("怎样参赛"), choices=WAYS, initial="team")
    teams = forms.CharField(
        label=gettext_lazy("参赛队"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "分队时填写，每行一队，最多 20 队。写下级组织的全名，这一队就只有该组织的同志能进。"
        ),
    )
    cap = forms.ChoiceField(label=gettext_lazy("抢答计时"), choices=CAPS, initial="250")

    def __init__(self, *args: Any, by: Member, known: Final | None = None, **kwargs: Any) -> None:
        if known is not None:
            kwargs["initial"] = {
                "title": known.title,
                "paper": known.paper_id,
                "contest": known.contest_id,
                "way": "team" if known.by_team else "alone",
                "teams": "\n".join(team.name for team in queries.teams_of(known)),
                "cap": str(known.cap_ms),
            }
        super().__init__(*args, **kwargs)
        contests: Any = self.fields["contest"]
        contests.queryset = queries.contests_for(by)
        papers: Any = self.fields["paper"]
        papers.queryset = queries.papers_for(by)
        if known is not None:
            papers.queryset = papers.queryset | Paper.objects.filter(pk=known.paper_id)
            del self.fields["branch"]
        else:
            branches: Any = self.fields["branch"]
            branches.queryset = visible_branches(by)
            branches.initial = branches.queryset.first()

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        said = dict(self.cleaned_data)
        return {
            **{name: said[name] for name in NAMED_ALIKE if name in said},
            "by_team": said["way"] == "team",
            "teams": said["teams"].splitlines(),
            "cap_ms": int(said["cap"]),
        }


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """How one section is asked."""

    class Meta:
        model = FinalRound
        fields = ("kind", "seconds", "costs")

    seconds = forms.IntegerField(label=gettext_lazy("答题时间（秒）"), min_value=5, max_value=600)
    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=RoundKind.choices)

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return {name: self.cleaned_data[name] for name in ("kind", "seconds", "costs")}


class JoinForm(forms.Form):
    """Coming in: the code on the screen, the team, and whether one is named."""

    code = forms.CharField(
        label=gettext_lazy("入场码"),
        max_length=9,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "join__code"}
        ),
    )
    team = forms.ChoiceField(label=gettext_lazy("您的队"), widget=forms.RadioSelect)
    is_listed = forms.BooleanField(
        label=gettext_lazy("公开我的个人成绩"),
        required=False,
        help_text=gettext_lazy("不勾选时，别人看不到您的姓名和个人名次，只显示号码。"),
    )

    def __init__(
        self, *args: Any, teams: list[FinalTeam], asks_code: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_code:
            del self.fields["code"]
        if teams:
            field: Any = self.fields["team"]
            field.choices = [(str(team.pk), team.name) for team in teams]
        else:
            del self.fields["team"]

    def said(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "team_id": int(said["team"]) if said.get("team") else None,
            "is_listed": said["is_listed"],
            "code": "".join(said.get("code", "").split()),
        }


class CorrectionForm(forms.Form):
    """Other points for a side, with the reason."""

    turn = forms.IntegerField(label=gettext_lazy("第几题"), min_value=1)
    side = forms.ChoiceField(label=gettext_lazy("哪一方"))
    points = forms.DecimalField(
        label=gettext_lazy("本题应得分"),
        min_value=-100,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=100)

    def __init__(self, *args: Any, sides: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["side"]
        field.choices = [(str(side), label) for side, label in sides]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=100)


class VoidForm(ReasonForm):
    """A question that does not count."""

    turn = forms.IntegerField(label=gettext_lazy("第几题"), min_value=1)
