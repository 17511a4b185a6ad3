"""What an administrator says when a year is closed, and what an outsider hands in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 40_000_000  # some two hundred thousand members


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=_("说明"), max_length=400, required=False,
        help_text=_("再次结账或带着未办结事项结账时必须写明原因。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    despite_open = forms.BooleanField(
        label=_("我已了解上面的事项没有办结，仍要结账"), required=False
    )

    def __init__(self, *args: Any, has_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_open:
            del self.fields["despite_open"]


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("结账文件"),
        help_text=_("学校导出的 CSV 原件；用表格软件另存过的对不上。只在这里比对，不保存。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
        error_messages={
            "required": _("请先选择结账文件。"),
            "empty": _("文件是空的，请重新选择。"),
        },
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_gettext("文件太大，不会是结账文件，请重新选择。"))
        return file
