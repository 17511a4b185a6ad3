"""What overseers and members fill in about the ledger."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.corrections.models import AppealSubject
from exams.credit.models import StudyCategory
from lms.core import clock

LONGEST = 400


def _text(label: Any, help_text: Any = "", *, required: bool = True, most: int = LONGEST) -> Any:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=most,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ReversalForm(forms.Form):
    reason = _text(_("冲销原因"), _("写清这一条错在哪里，本人和上级都会看到。"))
    note = _text(_("佐证"), _("例如签到表、会议记录的名称和页码。"), required=False)


class AdditionForm(forms.Form):
    title = forms.CharField(label=_("学习内容"), max_length=255)
    category = forms.ChoiceField(label=_("类别"), choices=StudyCategory.choices)
    hours = forms.DecimalField(
        label=_("学时"), help_text=_("以 0.25 为单位。"), min_value=Decimal("0.25"),
        max_digits=6, decimal_places=2, widget=forms.NumberInput(attrs={"step": "0.25"}),
    )  # fmt: skip
    earned_on = forms.DateField(
        label=_("学习日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = _text(_("补记原因"), _("写清为什么当时没有记上，本人和上级都会看到。"))
    note = _text(_("佐证"), _("例如签到表、会议记录的名称和页码。"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["earned_on"].widget.attrs["max"] = clock.today().isoformat()


class AnswerForm(forms.Form):
    text = _text(_("说明"), most=1000)


class AppealForm(forms.Form):
    """For an entry or a lesson, which are named by the address."""

    text = _text(
        _("为什么有异议"), _("写清您认为应当是多少、有什么依据。书记会在期限内答复。"), most=1000
    )


class MissingForm(AppealForm):
    """For what the ledger lacks: a gathering or a day."""

    subject = forms.ChoiceField(
        label=_("少了什么"),
        choices=[
            (AppealSubject.GATHERING.value, AppealSubject.GATHERING.label),
            (AppealSubject.DAY.value, AppealSubject.DAY.label),
        ],
        widget=forms.RadioSelect,
        initial=AppealSubject.GATHERING.value,
    )
    title = forms.CharField(label=_("学习内容"), max_length=255)
    day = forms.DateField(
        label=_("学习日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("subject", "title", "day", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs["max"] = clock.today().isoformat()
