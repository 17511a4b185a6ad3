"""What a marker gives, and what is decided about a key."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.marking.models import RulingKind
from exams.marking.scoring import Decided, Ruling
from exams.marking.words import LETTERS, RubricLine
from exams.questions.models import QuestionVersion

MOST_BUTTONS = 12


def steps_up_to(most: Decimal) -> list[Decimal]:
    """The points there are buttons for: nothing to all, a dozen of them at most."""
    step = math.ceil(most / MOST_BUTTONS)
    given = [Decimal(points) for points in range(0, math.floor(most) + 1, step)]
    return given if given[-1] == most else [*given, most]


class MarkForm(forms.Form):
    """Points as a whole, or line by line of the rubric; and a word for the member."""

    exact = forms.DecimalField(
        label=gettext_lazy("或填写分数"), required=False, min_value=0, decimal_places=2
    )
    comment = forms.CharField(
        label=gettext_lazy("评语"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("公布成绩后考生可以看到。"),
    )

    def __init__(
        self, *args: Any, of: Decimal, lines: Sequence[RubricLine] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [f"line_{place}" for place in range(len(lines))]
        asked = [
            (name, line.text, line.points) for name, line in zip(self.lines, lines, strict=True)
        ]
        for name, text, most in asked or [("points", _("给分"), of)]:
            self.fields[name] = forms.TypedChoiceField(
                label=f"{text}（{most.normalize():f}）",
                choices=[(f"{points.normalize():f}",) * 2 for points in steps_up_to(most)],
                coerce=Decimal,
                widget=forms.RadioSelect,
                required=bool(lines),
                empty_value=None,
            )
        if lines:
            del self.fields["exact"]

    @property
    def buttons(self) -> list[Any]:
        """The groups of buttons, in order."""
        return [self[name] for name in self.lines or ["points"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.lines and not self.errors:
            exact = found.get("exact")
            if exact is None and found.get("points") is None:
                self.add_error("exact", _("请选择或填写分数。"))
            elif exact is not None:
                found["points"] = exact
        return found

    def given(self) -> dict[str, Any]:
        """As `desk_services.save_mark` takes it."""
        said = self.cleaned_data
        rubric = [said[name] for name in self.lines]
        points = sum(rubric, Decimal(0)) if self.lines else said["points"]
        return {"points": points, "rubric": rubric, "comment": said["comment"]}


class KeyForm(forms.Form):
    """A ruling on a key: for choices the options accepted, for others keys as they are kept."""

    ruling = forms.ChoiceField(
        label=gettext_lazy("怎样处理"), choices=RulingKind.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明为什么更正，考生在成绩页可以看到。"),
    )

    def __init__(self, *args: Any, version: QuestionVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        options = version.content.get("options")
        self.is_one_of_options = isinstance(options, list) and isinstance(
            version.key.get("correct"), int
        )
        if self.is_one_of_options:
            named = [
                (str(place), f"{LETTERS[place]}. {text}") for place, text in enumerate(options)
            ]
            self.fields["accepted"] = forms.MultipleChoiceField(
                label=_("接受哪些答案"),
                choices=named,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("选一个就是改答案，选几个就是几个都算对。"),
            )
        elif "model" not in version.key:
            self.fields["keys"] = forms.JSONField(
                label=_("接受哪些答案"),
                required=False,
                initial=[version.key],
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_("一个列表，每一项是一个完整的答案，写法与题库中保存的相同。"),
            )
        else:
            self.fields["ruling"].choices = [  # type: ignore[attr-defined]
                choice for choice in RulingKind.choices if choice[0] != RulingKind.ACCEPT
            ]
        self.order_fields(["ruling", "accepted", "keys", "reason"])

    def decided(self) -> Decided:
        """What was decided, as `regrade_services` takes it."""
        said = self.cleaned_data
        ruling = Ruling(said["ruling"])
        if ruling is not Ruling.ACCEPT:
            return Decided(ruling)
        if self.is_one_of_options:
            return Decided(ruling, tuple({"correct": int(each)} for each in said["accepted"]))
        keys = said["keys"]
        return Decided(ruling, tuple(keys if isinstance(keys, list) else ()))


class MarkCorrectionForm(forms.Form):
    """What an answer should have earned, and why."""

    points = forms.DecimalField(
        label=gettext_lazy("更正为"), min_value=0, decimal_places=2, max_digits=5
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明为什么更正，考生在成绩页可以看到。"),
    )

    def __init__(self, *args: Any, prefix_id: str = "", **kwargs: Any) -> None:
        """`prefix_id` keeps apart the fields of several forms on one page."""
        super().__init__(*args, **kwargs)
        if prefix_id:
            self.auto_id = f"id_{prefix_id}_%s"
