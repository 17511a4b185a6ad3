"""What is asked about a tally."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from exams.tallies.models import Tally, TallyKind
from lms.members.models import Branch, Member
from lms.members.queries import visible_branches

MOST_PEOPLE = 100_000
# Printed on paper, which is Chinese whatever language the site is read in.
USUAL_OPTIONS = {
    TallyKind.VOTE.value: "同意\n不同意\n弃权",
    TallyKind.APPRAISAL.value: "很好\n好\n一般\n较差",
}


class _BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Branch) -> str:
        return obj.indented_name


class TallyForm(forms.Form):
    """A vote or an appraisal; `known` is the one being corrected."""

    branch = _BranchField(Branch.objects.none(), label=gettext_lazy("组织"), empty_label=None)
    title = forms.CharField(
        label=gettext_lazy("名称"), max_length=30, help_text=gettext_lazy("印在纸的最上面。")
    )
    eligible = forms.IntegerField(
        label=gettext_lazy("应到人数"), min_value=1, max_value=MOST_PEOPLE
    )
    seats = forms.IntegerField(
        label=gettext_lazy("应选人数"),
        min_value=1,
        required=False,
        help_text=gettext_lazy("选举填写；选得比它多的票自动判为无效。推荐、表决不用填。"),
    )
    lines = forms.CharField(
        label=gettext_lazy("候选人"),
        help_text=gettext_lazy("每行一位，按印在纸上的顺序。"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=6000,
    )
    options = forms.CharField(
        label=gettext_lazy("每行可以选"),
        help_text=gettext_lazy("每行一个，2 到 8 个，最多 8 个字。选举时第一个是“选他”。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=200,
    )

    def __init__(
        self, *args: Any, by: Member, kind: str, known: Tally | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"options": USUAL_OPTIONS[kind]}
        if known is not None:
            kwargs["initial"] = {
                "title": known.title,
                "eligible": known.eligible,
                "seats": known.seats,
                "lines": "\n".join(known.lines),
                "options": "\n".join(known.options),
            }
        super().__init__(*args, **kwargs)
        if kind == TallyKind.APPRAISAL:
            del self.fields["seats"]
            self.fields["lines"].label = gettext_lazy("测评内容")
            self.fields["lines"].help_text = gettext_lazy("每行一条，按印在纸上的顺序。")
            self.fields["options"].help_text = gettext_lazy("每行一个，从好到差，2 到 8 个。")
        if known is not None:
            del self.fields["branch"]
        else:
            branches = visible_branches(by)
            field: Any = self.fields["branch"]
            field.queryset = branches
            field.initial = branches.first()

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        said = dict(self.cleaned_data)
        return {
            **said,
            "lines": said["lines"].splitlines(),
            "options": said["options"].splitlines(),
        }


class IssuedForm(forms.Form):
    issued = forms.IntegerField(
        label=gettext_lazy("发出多少张"), min_value=1, max_value=MOST_PEOPLE
    )


class HandForm(forms.Form):
    """Figures counted by people: valid and invalid, then a cell for each line and option."""

    valid = forms.IntegerField(label=gettext_lazy("有效票"), min_value=0, max_value=MOST_PEOPLE)
    invalid = forms.IntegerField(label=gettext_lazy("无效票"), min_value=0, max_value=MOST_PEOPLE)

    def __init__(self, *args: Any, tally: Tally, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tally = tally
        known = tally.hand_count or {}
        self.fields["valid"].initial = known.get("valid")
        self.fields["invalid"].initial = known.get("invalid", 0)
        for line, name in enumerate(tally.lines):
            for option, word in enumerate(tally.options):
                self.fields[f"cell-{line}-{option}"] = forms.IntegerField(
                    label=f"{name} {word}",
                    min_value=0,
                    max_value=MOST_PEOPLE,
                    initial=known["lines"][line][0][option] if known else None,
                )

    def rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """Each line with its cells, each under the name of its option."""
        return [
            (
                name,
                [
                    (said, self[f"cell-{line}-{option}"])
                    for option, said in enumerate(self.tally.options)
                ],
            )
            for line, name in enumerate(self.tally.lines)
        ]

    def said(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return {
            "valid": self.cleaned_data["valid"],
            "invalid": self.cleaned_data["invalid"],
            "counts": [
                [
                    self.cleaned_data[f"cell-{line}-{option}"]
                    for option in range(len(self.tally.options))
                ]
                for line in range(len(self.tally.lines))
            ],
        }
