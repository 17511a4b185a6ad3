"""What is given when questions are brought in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.exchange.services import MOST_BYTES
from exams.questions.queries import writing_branches
from lms.members.models import Branch


class UploadForm(forms.Form):
    """A file, or words pasted; and whose bank they are for."""

    branch = forms.ModelChoiceField(
        label=gettext_lazy("导入到"), queryset=Branch.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("题目文件"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.xlsx,.csv,.xml,.gift,.txt"}),
        error_messages={"empty": gettext_lazy("文件是空的。请重新选择。")},
    )
    text = forms.CharField(
        label=gettext_lazy("或者把题目粘贴在这里"),
        required=False,
        max_length=500_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(self, *given: Any, by: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["branch"].queryset = writing_branches(by)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file, text = given.get("file"), (given.get("text") or "").strip()
        if not self.errors and not file and not text:
            self.add_error("file", _("请选择一个文件，或者粘贴题目。"))
        if file and file.size > MOST_BYTES:
            self.add_error("file", _("文件太大。请分成几份导入。"))
        return given

    def content(self) -> tuple[str, bytes]:
        """The name and the bytes of what was given; a file goes before words."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.read()
        return _("粘贴的题目.txt"), self.cleaned_data["text"].encode()
