"""What is asked about a 学习心得 or 思想汇报."""

from django import forms
from django.utils.translation import gettext_lazy

from live.writings.models import LONGEST_TEXT, WritingKind


class WritingForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=WritingKind.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(label=gettext_lazy("标题"), max_length=80)
    text = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    file = forms.FileField(
        label=gettext_lazy("附件"),
        required=False,
        help_text=gettext_lazy("PDF、Word、Excel、PPT 或图片，每个不超过 10 MB，最多 5 个。"),
    )


class ReviewForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("作者会看到。退回时请写明要怎么改。"),
    )
