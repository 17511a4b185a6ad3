"""What the pages of an exam on paper ask for."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.attempts.models import Answer
from exams.on_paper.models import PaperPlan
from lms.core.design.texts import figure

BY_THE_MINUTE = "%Y-%m-%dT%H:%M"


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=BY_THE_MINUTE),
    )


class TimesForm(forms.Form):
    """When people wrote, and whether they may see their sheets afterwards."""

    began_at = _moment(gettext_lazy("开始答题"))
    ended_at = _moment(gettext_lazy("收卷"))
    shows_pages = forms.BooleanField(
        label=gettext_lazy("公布成绩后，本人可以看自己的答题卡"), required=False
    )

    @classmethod
    def of(cls, plan: PaperPlan) -> "TimesForm":
        names = ("began_at", "ended_at", "shows_pages")
        return cls(initial={name: getattr(plan, name) for name in names})


class AssignForm(forms.Form):
    """Whose a sheet is, and how that is known."""

    number = forms.CharField(label=gettext_lazy("党员编号"), max_length=32)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class WrittenForm(forms.Form):
    """Points for each question that was answered in the booklet; an empty one is left open."""

    def __init__(self, *args: Any, answers: Iterable[tuple[int, Answer]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, answer in answers:
            self.fields[f"item-{answer.item_id}"] = forms.DecimalField(
                label=_("第 %(number)s 题（满分 %(of)s 分）")
                % {"number": number, "of": figure(answer.item.points)},
                required=False,
                min_value=Decimal(0),
                max_value=answer.item.points,
                max_digits=5,
                decimal_places=2,
                initial=answer.points,
            )

    def given(self) -> dict[int, Decimal]:
        """By item."""
        return {
            int(name.removeprefix("item-")): points
            for name, points in self.cleaned_data.items()
            if points is not None and name in self.changed_data
        }
